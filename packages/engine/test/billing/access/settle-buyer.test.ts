// Goal: a buyer's access rows say what follows from all other rows, and the app hears of each turn once.
import { describe, expect, test } from 'vitest'
import type { AccessPolicies } from '../../../src/catalogue.ts'
import { findBuyer } from '../../../src/pipeline/projections/buyers/row.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { at, rulesOf } from './make.ts'
import {
  change,
  iso,
  putBuyer,
  putDispute,
  putInvoice,
  putOrder,
  putSubscription,
  settle,
  type Told,
} from './rows.ts'

describe.each(backends)('settling a buyer on $name', (backend) => {
  const db = useDatabase(backend)
  const day = 86_400_000

  /** The database's clock is set so that now is the given moment. */
  async function setClock(moment: number): Promise<void> {
    const rows = await db.database.query<{ s: number }>(
      `select extract(epoch from $1::timestamptz - quittance.now())::float8 as s`,
      [iso(moment)],
    )
    await db.shift(rows[0]?.s ?? 0)
  }

  const stored = async () =>
    await db.database.query(
      `select feature, granted, access_until, reason, source_id, later_reason, told, times_told
       from quittance.access order by feature`,
    )
  const settled = async (buyer: bigint, policies: Partial<AccessPolicies> = {}) =>
    await settle(db.database, buyer, rulesOf(policies))
  const names = (told: readonly Told[]) => told.map(({ what }) => what)

  test('grants, says nothing twice, revokes, grants anew under new keys', async () => {
    await setClock(at(10))
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { item_id: 'team' })
    const granted = await settled(ada)
    expect(granted.map(({ what, key }) => [what, key])).toEqual([
      ['access.granted export', `access:${ada}:export:1`],
      ['access.granted sso', `access:${ada}:sso:1`],
    ])
    expect(granted[0]?.about).toEqual({
      buyer: {
        userId: 'user_ada',
        customerId: 'cus_ada',
        customerDeleted: false,
        followUpSince: null,
      },
      feature: 'export',
      access: {
        feature: 'export',
        granted: true,
        until: null,
        reason: 'active',
        because: 'active',
        source: { kind: 'subscription', id: 'sub_1' },
      },
    })
    expect(await settled(ada)).toEqual([])
    await change(db.database, 'subscriptions', 'sub_1', { status: 'unpaid' })
    expect(names(await settled(ada))).toEqual(['access.revoked export', 'access.revoked sso'])
    expect(await settled(ada)).toEqual([])
    await change(db.database, 'subscriptions', 'sub_1', { status: 'active' })
    expect((await settled(ada)).map(({ key }) => key)).toEqual([
      `access:${ada}:export:3`,
      `access:${ada}:sso:3`,
    ])
  })

  test('a denial that was never a grant is kept and not told', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { status: 'incomplete' })
    expect(await settled(ada)).toEqual([])
    expect(await stored()).toMatchObject([
      { feature: 'export', granted: false, reason: 'incomplete', told: false, times_told: 0 },
    ])
  })

  test('what no plan gives any more is taken away', async () => {
    await setClock(at(10))
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { item_id: 'team' })
    await settled(ada)
    await db.database.query(
      `update quittance.subscription_items set item_id = 'pro', price_id = 'price_pro'`,
    )
    expect(names(await settled(ada))).toEqual(['access.revoked sso'])
    expect(await stored()).toMatchObject([
      { feature: 'export', granted: true, reason: 'active', source_id: 'sub_1' },
      { feature: 'sso', granted: false, reason: 'none', source_id: null, later_reason: null },
    ])
  })

  test('everything of the buyer counts, and nobody else’s', async () => {
    await setClock(at(10))
    const ada = await putBuyer(db.database, 'ada')
    const bob = await putBuyer(db.database, 'bob')
    await putSubscription(db.database, 'sub_1', { status: 'canceled' })
    await putSubscription(db.database, 'sub_2', { cancel_at: iso(at(31)) })
    await putOrder(db.database, 'order_1', ada)
    await putOrder(db.database, 'order_2', ada, { item_id: 'pass', fulfilled_at: iso(at(5)) })
    await putSubscription(db.database, 'sub_3', { customer_id: 'cus_bob', item_id: 'team' })
    // A sign-up's order gives nothing by itself.
    await putOrder(db.database, 'order_3', bob, { item_id: 'report', kind: 'subscription' })
    await settled(ada)
    expect(await stored()).toMatchObject([
      {
        feature: 'export',
        reason: 'purchased',
        source_id: 'order_2',
        access_until: new Date(at(35)),
      },
      { feature: 'report', reason: 'purchased', source_id: 'order_1', access_until: null },
    ])
    expect(names(await settled(bob))).toEqual(['access.granted export', 'access.granted sso'])
  })

  test('what comes after an end is kept up to date while it goes on', async () => {
    await setClock(at(10))
    const ada = await putBuyer(db.database, 'ada')
    await putOrder(db.database, 'order_1', ada, { item_id: 'pass' })
    await settled(ada)
    expect(await stored()).toMatchObject([{ reason: 'purchased', later_reason: 'expired' }])
    await putSubscription(db.database, 'sub_1', { status: 'unpaid', stripe_created: iso(at(5)) })
    expect(await settled(ada)).toEqual([])
    expect(await stored()).toMatchObject([{ reason: 'purchased', later_reason: 'unpaid' }])
    await change(db.database, 'subscriptions', 'sub_1', { status: 'canceled' })
    expect(await settled(ada)).toEqual([])
    expect(await stored()).toMatchObject([{ reason: 'purchased', later_reason: 'canceled' }])
  })

  test('refunds and disputes of orders and invoices are read, each dispute of several', async () => {
    await setClock(at(10))
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1')
    await putInvoice(db.database, 'in_1')
    await putOrder(db.database, 'order_1', ada)
    await settled(ada)
    await putDispute(db.database, 'dp_1', 'pi_order_1', 'lost')
    await putDispute(db.database, 'dp_2', 'pi_order_1', 'won')
    expect(names(await settled(ada))).toContain('access.revoked report')
    expect(await settled(ada, { disputeLost: 'keep' })).toMatchObject([
      { what: 'access.granted report' },
    ])
    await change(db.database, 'invoices', 'in_1', { amount_refunded: 2000 })
    expect(names(await settled(ada))).toContain('access.revoked export')
    expect(names(await settled(ada, { fullRefund: 'keep' }))).toContain('access.granted export')
  })

  test('past due: the grace counts from the period that is not paid, and is told by the clock', async () => {
    await setClock(at(32))
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { status: 'past_due', period_start: iso(at(31)) })
    await putInvoice(db.database, 'in_1')
    await putInvoice(db.database, 'in_2', {
      status: 'open',
      amount_paid: 0,
      period_start: iso(at(31)),
      period_end: iso(at(61)),
      finalized_at: iso(at(31, 13)),
    })
    expect(names(await settled(ada))).toEqual(['access.granted export'])
    expect(await stored()).toMatchObject([
      {
        reason: 'past_due_grace',
        access_until: new Date(at(38)),
        later_reason: 'past_due_grace_over',
      },
    ])
    await db.shift((6 * day) / 1000)
    expect(await settled(ada)).toMatchObject([
      {
        what: 'access.revoked export',
        about: { access: { granted: false, reason: 'past_due_grace_over', until: null } },
      },
    ])
    // The row says the same as before: only what was told has changed.
    expect(await stored()).toMatchObject([{ granted: true, told: false, times_told: 2 }])
  })

  test('the follow-up flag', async () => {
    await setClock(at(32))
    const ada = await putBuyer(db.database, 'ada')
    const followUp = async () => {
      await settled(ada)
      return (await findBuyer(db.database, 'id', ada))?.follow_up_since ?? null
    }
    const failed = { status: 'open', amount_paid: 0 }
    await putSubscription(db.database, 'sub_1', { status: 'past_due' })
    await putInvoice(db.database, 'in_1')
    expect(await followUp()).toBeNull()
    await putInvoice(db.database, 'in_2', { ...failed, finalized_at: iso(at(31, 13)) })
    await putInvoice(db.database, 'in_3', {
      ...failed,
      finalized_at: null,
      stripe_created: iso(at(33)),
    })
    const untried = { ...failed, attempt_count: 0 }
    await putInvoice(db.database, 'in_4', { ...untried, attempted: false })
    await putInvoice(db.database, 'in_5', untried)
    expect(await followUp()).toEqual(new Date(at(31, 13)))
    // A debit that is under way: nobody has to do anything.
    await change(db.database, 'subscriptions', 'sub_1', { status: 'active' })
    expect(await followUp()).toBeNull()
    await change(db.database, 'subscriptions', 'sub_1', { change_pending: true })
    expect(await followUp()).toEqual(new Date(at(31, 13)))
    await change(db.database, 'invoices', 'in_2', { status: 'paid' })
    expect(await followUp()).toEqual(new Date(at(33)))
    await change(db.database, 'invoices', 'in_3', { status: 'void' })
    expect(await followUp()).toBeNull()
  })

  test.each(['canceled', 'incomplete_expired'])(
    'nobody is followed up for what was owed by a subscription that is %s',
    async (status) => {
      const ada = await putBuyer(db.database, 'ada')
      const since = async () => {
        await settled(ada)
        return (await findBuyer(db.database, 'id', ada))?.follow_up_since ?? null
      }
      await putSubscription(db.database, 'sub_1', { status: 'unpaid', change_pending: true })
      await putInvoice(db.database, 'in_1', { status: 'open', amount_paid: 0 })
      expect(await since()).toEqual(new Date(at(1)))
      // Stripe leaves the invoice open, and collects no more.
      await change(db.database, 'subscriptions', 'sub_1', { status })
      expect(await since()).toBeNull()
      // One that belongs to no subscription still waits.
      const alone = { status: 'open', amount_paid: 0, subscription_id: null }
      await putInvoice(db.database, 'in_2', { ...alone, finalized_at: iso(at(2)) })
      expect(await since()).toEqual(new Date(at(2)))
    },
  )

  test('a buyer who is gone is passed over', async () => {
    expect(await settled(4711n)).toEqual([])
  })

  test('the views say the same, before and after an end', async () => {
    await setClock(at(10))
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { cancel_at: iso(at(31)) })
    await settled(ada)
    const view = () =>
      db.database.query(
        `select granted, access_until, reason, source_id from quittance.buyer_access
         where user_id = 'user_ada' and feature = 'export'`,
      )
    const can = async () =>
      (await db.database.query(`select quittance.can('user_ada', 'export') as can`))[0]?.can
    expect(await view()).toMatchObject([
      { granted: true, access_until: new Date(at(31)), reason: 'ends_at_cancellation' },
    ])
    expect(await can()).toBe(true)
    await setClock(at(31))
    expect(await view()).toEqual([
      { granted: false, access_until: null, reason: 'canceled', source_id: 'sub_1' },
    ])
    expect(await can()).toBe(false)
  })
})
