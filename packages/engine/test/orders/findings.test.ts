// Goal: what a review once found stays found: each test is a history that went wrong.
// Method: the engine over a Stripe in memory, on every database.
import { beforeEach, describe, expect, test } from 'vitest'
import { EngineError } from '../../src/errors.ts'
import { StripeRefusal } from '../../src/ports/stripe.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

type Json = Record<string, unknown>

describe.each(backends)('found before on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db, {
      catalogue: { poster: { price: 'price_poster', allow: { tax: true } } },
      processor: { attemptsMax: 2 },
    })
  })

  const completed = async (id: string, session: Json, over: Json = {}) => {
    await shop.deliver(eventOf(id, 'checkout.session.completed', session, over))
    await shop.drain()
    return await shop.engine.events.get(id)
  }
  const later = async () => {
    await db.shift(400)
    await shop.drain()
  }

  test('a mismatch of a session that Stripe does not have is held all the same', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, {
      ...paid(),
      amount_subtotal: 1,
      amount_total: 1,
    })
    shop.stripe.sessions.delete(sessionId)
    expect(await completed('evt_1', session)).toMatchObject({
      state: 'quarantined',
      reason: 'amount',
    })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ held: true })
  })

  test('a mismatch that Stripe’s open session does not explain is held', async () => {
    const { orderId, sessionId } = await shop.order()
    const open = shop.stripe.sessions.get(sessionId) ?? {}
    const signed = { ...open, ...paid(), amount_subtotal: 1, amount_total: 1 }
    expect(await completed('evt_1', signed)).toMatchObject({
      state: 'quarantined',
      reason: 'amount',
    })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending', held: true })
  })

  test('a mismatch that Stripe’s paid session explains away is none', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    await completed('evt_1', { ...session, amount_subtotal: 1, amount_total: 1 })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      held: false,
    })
  })

  test.each<[string, Json, string]>([
    ['no payment required for money', { payment_status: 'no_payment_required' }, 'amount'],
    ['a payment status that nobody knows', { payment_status: 'half_paid' }, 'order_state'],
  ])('%s is not paid', async (_what, over, reason) => {
    const { sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, { ...paid(), ...over })
    expect(await completed('evt_1', session)).toMatchObject({ state: 'quarantined', reason })
    expect(shop.fulfilled).toEqual([])
  })

  test('tax that the prices contain is no mismatch', async () => {
    const { orderId, sessionId } = await shop.order()
    const total_details = { amount_discount: 0, amount_shipping: 0, amount_tax: 500 }
    const session = shop.stripe.change(sessionId, { ...paid(), total_details })
    await completed('evt_1', session)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
  })

  test('an event of a connected account settles nothing of ours', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    expect(await completed('evt_1', session, { account: 'acct_other' })).toMatchObject({
      state: 'ignored',
    })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
  })

  test('a replayed event runs its raw handler no second time', async () => {
    const seen: string[] = []
    const raw = openShop(db, {
      onStripe: { 'customer.created': ({ event }) => void seen.push(event.id) },
    })
    await raw.deliver(eventOf('evt_1', 'customer.created', { id: 'cus_1', object: 'customer' }))
    await raw.drain()
    await raw.engine.events.replay('evt_1')
    await raw.drain()
    expect(await raw.engine.events.get('evt_1')).toMatchObject({ state: 'done', generation: 2 })
    expect(seen).toEqual(['evt_1'])
  })

  test('Stripe being away for hours kills no refund', async () => {
    const { orderId, sessionId } = await shop.order()
    await completed('evt_1', shop.stripe.change(sessionId, paid('pi_1')))
    const paidBy = { object: 'charge', payment_intent: 'pi_1', currency: 'eur', amount: 3000 }
    const charge = { ...paidBy, id: 'ch_1', amount_refunded: 700 }
    const answer = shop.stripe.charge.bind(shop.stripe)
    shop.stripe.charge = async () => {
      throw new EngineError('STRIPE_UNAVAILABLE', 'away')
    }
    await shop.deliver(eventOf('evt_2', 'charge.refunded', charge))
    for (let n = 0; n < 6; n += 1) await later()
    expect(await shop.engine.events.get('evt_2')).toMatchObject({ state: 'waiting' })
    shop.stripe.charge = answer
    shop.stripe.charges.set('ch_1', charge)
    await later()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      amountRefunded: 700,
      failed: false,
    })
  })

  test('a refund that comes before its order’s payment is not lost', async () => {
    const { orderId, sessionId } = await shop.order()
    shop.stripe.charges.set('ch_1', {
      id: 'ch_1',
      object: 'charge',
      payment_intent: 'pi_7',
      currency: 'eur',
      amount: 3000,
      amount_refunded: 3000,
      metadata: { quittance_order: orderId },
    })
    const refund = { id: 're_1', object: 'refund', charge: 'ch_1', payment_intent: 'pi_7' }
    await shop.deliver(eventOf('evt_1', 'refund.created', refund))
    await shop.drain()
    await completed('evt_2', shop.stripe.change(sessionId, paid('pi_7')))
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      amountRefunded: 3000,
    })
  })

  test('a dead check marks no order as failed', async () => {
    const { orderId, sessionId } = await shop.order()
    shop.stripe.session = async () => {
      throw new StripeRefusal(400, 'odd', 'req_1')
    }
    await shop.engine.checkout.success({ sessionId, identity: null, browser: null })
    for (let n = 0; n < 3; n += 1) await later()
    const dead = await db.database.query(`select seq from quittance.dispatch where state = 'dead'`)
    expect(dead).toHaveLength(1)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ failed: false })
  })

  test('an order stays held until the last of its held events is cured', async () => {
    const { orderId, sessionId } = await shop.order()
    const wrong = shop.stripe.change(sessionId, { ...paid(), amount_subtotal: 1, amount_total: 1 })
    await completed('evt_1', wrong)
    await shop.deliver(eventOf('evt_2', 'checkout.session.async_payment_succeeded', wrong))
    await shop.engine.checkout.success({ sessionId, identity: null, browser: null })
    await shop.drain()
    shop.stripe.change(sessionId, { amount_subtotal: 3000, amount_total: 3000 })
    await shop.engine.events.replay('evt_1')
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled', held: true })
    await shop.engine.events.replay('evt_2')
    await shop.drain()
    const checks = await db.database.query<{ seq: bigint }>('select seq from quittance.checks')
    for (const { seq } of checks) await shop.engine.events.replay(String(seq))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ held: false, heldReason: null })
  })

  test('an end after the payment flags the order like a payment after the end', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    await completed('evt_1', session)
    const ended = { ...session, status: 'expired', payment_status: 'unpaid' }
    await shop.deliver(eventOf('evt_2', 'checkout.session.expired', ended))
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      paidAfterEnd: true,
    })
    expect(shop.logger.lines.filter((line) => line.message.includes('refused'))).toHaveLength(1)
  })

  test('an ended order cannot be expired again', async () => {
    const { orderId, sessionId } = await shop.order()
    const ended = shop.stripe.change(sessionId, { status: 'expired', url: null })
    await shop.deliver(eventOf('evt_1', 'checkout.session.expired', ended))
    await shop.drain()
    await expect(shop.engine.checkout.expire(orderId)).rejects.toMatchObject({
      code: 'ORDER_CLOSED',
    })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'expired' })
  })

  test('a buyer whose first answer was lost sees the order after paying', async () => {
    const body = { itemId: 'poster', quantity: 1 }
    const ask = (browser: string | null) =>
      shop.engine.checkout.createSession({ body, identity: null, browser, idempotencyKey: 'k-1' })
    shop.stripe.trouble = ['timeout_after']
    await ask(null).catch(() => undefined)
    const { sessionId, browser, orderId } = await ask(null)
    shop.stripe.change(sessionId, paid())
    const view = await shop.engine.checkout.success({ sessionId, identity: null, browser })
    expect(view).toMatchObject({ status: 'fulfilled', order: { id: orderId } })
  })

  test('another browser with the same key gets nobody’s session', async () => {
    const ask = (browser: string | null) =>
      shop.engine.checkout.createSession({
        body: { itemId: 'poster', quantity: 1 },
        identity: null,
        browser,
        idempotencyKey: '1',
      })
    await ask(null)
    await expect(ask('b'.repeat(64))).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
  })

  test('a wrong API key between two tries makes no second session', async () => {
    const ask = () =>
      shop.engine.checkout.createSession({
        body: { itemId: 'poster', quantity: 1 },
        identity: null,
        browser: null,
        idempotencyKey: 'k-2',
      })
    shop.stripe.trouble = ['timeout_after', 'bad_key']
    await ask().catch(() => undefined)
    await expect(ask()).rejects.toMatchObject({ code: 'STRIPE_REFUSED' })
    await ask()
    expect(shop.stripe.sessions.size).toBe(1)
  })
})
