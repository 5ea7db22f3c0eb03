// Goal: one payment end to end, by event and by redirect, on every database.
// Method: the real engine over a Stripe in memory; work happens only when a test drains.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

describe.each(backends)('an order on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db)
  })

  test('is fulfilled by a paid session, once', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    const first = await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    expect(first).toMatchObject({ status: 'recorded', state: 'ready', eventId: 'evt_1' })
    expect(shop.fulfilled).toEqual([])
    await shop.drain()
    expect(shop.fulfilled).toEqual([orderId])
    const again = await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    expect(again).toMatchObject({ status: 'duplicate', state: 'done', seq: first.seq })
    await shop.deliver(eventOf('evt_2', 'checkout.session.async_payment_succeeded', session))
    await shop.drain()
    expect(shop.fulfilled).toEqual([orderId])
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      amountTotal: 3000,
      paymentIntentId: 'pi_1',
    })
    const history = await shop.engine.orders.history(orderId)
    expect(history.map((row) => [row.from, row.to])).toEqual([
      [null, 'pending'],
      ['pending', 'fulfilled'],
    ])
  })

  test('is fulfilled by the redirect when Stripe says that it is paid', async () => {
    const { orderId, sessionId, browser } = await shop.order()
    shop.stripe.change(sessionId, paid())
    const view = await shop.engine.checkout.success({ sessionId, identity: null, browser })
    expect(view).toMatchObject({ orderId, status: 'fulfilled', order: { id: orderId } })
    expect(shop.fulfilled).toEqual([orderId])
  })

  test('is confirmed, not fulfilled, by a redirect alone', async () => {
    const { orderId, sessionId } = await shop.order()
    const view = await shop.engine.checkout.success({ sessionId, identity: null, browser: null })
    expect(view).toEqual({ orderId, status: 'confirmed', order: null })
    expect(shop.fulfilled).toEqual([])
  })

  test('waits for a delayed payment, and ends by what comes of it', async () => {
    const { orderId, sessionId } = await shop.order()
    const waiting = shop.stripe.change(sessionId, { ...paid(), payment_status: 'unpaid' })
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', waiting))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'awaiting_payment' })
    await shop.deliver(eventOf('evt_2', 'checkout.session.async_payment_failed', waiting))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'payment_failed' })
    expect(shop.fulfilled).toEqual([])
  })

  test('keeps refunds as amounts, set by the newest answer', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid('pi_9'))
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await shop.drain()
    const paidBy = { object: 'charge', payment_intent: 'pi_9', currency: 'eur', amount: 3000 }
    const charge = { ...paidBy, id: 'ch_1', amount_refunded: 700 }
    shop.stripe.charges.set('ch_1', charge)
    await shop.deliver(eventOf('evt_2', 'charge.refunded', { ...charge, amount_refunded: 300 }))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      amountRefunded: 700,
    })
  })
})
