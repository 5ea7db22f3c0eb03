// Goal: a user and a customer become one buyer without losing anything of either; a deleted one stays told.
// Method: the merge on real databases by itself, and customers' events through the engine.
import { describe, expect, test } from 'vitest'
import { adoptCustomer } from '../../../src/pipeline/projections/buyers/adopt.ts'
import { buyerOf } from '../../../src/pipeline/projections/buyers/row.ts'
import { StripeRefusal } from '../../../src/ports/stripe.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { DAY, invoice, NO_SUBSCRIPTION, openDesk, START, subscription } from './desk.ts'

const SUMMARY = 'entitlements.active_entitlement_summary.updated'
const summaryOf = (customer: string) => ({
  object: 'entitlements.active_entitlement_summary',
  customer,
  livemode: false,
  entitlements: { object: 'list', data: [], has_more: false },
})
const entitlement = (key: string, n = key) => ({
  id: `ent_${n}`,
  object: 'entitlements.active_entitlement',
  feature: `feat_${key}`,
  lookup_key: key,
})

describe.each(backends)('customers on $name', (backend) => {
  const db = useDatabase(backend)
  const adopt = (userId: string, customerId: string) =>
    db.database.transaction((tx) => adoptCustomer(tx, userId, customerId))
  const buyers = () =>
    db.database.query(
      'select user_id, customer_id, customer_deleted from quittance.buyers order by id',
    )
  const give = (buyer: bigint, feature: string, told: boolean) =>
    db.database.query(
      `insert into quittance.access
         (buyer_id, feature, granted, reason, source, source_id, told, times_told, updated_at)
       values ($1, $2, $3, 'active', 'subscription', 'sub_1', $3, 1, now())`,
      [buyer, feature, told],
    )

  test('a new user adopts an unknown customer', async () => {
    const { buyer, former } = await adopt('user_1', 'cus_1')
    expect(buyer).toMatchObject({ user_id: 'user_1', customer_id: 'cus_1' })
    expect(former).toBeNull()
    expect(await buyers()).toHaveLength(1)
  })

  test('once more changes nothing', async () => {
    const first = await adopt('user_1', 'cus_1')
    const second = await adopt('user_1', 'cus_1')
    expect(second.buyer.id).toBe(first.buyer.id)
    expect(await buyers()).toHaveLength(1)
  })

  test('a user’s orders and what was told of them go to the customer’s row', async () => {
    const desk = openDesk(db)
    const { orderId } = await desk.order()
    const user = await buyerOf(db.database, 'user_id', 'user_1')
    const customer = await buyerOf(db.database, 'customer_id', 'cus_1')
    await desk.rows('update quittance.orders set buyer_id = $1', [user.id])
    await give(user.id, 'report', true)
    await give(user.id, 'export', true)
    await give(customer.id, 'export', false)
    await give(customer.id, 'sso', true)
    const { buyer } = await adopt('user_1', 'cus_1')
    expect(buyer.id).toBe(customer.id)
    expect(await buyers()).toEqual([
      { user_id: 'user_1', customer_id: 'cus_1', customer_deleted: false },
    ])
    expect(await desk.rows('select id, buyer_id from quittance.orders')).toEqual([
      { id: orderId, buyer_id: customer.id },
    ])
    const access = await desk.rows(
      'select buyer_id, feature, told from quittance.access order by feature',
    )
    expect(access).toEqual([
      { buyer_id: customer.id, feature: 'export', told: true },
      { buyer_id: customer.id, feature: 'report', told: true },
      { buyer_id: customer.id, feature: 'sso', told: true },
    ])
  })

  test('another user’s customer is refused, and so is a second one', async () => {
    await adopt('user_1', 'cus_1')
    await buyerOf(db.database, 'customer_id', 'cus_2')
    await expect(adopt('user_2', 'cus_1')).rejects.toMatchObject({ code: 'CUSTOMER_CONFLICT' })
    await expect(adopt('user_1', 'cus_2')).rejects.toMatchObject({ code: 'CUSTOMER_CONFLICT' })
    expect(await buyers()).toEqual([
      { user_id: 'user_1', customer_id: 'cus_1', customer_deleted: false },
      { user_id: null, customer_id: 'cus_2', customer_deleted: false },
    ])
  })

  test('a deleted customer makes room for the next one, and stays as a guest', async () => {
    const { buyer: before } = await adopt('user_1', 'cus_1')
    await db.database.query('update quittance.buyers set customer_deleted = true')
    const { buyer, former } = await adopt('user_1', 'cus_2')
    expect(buyer).toMatchObject({ user_id: 'user_1', customer_id: 'cus_2' })
    expect(former).toBe(before.id)
    expect(await buyers()).toEqual([
      { user_id: null, customer_id: 'cus_1', customer_deleted: true },
      { user_id: 'user_1', customer_id: 'cus_2', customer_deleted: false },
    ])
  })

  test('many at once make one row', async () => {
    const tries = Array.from({ length: 6 }, () => adopt('user_1', 'cus_1'))
    const settled = await Promise.allSettled([...tries, buyerOf(db.database, 'user_id', 'user_1')])
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    await adopt('user_1', 'cus_1')
    expect(await buyers()).toEqual([
      { user_id: 'user_1', customer_id: 'cus_1', customer_deleted: false },
    ])
  })

  test('a customer deleted at Stripe is known as such, whatever comes first', async () => {
    const deleted = { id: 'cus_1', object: 'customer', deleted: true }
    for (const order of ['before', 'after']) {
      await db.reset()
      const desk = openDesk(db)
      const over = subscription({ status: 'canceled', ended_at: START + DAY })
      const news = [
        desk.put('customer.deleted', deleted),
        desk.put('customer.subscription.deleted', over),
      ]
      for (const event of order === 'before' ? news : news.toReversed()) await desk.tell(event)
      expect(await buyers()).toEqual([
        { user_id: null, customer_id: 'cus_1', customer_deleted: true },
      ])
      expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'canceled' })
      for (const { id } of news) expect(await desk.end(String(id))).toBe('done')
    }
  })

  test('Stripe stops collecting from a deleted customer without a word: invoices are asked for', async () => {
    const desk = openDesk(db)
    const waiting = invoice({
      ...NO_SUBSCRIPTION,
      status: 'open',
      amount_paid: 0,
      next_payment_attempt: START + DAY,
    })
    await desk.tell(desk.put('invoice.payment_failed', waiting))
    desk.put('nothing', { ...waiting, next_payment_attempt: null })
    await desk.tell(desk.put('customer.deleted', { id: 'cus_1', object: 'customer' }))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({ next_payment_attempt: null })
  })

  test('customers that only change are none of our business', async () => {
    const desk = openDesk(db)
    await desk.tell(desk.put('customer.updated', { id: 'cus_1', object: 'customer' }))
    expect(await desk.end('evt_1')).toBe('ignored: unhandled')
    expect(await buyers()).toEqual([])
  })

  test('entitlements are replaced as a whole, by what Stripe lists now', async () => {
    const desk = openDesk(db)
    const rows = () => desk.rows('select * from quittance.entitlements order by lookup_key')
    desk.stripe.entitled.set('cus_1', [entitlement('export'), entitlement('search')])
    await desk.tell(desk.put(SUMMARY, summaryOf('cus_1')), desk.put(SUMMARY, summaryOf('cus_1')))
    expect(await rows()).toEqual([
      { customer_id: 'cus_1', lookup_key: 'export', feature_id: 'feat_export', id: 'ent_export' },
      { customer_id: 'cus_1', lookup_key: 'search', feature_id: 'feat_search', id: 'ent_search' },
    ])
    expect(desk.stripe.calls.filter((call) => call.startsWith('entitlements'))).toHaveLength(1)
    desk.stripe.entitled.set('cus_1', [entitlement('export', 'again'), entitlement('sso')])
    await desk.tell(desk.put(SUMMARY, summaryOf('cus_1')))
    expect(await rows()).toMatchObject([
      { lookup_key: 'export', id: 'ent_again' },
      { lookup_key: 'sso', id: 'ent_sso' },
    ])
  })

  test('a list that was overtaken by a newer one changes nothing', async () => {
    const desk = openDesk(db)
    desk.stripe.entitled.set('cus_1', [entitlement('export')])
    await desk.tell(desk.put(SUMMARY, summaryOf('cus_1')))
    desk.stripe.entitled.set('cus_1', [])
    const list = desk.stripe.entitlements.bind(desk.stripe)
    desk.stripe.entitlements = async (id) => {
      const page = await list(id)
      await desk.rows(`update quittance.buyers set entitlement_ticket = nextval('quittance.seq')`)
      return page
    }
    await desk.tell(desk.put(SUMMARY, summaryOf('cus_1')))
    expect(await desk.rows('select lookup_key from quittance.entitlements')).toEqual([
      { lookup_key: 'export' },
    ])
  })

  test('all pages of a list are read', async () => {
    const desk = openDesk(db)
    desk.stripe.entitled.set(
      'cus_1',
      ['a', 'b', 'c', 'd', 'e'].map((key) => entitlement(key)),
    )
    desk.stripe.entitledPage = 2
    await desk.tell(desk.put(SUMMARY, summaryOf('cus_1')))
    expect(desk.stripe.calls.filter((call) => call.startsWith('entitlements'))).toHaveLength(3)
    expect(await desk.rows('select id from quittance.entitlements')).toHaveLength(5)
  })

  test('a customer whom Stripe does not know has none only if it was deleted', async () => {
    const desk = openDesk(db, { processor: { attemptsMax: 2 } })
    desk.stripe.entitled.set('cus_1', [entitlement('export')])
    await desk.tell(desk.put(SUMMARY, summaryOf('cus_1')))
    desk.stripe.entitlements = async () => {
      throw new StripeRefusal(404, 'resource_missing', 'req_1')
    }
    const event = desk.put(SUMMARY, summaryOf('cus_1'))
    await desk.tell(event)
    expect(await desk.end(String(event.id))).toBe('waiting: object_missing')
    expect(await desk.rows('select id from quittance.entitlements')).toHaveLength(1)
    await desk.tell(desk.put('customer.deleted', { id: 'cus_1', object: 'customer' }))
    await db.shift(60)
    await desk.drain()
    expect(await desk.end(String(event.id))).toBe('done')
    expect(await desk.rows('select id from quittance.entitlements')).toEqual([])
  })
})
