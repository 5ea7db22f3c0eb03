// Goal: what does not match the snapshot is held with its reason, and the order stays as it was.
// Method: sessions that Stripe could send, each with one thing off.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

type Json = Record<string, unknown>

describe.each(backends)('a mismatch on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db, {
      catalogue: {
        poster: { price: 'price_poster' },
        sale: { price: 'price_poster', allow: { discount: true, tax: true, shipping: true } },
      },
    })
  })

  const buy = async (itemId: string, over: Json) => {
    const { orderId, sessionId } = await shop.engine.checkout.createSession({
      body: { itemId, quantity: 2 },
      identity: null,
      browser: null,
      idempotencyKey: null,
    })
    const session = shop.stripe.change(sessionId, { ...paid(), ...over })
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await shop.drain()
    return { orderId, sessionId }
  }

  const details = (discount: number, shipping: number, tax: number) => ({
    amount_discount: discount,
    amount_shipping: shipping,
    amount_tax: tax,
  })

  test.each<[string, string, Json]>([
    ['amount', 'a smaller subtotal', { amount_subtotal: 1, amount_total: 1 }],
    ['amount', 'a total that does not add up', { amount_total: 1 }],
    ['currency', 'another currency', { currency: 'usd' }],
    ['mode', 'another mode', { mode: 'subscription' }],
    [
      'amount',
      'a discount nobody allowed',
      { amount_total: 2000, total_details: details(1000, 0, 0) },
    ],
    ['amount', 'tax nobody allowed', { amount_total: 3500, total_details: details(0, 0, 500) }],
    [
      'price',
      'another price of the same amount elsewhere',
      {
        amount_total: 1,
        line_items: { data: [{ price: { id: 'price_x' }, quantity: 2, amount_subtotal: 3000 }] },
      },
    ],
  ])('is held for %s: %s', async (reason, _what, over) => {
    const { orderId } = await buy('poster', over)
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'quarantined', reason })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'pending',
      held: true,
      heldReason: reason,
      amountTotal: null,
    })
    expect(shop.fulfilled).toEqual([])
  })

  test('is none when the catalogue allows discount, shipping and tax', async () => {
    const { orderId } = await buy('sale', {
      amount_total: 3000 - 600 + 490 + 400,
      total_details: details(600, 490, 400),
    })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      amountTotal: 3290,
      amountDiscount: 600,
    })
  })

  test('is none for a full discount, which needs no payment', async () => {
    const { orderId } = await buy('sale', {
      payment_status: 'no_payment_required',
      payment_intent: null,
      amount_total: 0,
      total_details: details(3000, 0, 0),
    })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
  })

  test('is held when a session claims the order of another session', async () => {
    const { orderId } = await shop.order()
    const forged = {
      ...paid('pi_2'),
      id: 'cs_forged',
      object: 'checkout.session',
      livemode: false,
      mode: 'payment',
      currency: 'eur',
      amount_subtotal: 3000,
      amount_total: 3000,
      metadata: { quittance_order: orderId },
    }
    await shop.deliver(eventOf('evt_2', 'checkout.session.completed', forged))
    await shop.drain()
    expect(await shop.engine.events.get('evt_2')).toMatchObject({ reason: 'session_mismatch' })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending', held: false })
  })

  test('is held when a settled order is paid a second time', async () => {
    const { orderId, sessionId } = await buy('poster', {})
    const again = { ...shop.stripe.sessions.get(sessionId), payment_intent: 'pi_other' }
    await shop.deliver(eventOf('evt_2', 'checkout.session.async_payment_succeeded', again))
    await shop.drain()
    expect(await shop.engine.events.get('evt_2')).toMatchObject({ reason: 'order_state' })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ paymentIntentId: 'pi_1' })
    expect(shop.fulfilled).toEqual([orderId])
  })

  test('lets neighbours on: a held event blocks only itself', async () => {
    const { orderId, sessionId } = await buy('poster', { amount_total: 1 })
    const right = shop.stripe.change(sessionId, { amount_total: 3000 })
    await shop.deliver(eventOf('evt_2', 'checkout.session.async_payment_succeeded', right))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
  })

  test('flags a payment that came after the end', async () => {
    const { orderId, sessionId } = await shop.order()
    const ended = { ...shop.stripe.sessions.get(sessionId), status: 'expired' }
    await shop.deliver(eventOf('evt_1', 'checkout.session.expired', ended))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'expired' })
    const session = shop.stripe.change(sessionId, paid())
    await shop.deliver(eventOf('evt_2', 'checkout.session.completed', session))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      paidAfterEnd: true,
    })
  })

  test('reads an expiry as canceled when the merchant asked for it', async () => {
    const { orderId, sessionId } = await shop.order()
    await shop.engine.checkout.expire(orderId)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'canceled' })
    const ended = shop.stripe.sessions.get(sessionId) ?? {}
    await shop.deliver(eventOf('evt_1', 'checkout.session.expired', ended))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'canceled' })
  })
})
