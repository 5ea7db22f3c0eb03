// Goal: two changes of one buyer at the same time cannot each count on what the other takes away.
// Method: two transactions on PostgreSQL; the second one settles while the first is still open. Red
// without the lock of the buyer's row: each sees the other's subscription alive, and access stays.
import { describe, expect, test } from 'vitest'
import { renameItems } from '../../../src/pipeline/projections/access/items.ts'
import { accessRules } from '../../../src/pipeline/projections/access/rules.ts'
import { settleBuyer } from '../../../src/pipeline/projections/access/settle-buyer.ts'
import { postgresBackend, useDatabase } from '../../support/databases.ts'
import { CATALOGUE, rulesOf, subscription } from './make.ts'
import { change, putBuyer, putOrder, putSubscription, scopeOf, settle, type Told } from './rows.ts'

const NEVER = {
  name: 'postgres',
  open: async (): Promise<never> => {
    throw new TypeError('unreachable: the suite is skipped')
  },
} as const

/** Resolved from outside. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

describe.skipIf(postgresBackend === null)('two revocations of one buyer at once', () => {
  const db = useDatabase(postgresBackend ?? NEVER)
  const rules = rulesOf()

  /** Changes a row and settles; holds its transaction open until `commits`. */
  function revoke(
    buyer: bigint,
    table: string,
    id: string,
    over: Record<string, unknown>,
    commits: Promise<void>,
  ) {
    const settled = gate()
    const told: Told[] = []
    const done = db.database.transaction(async (tx) => {
      await change(tx, table, id, over)
      await settleBuyer(scopeOf(tx, told), buyer, rules)
      settled.open()
      await commits
    })
    return { settled: settled.passed, done, told }
  }

  /** Whether somebody waits for a lock. */
  const isWaiting = async (): Promise<boolean> => {
    const rows = await db.database.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.length > 0
  }

  async function race(second: { table: string; id: string; over: Record<string, unknown> }) {
    const buyer = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1')
    if (second.table === 'subscriptions') await putSubscription(db.database, second.id)
    else await putOrder(db.database, second.id, buyer, { item_id: 'pass' })
    await settle(db.database, buyer, rules)
    const commit = gate()
    const first = revoke(buyer, 'subscriptions', 'sub_1', { status: 'canceled' }, commit.passed)
    await first.settled
    const { table, id, over } = second
    const other = revoke(buyer, table, id, over, Promise.resolve())
    let isSettled = false
    void other.settled.then(() => {
      isSettled = true
    })
    const deadline = Date.now() + 5_000
    while (!isSettled && !(await isWaiting()) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    commit.open()
    await first.done
    await other.done
    const rows = await db.database.query(
      'select granted, told, times_told from quittance.access where feature = $1',
      ['export'],
    )
    return { rows, told: [...first.told, ...other.told].map(({ what }) => what) }
  }

  test('two subscriptions: the feature is gone, and that is told once', async () => {
    const over = { status: 'canceled' }
    const { rows, told } = await race({ table: 'subscriptions', id: 'sub_2', over })
    expect(rows).toEqual([{ granted: false, told: false, times_told: 2 }])
    expect(told).toEqual(['access.revoked export'])
  })

  test('an item that another transaction writes is not waited for when items are renamed', async () => {
    await putBuyer(db.database, 'ada')
    for (const id of ['sub_1', 'sub_2']) await putSubscription(db.database, id)
    const { pro, ...others } = CATALOGUE
    const renamed = accessRules({ ...others, ...(pro === undefined ? {} : { new_pro: pro }) }, {})
    const sold = { priceId: 'price_pro', lookupKey: null, soldAs: null }
    const items = [{ itemId: 'pro', quantity: 1, sold }]
    const held = ['sub_1', 'sub_2'].map((id) => ({ ...subscription({ id }), items }))
    const names = () =>
      db.database.query('select id, item_id from quittance.subscription_items order by id')
    await db.database.transaction(async (other) => {
      await other.query(
        `update quittance.subscription_items set quantity = 2 where subscription_id = 'sub_2'`,
      )
      await db.database.transaction((tx) => renameItems(tx, held, renamed))
      expect(await names()).toEqual([
        { id: 'si_sub_1', item_id: 'new_pro' },
        { id: 'si_sub_2', item_id: 'pro' },
      ])
    })
  })

  test('a subscription and an order that is refunded', async () => {
    const over = { amount_refunded: 1500 }
    const { rows, told } = await race({ table: 'orders', id: 'order_1', over })
    expect(rows).toEqual([{ granted: false, told: false, times_told: 2 }])
    expect(told).toEqual(['access.revoked export'])
  })
})
