// Goal: refunds end in the same amounts and the same facts, whatever came first, twice or late.
// Method: a till at Stripe makes and fails refunds; its events reach the engine in many ways.
import { beforeEach, describe, expect, test } from 'vitest'
import { insertCheck } from '../../../src/pipeline/inbox/checks.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { type Json, listener, Till } from './till.ts'

describe.each(backends)('refunds of an order on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  let till: Till
  let told: string[]
  const open = () => {
    const { on, told: heard } = listener()
    told = heard
    shop = openShop(db, { on, processor: { attemptsMax: 2 } })
    till = new Till(shop)
  }
  beforeEach(open)

  const orderOf = async (id: string) => await shop.engine.orders.get(id)
  const notesOf = async (id: string) =>
    (await shop.engine.orders.history(id)).map(({ note }) => note).filter((note) => note !== null)
  const stateOf = async (event: Json | undefined) => await shop.engine.events.get(String(event?.id))

  test('a full refund: four events, one request, one fact', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.refund('ch_pi_1', 3000))
    expect(told).toEqual(['order.fulfilled', 'order.refunded re_ch_pi_1_1'])
    expect(await orderOf(orderId)).toMatchObject({ status: 'fulfilled', amountRefunded: 3000 })
    expect(await notesOf(orderId)).toEqual(['refunded 3000 of 3000'])
    expect(till.asked).toEqual(['charge ch_pi_1'])
  })

  test('a partial refund is none in full, although its event is charge.refunded', async () => {
    const { orderId } = await till.order()
    const [, refunded] = till.refund('ch_pi_1', 700)
    await till.deliver(refunded ?? {})
    expect(told).toEqual(['order.fulfilled', 'order.partially_refunded re_ch_pi_1_1'])
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 700 })
  })

  test('two partial refunds of one second, seen apart and seen together, tell the same', async () => {
    const PART = 'order.partially_refunded re_b'
    const WHOLE = 'order.refunded re_a'
    till.pace = 0
    await till.order()
    const first = till.refund('ch_pi_1', 700, { id: 're_b' })
    await till.deliver(...first)
    await till.deliver(...till.refund('ch_pi_1', 2300, { id: 're_a' }), ...first)
    expect(told).toEqual(['order.fulfilled', PART, WHOLE])
    await db.reset()
    open()
    till.pace = 0
    await till.order()
    const events = [
      ...till.refund('ch_pi_1', 700, { id: 're_b' }),
      ...till.refund('ch_pi_1', 2300, { id: 're_a' }),
    ]
    await till.deliver(...events.reverse(), ...events)
    expect(told).toEqual(['order.fulfilled', PART, WHOLE])
  })

  const FAILED = [
    'order.fulfilled',
    'order.refunded re_ch_pi_1_1',
    'order.refund_failed re_ch_pi_1_1',
  ]

  test('a refund that fails later, seen live', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.refund('ch_pi_1', 3000))
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 3000 })
    await till.deliver(...till.failRefund('re_ch_pi_1_1'))
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 0 })
    expect(await notesOf(orderId)).toEqual(['refunded 3000 of 3000', 'refunded 0 of 3000'])
    expect(told).toEqual(FAILED)
  })

  test('a refund that fails later, seen late: the same facts', async () => {
    const { orderId } = await till.order()
    const events = [...till.refund('ch_pi_1', 3000), ...till.failRefund('re_ch_pi_1_1')]
    await till.deliver(...events.reverse())
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 0 })
    expect(told).toEqual(FAILED)
    expect(till.asked).toHaveLength(1)
  })

  test.each(['live', 'late'])('one that fails after the next was made, seen %s', async (seen) => {
    await till.order()
    const steps = [
      () => till.refund('ch_pi_1', 2000),
      () => till.refund('ch_pi_1', 1000),
      () => till.failRefund('re_ch_pi_1_1'),
      () => till.refund('ch_pi_1', 500),
    ]
    const late: Json[] = []
    for (const step of steps) {
      const events = step()
      if (seen === 'live') await till.deliver(...events)
      else late.push(...events)
    }
    await till.deliver(...late.reverse())
    expect(told.slice(1).sort()).toEqual([
      'order.partially_refunded re_ch_pi_1_1',
      'order.partially_refunded re_ch_pi_1_3',
      'order.refund_failed re_ch_pi_1_1',
      'order.refunded re_ch_pi_1_2',
    ])
  })

  test('a pending refund counts as made; a canceled one is told like a failed one', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.refund('ch_pi_1', 3000, { status: 'pending' }))
    expect(told).toEqual(['order.fulfilled', 'order.refunded re_ch_pi_1_1'])
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 3000 })
    await till.deliver(...till.changeRefund('re_ch_pi_1_1', { status: 'canceled' }))
    expect(told).toEqual(FAILED)
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 0 })
  })

  test('before the order is fulfilled, by the marker alone: its facts wait for it', async () => {
    const { orderId, completed } = await till.order({ pending: true })
    await till.deliver(...till.refund('ch_pi_1', 700))
    expect(await orderOf(orderId)).toMatchObject({
      status: 'pending',
      amountRefunded: 700,
      paymentIntentId: 'pi_1',
    })
    expect(told).toEqual([])
    await till.deliver(completed)
    expect(told).toEqual(['order.fulfilled', 'order.partially_refunded re_ch_pi_1_1'])
    expect(await notesOf(orderId)).toEqual(['refunded 700 of an unknown total'])
  })

  test('a customer’s refund, known before the order knows its payment', async () => {
    const { orderId, completed } = await till.order({ pending: true, customer: 'cus_1' })
    till.charge({ ...till.chargeOf('ch_pi_1'), metadata: {} })
    await till.deliver(...till.refund('ch_pi_1', 3000))
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 0, paymentIntentId: null })
    await till.deliver(completed)
    expect(await orderOf(orderId)).toMatchObject({ status: 'fulfilled', amountRefunded: 3000 })
    expect(told).toEqual(['order.fulfilled', 'order.refunded re_ch_pi_1_1'])
    expect(await notesOf(orderId)).toEqual(['refunded 3000 of 3000'])
  })

  test('an order that nobody knows is waited for, then held', async () => {
    till.charge({ id: 'ch_9', payment_intent: 'pi_9', metadata: { quittance_order: 'ord_9' } })
    const [created, refunded] = till.refund('ch_9', 700)
    await till.deliver(created ?? {}, refunded ?? {})
    expect(await stateOf(created)).toMatchObject({ state: 'waiting', reason: 'unknown_order' })
    await db.shift(400)
    await shop.drain()
    for (const event of [created, refunded]) {
      expect(await stateOf(event)).toMatchObject({ state: 'quarantined', reason: 'unknown_order' })
    }
    expect(await db.database.query('select id from quittance.charges')).toEqual([])
  })

  test('a charge that Stripe does not have is waited for, then held', async () => {
    const { orderId } = await till.order()
    const [created] = till.refund('ch_pi_1', 700)
    shop.stripe.charges.delete('ch_pi_1')
    await till.deliver(created ?? {})
    await db.shift(400)
    await shop.drain()
    expect(await stateOf(created)).toMatchObject({ state: 'quarantined', reason: 'object_missing' })
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 0, held: false })
  })

  test('a charge of another payment with the order’s marker is held', async () => {
    const { orderId } = await till.order()
    const metadata = { quittance_order: orderId }
    till.charge({ id: 'ch_2', payment_intent: 'pi_2', metadata })
    const [, refunded] = till.refund('ch_2', 3000)
    await till.deliver(refunded ?? {})
    expect(await stateOf(refunded)).toMatchObject({ state: 'quarantined', reason: 'order_state' })
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 0, held: false })
  })

  test('a foreign charge is ignored, with a line that says why', async () => {
    till.charge({ id: 'ch_9', payment_intent: 'pi_9' })
    const [created, refunded] = till.refund('ch_9', 3000)
    await till.deliver(refunded ?? {})
    expect(await stateOf(refunded)).toMatchObject({ state: 'ignored', reason: 'not_ours' })
    expect(till.asked).toEqual([])
    // A refund cannot tell by itself: its charge may carry our marker.
    await till.deliver(created ?? {})
    expect(await stateOf(created)).toMatchObject({ state: 'ignored', reason: 'not_ours' })
    expect(till.asked).toEqual(['charge ch_9'])
    const lines = shop.logger.lines.filter(({ fields }) => fields.reason === 'not_ours')
    expect(lines).toHaveLength(2)
    expect(await db.database.query('select id from quittance.charges')).toEqual([])
  })

  test('a charge of a customer is kept, whatever it was for', async () => {
    till.charge({ id: 'ch_9', payment_intent: 'pi_9', customer: 'cus_9' })
    const events = till.refund('ch_9', 700)
    await till.deliver(...events)
    expect(await stateOf(events[1])).toMatchObject({ state: 'done' })
    expect(
      await db.database.query(
        'select c.id, c.amount_refunded, r.id as refund from quittance.charges c join quittance.refunds r on r.charge_id = c.id',
      ),
    ).toEqual([{ id: 'ch_9', amount_refunded: 700n, refund: 're_ch_9_1' }])
    expect(told).toEqual([])
  })

  test('several charges of one payment add up', async () => {
    const { orderId } = await till.order()
    till.charge({ ...till.chargeOf('ch_pi_1'), amount: 1000 })
    till.charge({ id: 'ch_second', payment_intent: 'pi_1', amount: 2000 })
    await till.deliver(...till.refund('ch_pi_1', 1000))
    await till.deliver(...till.refund('ch_second', 2000))
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 3000 })
    expect(told.slice(1)).toEqual([
      'order.partially_refunded re_ch_pi_1_1',
      'order.refunded re_ch_second_1',
    ])
  })

  test('more refunds than a page: all of them are read, and each is told once', async () => {
    const { orderId } = await till.order()
    const events = Array.from({ length: 130 }, () => till.refund('ch_pi_1', 20)).flat()
    await till.deliver(...events.slice(-4))
    expect(till.asked).toEqual(['charge ch_pi_1', 'refunds ch_pi_1', 'refunds ch_pi_1'])
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 2600 })
    expect(new Set(told.slice(1)).size).toBe(130)
    expect(told).toHaveLength(131)
    await till.deliver(...till.refund('ch_pi_1', 400))
    expect(told.slice(131)).toEqual(['order.refunded re_ch_pi_1_131'])
  })

  test('an answer that was overtaken changes nothing', async () => {
    const { orderId } = await till.order()
    const [, refunded] = till.refund('ch_pi_1', 700)
    const ask = shop.stripe.charge.bind(shop.stripe)
    let overtaken = false
    shop.stripe.charge = async (id) => {
      const answer = structuredClone(await ask(id))
      if (overtaken) return answer
      overtaken = true
      // The refund's own event is of another lane, and another worker is quicker.
      const [, , , later] = till.refund('ch_pi_1', 2300)
      await shop.deliver(later ?? {})
      const other = openShop(db, { on: listener().on, stripe: shop.stripe })
      await other.drain()
      return answer
    }
    await till.deliver(refunded ?? {})
    expect(till.asked).toHaveLength(2)
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 3000 })
    expect(await notesOf(orderId)).toEqual(['refunded 3000 of 3000'])
    expect(
      await db.database.query('select id, amount from quittance.refunds order by nth'),
    ).toEqual([
      { id: 're_ch_pi_1_1', amount: 700n },
      { id: 're_ch_pi_1_2', amount: 2300n },
    ])
  })

  test('a currency without a smaller unit', async () => {
    shop = openShop(db, { on: listener().on })
    shop.stripe.addPrice('price_poster', 1800, { currency: 'jpy' })
    till = new Till(shop)
    const { orderId } = await till.order()
    till.charge({ ...till.chargeOf('ch_pi_1'), currency: 'JPY', amount: 3600 })
    await till.deliver(...till.refund('ch_pi_1', 3600))
    expect(await orderOf(orderId)).toMatchObject({ currency: 'jpy', amountRefunded: 3600 })
    expect(await db.database.query('select currency, amount from quittance.refunds')).toEqual([
      { currency: 'jpy', amount: 3600n },
    ])
  })

  test('a handler that came later hears nothing of what was told before', async () => {
    await till.order()
    await till.deliver(...till.refund('ch_pi_1', 700))
    const late: string[] = []
    const other = openShop(db, {
      stripe: shop.stripe,
      on: {
        'order.partially_refunded': { ledger: ({ refund }) => void late.push(refund.id) },
      },
    })
    for (const event of till.refund('ch_pi_1', 800)) await other.deliver(event)
    await other.drain()
    expect(late).toEqual(['re_ch_pi_1_2'])
  })

  test('a check of the charge finds what no event told', async () => {
    const { orderId } = await till.order()
    till.refund('ch_pi_1', 3000)
    const check = { objectType: 'charge', objectId: 'ch_pi_1', origin: 'sweep' } as const
    await insertCheck(db.database, { ...check, lane: `order:${orderId}` })
    await db.database.query(
      `insert into quittance.lanes (lane, queued_at) values ($1, quittance.now())`,
      [`order:${orderId}`],
    )
    await shop.drain()
    expect(await orderOf(orderId)).toMatchObject({ amountRefunded: 3000 })
    expect(told).toEqual(['order.fulfilled', 'order.refunded re_ch_pi_1_1'])
  })

  test('an answer that is no charge is held', async () => {
    await till.order()
    const [created] = till.refund('ch_pi_1', 700)
    shop.stripe.charges.set('ch_pi_1', { id: 'ch_pi_1', object: 'charge' })
    await till.deliver(created ?? {})
    expect(await stateOf(created)).toMatchObject({
      state: 'quarantined',
      reason: 'unusable_payload',
    })
  })
})
