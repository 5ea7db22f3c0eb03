// Goal: an order of a sign-up is fulfilled by the session that was asked for, and by no other.
// Method: sessions as Stripe completes them, right and wrong, by event and by the buyer's return.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { eventOf } from '../../support/shop.ts'
import { openPlanShop, PLANS, type PlanShop } from './plan-shop.ts'

type Json = Record<string, unknown>

describe.each(backends)('the order of a sign-up on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: PlanShop
  beforeEach(() => {
    shop = openPlanShop(db)
  })

  const order = async (id: string) => await shop.engine.orders.get(id)
  const line = (over: Json = {}) => ({
    line_items: {
      object: 'list',
      has_more: false,
      data: [{ id: 'li_1', price: { id: 'price_year' }, quantity: 1, amount_subtotal: 0, ...over }],
    },
  })

  test('is fulfilled with its subscription, by one look at the event', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    shop.stripe.calls.length = 0
    await shop.pay(sessionId)
    expect(await order(orderId)).toMatchObject({
      status: 'fulfilled',
      subscriptionId: `sub_${sessionId}`,
      amountTotal: 20_000,
    })
    expect(shop.fulfilled).toEqual([orderId])
    expect(shop.stripe.calls).toEqual([])
    await shop.pay(sessionId)
    expect(shop.fulfilled).toEqual([orderId])
  })

  test('of a guest gives the customer whom Stripe made a row, and itself to it', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year', userId: null })
    await shop.pay(sessionId)
    const customerId = `cus_of_${sessionId}`
    const orders = await shop.engine.orders.listOf({ customerId })
    expect(orders).toMatchObject([{ id: orderId, status: 'fulfilled', userId: null }])
  })

  test('with a trial needs no payment, and costs nothing or what it says', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'pro' })
    await shop.pay(sessionId)
    expect(await order(orderId)).toMatchObject({ status: 'fulfilled', amountTotal: 0 })
    const other = await shop.ask({ itemId: 'pro', userId: 'user_2' })
    const whole = { amount_subtotal: 2_000, amount_total: 2_000 }
    await shop.pay(other.sessionId, { ...whole, payment_status: 'no_payment_required' })
    expect(await order(other.orderId)).toMatchObject({ status: 'fulfilled', trialDays: 14 })
  })

  test('with a coupon of 100 % is fulfilled where codes are allowed, and held where not', async () => {
    const free = {
      amount_total: 0,
      total_details: { amount_discount: 20_000, amount_shipping: 0, amount_tax: 0 },
      payment_status: 'no_payment_required',
    }
    const held = await shop.ask({ itemId: 'year' })
    await shop.pay(held.sessionId, free)
    expect(await order(held.orderId)).toMatchObject({ status: 'pending', heldReason: 'amount' })
    shop = openPlanShop(db, {
      stripe: shop.stripe,
      catalogue: { year: { ...PLANS.year, allow: { discount: true } } },
    })
    const { orderId, sessionId } = await shop.ask({ itemId: 'year', userId: 'user_2' })
    await shop.deliver(
      eventOf('evt_free', 'checkout.session.completed', shop.complete(sessionId, free)),
    )
    await shop.drain()
    expect(await order(orderId)).toMatchObject({ status: 'fulfilled', amountTotal: 0 })
  })

  test.each([
    ['in part', 15_000],
    ['in full', 0],
  ])('that the customer’s balance pays %s is fulfilled', async (_, due) => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    const invoice = { id: 'in_1', object: 'invoice', total: 20_000, amount_due: due }
    await shop.pay(sessionId, { amount_total: due, invoice })
    expect(await order(orderId)).toMatchObject({ status: 'fulfilled', amountTotal: due })
  })

  test('whose total is told before the balance that pays it all is fulfilled', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    const invoice = { id: 'in_1', object: 'invoice', total: 20_000, amount_due: 0 }
    await shop.pay(sessionId, { payment_status: 'no_payment_required', invoice })
    expect(await order(orderId)).toMatchObject({ status: 'fulfilled', amountTotal: 20_000 })
  })

  test('that costs less than its balance explains is held', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    const invoice = { id: 'in_1', object: 'invoice', total: 20_000, amount_due: 15_000 }
    await shop.pay(sessionId, { amount_total: 14_999, invoice })
    expect(await order(orderId)).toMatchObject({ status: 'pending', heldReason: 'amount' })
  })

  test('waits for a delayed payment, with its subscription, and ends by what comes of it', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    await shop.pay(sessionId, { payment_status: 'unpaid' })
    expect(await order(orderId)).toMatchObject({
      status: 'awaiting_payment',
      subscriptionId: `sub_${sessionId}`,
    })
    const session = shop.complete(sessionId)
    await shop.deliver(eventOf('evt_late', 'checkout.session.async_payment_succeeded', session))
    await shop.drain()
    expect(await order(orderId)).toMatchObject({ status: 'fulfilled' })
  })

  test.each<[string, string, Json]>([
    ['mode', 'another mode', { mode: 'payment' }],
    ['currency', 'another currency', { currency: 'usd' }],
    ['amount', 'a smaller subtotal', { amount_subtotal: 100, amount_total: 100 }],
    ['amount', 'nothing to pay, without a trial', { amount_subtotal: 0, amount_total: 0 }],
    ['amount', 'no payment, and an amount', { payment_status: 'no_payment_required' }],
    [
      'price',
      'another price',
      { amount_subtotal: 1, amount_total: 1, ...line({ price: { id: 'price_pro' } }) },
    ],
    ['amount', 'more seats', { amount_subtotal: 40_000, ...line({ quantity: 2 }) }],
    ['unusable_payload', 'no subscription', { subscription: null }],
    ['session_mismatch', 'another customer', { customer: 'cus_stranger' }],
  ])('is held for %s: %s', async (reason, _what, over) => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    await shop.pay(sessionId, over)
    expect(await order(orderId)).toMatchObject({
      status: 'pending',
      held: true,
      heldReason: reason,
    })
    expect(shop.fulfilled).toEqual([])
  })

  test('stands when a second subscription claims it', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    await shop.pay(sessionId)
    await shop.pay(sessionId, { subscription: 'sub_other' })
    expect(await order(orderId)).toMatchObject({ subscriptionId: `sub_${sessionId}`, held: false })
    const held = await shop.engine.events.list({ state: 'quarantined' })
    expect(held).toMatchObject([{ reason: 'order_state' }])
  })

  test('is fulfilled by the buyer’s return, and the subscription asked for at once', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'year' })
    const { customer } = shop.complete(sessionId)
    const id = `sub_${sessionId}`
    shop.stripe.subscriptions.set(id, {
      id,
      object: 'subscription',
      livemode: false,
      status: 'active',
      customer,
      currency: 'eur',
      created: 1_790_000_000,
      metadata: { quittance_order: orderId },
      items: {
        data: [{ id: 'si_1', price: { id: 'price_year', product: 'prod_1' }, quantity: 1 }],
      },
    })
    const view = await shop.engine.checkout.success({
      sessionId,
      identity: { userId: 'user_1' },
      browser: null,
    })
    expect(view).toMatchObject({ status: 'fulfilled', order: { subscriptionId: id } })
    await shop.drain()
    expect(await shop.engine.subscriptions.get(id)).toMatchObject({ status: 'active', orderId })
  })
})
