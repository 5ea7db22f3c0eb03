// Goal: disputes end in the same status and the same facts, whatever came first, twice or late.
// Method: a till at Stripe opens and decides disputes; its events reach the engine in many ways.
import { beforeEach, describe, expect, test } from 'vitest'
import { insertCheck } from '../../../src/pipeline/inbox/checks.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { type Json, listener, Till } from './till.ts'

describe.each(backends)('disputes of an order on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  let till: Till
  let told: string[]
  beforeEach(() => {
    const { on, told: heard } = listener()
    told = heard
    shop = openShop(db, { on, processor: { attemptsMax: 2 } })
    till = new Till(shop)
  })

  const orderOf = async (id: string) => await shop.engine.orders.get(id)
  const notesOf = async (id: string) =>
    (await shop.engine.orders.history(id)).map(({ note }) => note).filter((note) => note !== null)
  const stateOf = async (event: Json | undefined) => await shop.engine.events.get(String(event?.id))

  async function placeCheck(lane: string): Promise<void> {
    const check = { objectType: 'dispute', objectId: 'dp_1', origin: 'sweep', lane } as const
    await insertCheck(db.database, check)
    await db.database.query(
      `insert into quittance.lanes (lane, queued_at) values ($1, quittance.now())
       on conflict do nothing`,
      [lane],
    )
  }

  test('opened: two events, one request, one fact', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.dispute('ch_pi_1'))
    expect(told).toEqual(['order.fulfilled', 'order.disputed dp_1'])
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'needs_response' })
    expect(await notesOf(orderId)).toEqual(['dispute needs_response'])
    expect(till.asked).toEqual(['dispute dp_1'])
  })

  test('the handler is given the dispute with its due date', async () => {
    const seen: unknown[] = []
    const other = openShop(db, { on: { 'order.disputed': (context) => void seen.push(context) } })
    till = new Till(other)
    const { orderId } = await till.order()
    await till.deliver(...till.dispute('ch_pi_1', { amount: 1200 }))
    expect(seen).toMatchObject([
      {
        order: { id: orderId, disputeStatus: 'needs_response' },
        dispute: {
          id: 'dp_1',
          chargeId: 'ch_pi_1',
          amount: 1200,
          currency: 'eur',
          reason: 'fraudulent',
          dueAt: new Date((till.now + 777_600) * 1000),
        },
      },
    ])
  })

  test.each(['won', 'lost'])('%s, live', async (end) => {
    const { orderId } = await till.order()
    await till.deliver(...till.dispute('ch_pi_1'))
    await till.deliver(...till.changeDispute('dp_1', 'under_review'))
    await till.deliver(...till.changeDispute('dp_1', end))
    expect(told.slice(1)).toEqual(['order.disputed dp_1', `order.dispute_${end} dp_1`])
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: end })
    const notes = ['dispute needs_response', 'dispute under_review', `dispute ${end}`]
    expect(await notesOf(orderId)).toEqual(notes)
  })

  test.each(['won', 'lost'])('%s, late and backwards', async (end) => {
    const { orderId } = await till.order()
    const events = [
      ...till.dispute('ch_pi_1'),
      ...till.changeDispute('dp_1', 'under_review'),
      ...till.changeDispute('dp_1', end),
    ]
    await till.deliver(...events.reverse(), ...events)
    expect(told.slice(1)).toEqual(['order.disputed dp_1', `order.dispute_${end} dp_1`])
    expect(await notesOf(orderId)).toEqual([`dispute ${end}`])
    expect(till.asked).toHaveLength(1)
  })

  test('an inquiry that closes is told as a dispute, and has no outcome', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.dispute('ch_pi_1', { status: 'warning_needs_response' }))
    await till.deliver(...till.changeDispute('dp_1', 'warning_closed'))
    expect(told.slice(1)).toEqual(['order.disputed dp_1'])
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'warning_closed' })
  })

  const APPEALED = ['order.disputed dp_1', 'order.dispute_won dp_1', 'order.dispute_lost dp_1']

  test('appealed, live: both decisions are told', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.dispute('ch_pi_1'))
    await till.deliver(...till.changeDispute('dp_1', 'won'))
    await till.deliver(...till.changeDispute('dp_1', 'appeal_under_review'))
    await till.deliver(...till.changeDispute('dp_1', 'lost'))
    expect(told.slice(1)).toEqual(APPEALED)
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'lost' })
  })

  test.each(['as it was', 'backwards'])(
    'appealed, late and %s: the first decision is in its event alone',
    async (way) => {
      const { orderId } = await till.order()
      const events = [
        ...till.dispute('ch_pi_1'),
        ...till.changeDispute('dp_1', 'won'),
        ...till.changeDispute('dp_1', 'appeal_under_review'),
        ...till.changeDispute('dp_1', 'lost'),
      ]
      await till.deliver(...(way === 'backwards' ? events.reverse() : events))
      expect([...told.slice(1)].sort()).toEqual([...APPEALED].sort())
      expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'lost' })
      expect(till.asked).toHaveLength(1)
    },
  )

  test('a decision of before the order was fulfilled waits for it', async () => {
    const { orderId, completed } = await till.order({ pending: true })
    const opened = till.dispute('ch_pi_1')
    const won = till.changeDispute('dp_1', 'won')
    till.changeDispute('dp_1', 'appeal_under_review')
    await till.deliver(...opened, ...won)
    expect(await orderOf(orderId)).toMatchObject({
      status: 'pending',
      disputeStatus: 'appeal_under_review',
    })
    expect(told).toEqual([])
    await till.deliver(completed)
    expect(told).toEqual(['order.fulfilled', 'order.disputed dp_1', 'order.dispute_won dp_1'])
  })

  test('two disputes of one charge: the newest is the order’s, both are told', async () => {
    const { orderId } = await till.order()
    await till.deliver(...till.dispute('ch_pi_1', { amount: 1500 }))
    await till.deliver(...till.dispute('ch_pi_1', { amount: 1500 }))
    await till.deliver(...till.changeDispute('dp_2', 'lost'))
    await till.deliver(...till.changeDispute('dp_1', 'won'))
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'lost' })
    expect(told.slice(1)).toEqual([
      'order.disputed dp_1',
      'order.disputed dp_2',
      'order.dispute_lost dp_2',
      'order.dispute_won dp_1',
    ])
  })

  test('its answer brings the refunds of the charge along', async () => {
    const { orderId } = await till.order()
    const refund = till.refund('ch_pi_1', 700)
    await till.deliver(...till.dispute('ch_pi_1', { status: 'warning_needs_response' }), ...refund)
    expect(await orderOf(orderId)).toMatchObject({
      amountRefunded: 700,
      disputeStatus: 'warning_needs_response',
    })
    const facts = ['order.partially_refunded re_ch_pi_1_1', 'order.disputed dp_1']
    expect(told.slice(1)).toEqual(facts)
    expect([...(await notesOf(orderId))].sort()).toEqual([
      'dispute warning_needs_response',
      'refunded 700 of 3000',
    ])
  })

  test('of a foreign charge: ignored, with a line that says why', async () => {
    till.charge({ id: 'ch_9', payment_intent: 'pi_9' })
    const [created] = till.dispute('ch_9')
    await till.deliver(created ?? {})
    expect(await stateOf(created)).toMatchObject({ state: 'ignored', reason: 'not_ours' })
    expect(shop.logger.lines.some(({ fields }) => fields.reason === 'not_ours')).toBe(true)
    expect(await db.database.query('select id from quittance.disputes')).toEqual([])
  })

  test('of an order that nobody knows, and one that Stripe does not have: waited for, then held', async () => {
    till.charge({ id: 'ch_9', payment_intent: 'pi_9', metadata: { quittance_order: 'ord_9' } })
    const [unknown] = till.dispute('ch_9')
    await till.order()
    const [missing] = till.dispute('ch_pi_1')
    shop.stripe.disputes.delete('dp_2')
    await till.deliver(unknown ?? {}, missing ?? {})
    expect(await stateOf(missing)).toMatchObject({ state: 'waiting', reason: 'object_missing' })
    await db.shift(400)
    await shop.drain()
    expect(await stateOf(unknown)).toMatchObject({ state: 'quarantined', reason: 'unknown_order' })
    expect(await stateOf(missing)).toMatchObject({ state: 'quarantined', reason: 'object_missing' })
  })

  test('an answer that was overtaken changes nothing', async () => {
    const { orderId } = await till.order()
    const opened = till.dispute('ch_pi_1')
    const ask = shop.stripe.dispute.bind(shop.stripe)
    let overtaken = false
    shop.stripe.dispute = async (id) => {
      const answer = structuredClone(await ask(id))
      if (overtaken) return answer
      overtaken = true
      // The refund's event is of another lane, and another worker is quicker.
      const [, refunded] = till.refund('ch_pi_1', 700)
      await shop.deliver(refunded ?? {})
      const other = openShop(db, { on: listener().on, stripe: shop.stripe })
      await other.drain()
      return answer
    }
    await till.deliver(...opened)
    // The dispute is news, the charge of the same answer is not.
    expect(await orderOf(orderId)).toMatchObject({
      amountRefunded: 700,
      disputeStatus: 'needs_response',
    })
    expect(await notesOf(orderId)).toEqual(['refunded 700 of 3000', 'dispute needs_response'])
  })

  test('an older answer about the dispute itself does not undo a newer one', async () => {
    const { orderId } = await till.order()
    const opened = till.dispute('ch_pi_1')
    const ask = shop.stripe.dispute.bind(shop.stripe)
    let overtaken = false
    shop.stripe.dispute = async (id) => {
      const answer = structuredClone(await ask(id))
      if (overtaken) return answer
      overtaken = true
      // Meanwhile it is lost, and a check in the order's lane hears of it first.
      till.changeDispute('dp_1', 'lost')
      await placeCheck(`order:${orderId}`)
      const other = openShop(db, { on: listener().on, stripe: shop.stripe })
      await other.drain()
      return answer
    }
    await till.deliver(...opened)
    expect(till.asked).toEqual(['dispute dp_1', 'dispute dp_1'])
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'lost' })
    expect(await notesOf(orderId)).toEqual(['dispute lost'])
  })

  test('a check of the dispute finds what no event told', async () => {
    const { orderId } = await till.order()
    till.dispute('ch_pi_1')
    till.changeDispute('dp_1', 'lost')
    await placeCheck(`order:${orderId}`)
    await shop.drain()
    expect(await orderOf(orderId)).toMatchObject({ disputeStatus: 'lost' })
    expect(told.slice(1)).toEqual(['order.disputed dp_1', 'order.dispute_lost dp_1'])
  })

  test('a payload without an id, and an answer without a charge, are held', async () => {
    await till.order()
    const nameless = till.event('charge.dispute.updated', { object: 'dispute' })
    const [created] = till.dispute('ch_pi_1')
    shop.stripe.disputes.set('dp_1', {
      ...shop.stripe.disputes.get('dp_1'),
      charge: { id: 'ch_pi_1' },
    })
    await till.deliver(nameless, created ?? {})
    for (const event of [nameless, created]) {
      expect(await stateOf(event)).toMatchObject({
        state: 'quarantined',
        reason: 'unusable_payload',
      })
    }
  })
})
