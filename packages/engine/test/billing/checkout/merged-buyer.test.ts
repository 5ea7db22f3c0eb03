// Goal: an order is written for a buyer whose row changes hands by an adoption at that very moment.
// Method: an adoption that has moved the user and not committed, while the order’s statement runs.
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { adoptCustomer } from '../../../src/pipeline/projections/buyers/adopt.ts'
import { buyerOf } from '../../../src/pipeline/projections/buyers/row.ts'
import type { Database, Queryable } from '../../../src/ports/database.ts'
import { postgresBackend, type TestDatabase } from '../../support/databases.ts'
import { openPlanShop, type PlanShop } from './plan-shop.ts'

/** Whichever statement of a checkout is the first to hold on to the buyer's row. */
const HOLDS = /insert into quittance\.orders|for key share|for no key update/
const WAITING = `
select 1 from pg_stat_activity
where wait_event_type = 'Lock' and pid <> pg_backend_pid()
  and query ~ 'insert into quittance.orders|for key share|for no key update'`
const LOOKS_MAX = 200

/** PGlite has one connection: there nothing can come between. */
describe.skipIf(postgresBackend === null)('an order', () => {
  let db: TestDatabase
  let shop: PlanShop
  /** Whether the next statement that holds the buyer's row meets an adoption. */
  let adopts: boolean

  beforeEach(async () => {
    const opened = await postgresBackend?.open()
    if (opened === undefined) throw new TypeError('skipped without PostgreSQL')
    onTestFinished(() => opened.drop())
    db = opened
    adopts = false
    shop = openPlanShop({ ...db, database: adopting(db.database) })
  })

  /** The statement starts after the user's row has parted, and waits for the commit. */
  async function adoptAround<T>(statement: () => Promise<T>): Promise<T> {
    let running: Promise<T> | undefined
    await db.database.transaction(async (tx) => {
      await adoptCustomer(tx, 'user_1', 'cus_guest')
      running = statement()
      running.catch(() => undefined)
      for (let look = 0; look < LOOKS_MAX; look += 1) {
        if ((await db.database.query(WAITING)).length > 0) return
      }
      throw new TypeError('the statement does not wait')
    })
    if (running === undefined) throw new TypeError('the statement did not run')
    return await running
  }

  function watched<Q extends Queryable>(target: Q): Q {
    const query: Queryable['query'] = async (sql, params = []) => {
      if (!adopts || !HOLDS.test(sql)) return await target.query(sql, params)
      adopts = false
      return await adoptAround(() => target.query(sql, params))
    }
    return new Proxy(target, {
      get(_, name) {
        if (name === 'query') return query
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  function adopting(database: Database): Database {
    const transaction: Database['transaction'] = (work, options) =>
      database.transaction((tx) => work(watched(tx)), options)
    return new Proxy(watched(database), {
      get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)),
    })
  }

  const guest = async () => (await buyerOf(db.database, 'customer_id', 'cus_guest')).id
  const orders = () => db.database.query('select id, buyer_id from quittance.orders')

  /** Then the adoption leaves the user's row to the guest that this customer is. */
  async function deleteCustomer(): Promise<void> {
    await shop.engine.customers.ensure({ userId: 'user_1' })
    await db.database.query(
      `update quittance.buyers set customer_deleted = true where user_id = 'user_1'`,
    )
  }

  test.each(['poster', 'pro'])(
    'of %s is the buyer’s whose row is merged meanwhile',
    async (itemId) => {
      const buyer = await guest()
      await buyerOf(db.database, 'user_id', 'user_1')
      adopts = true
      const { orderId } = await shop.ask({ itemId, key: 'key-1' })
      expect(adopts).toBe(false)
      expect(await orders()).toEqual([{ id: orderId, buyer_id: buyer }])
    },
  )

  test.each(['poster', 'pro'])(
    'of %s is the user’s whose row becomes a guest’s meanwhile',
    async (itemId) => {
      const buyer = await guest()
      await deleteCustomer()
      adopts = true
      const { orderId } = await shop.ask({ itemId, key: 'key-1' })
      expect(adopts).toBe(false)
      expect(await orders()).toEqual([{ id: orderId, buyer_id: buyer }])
    },
  )

  test('that is a sign-up is found in a row that took the user over meanwhile', async () => {
    const buyer = await guest()
    await deleteCustomer()
    const { orderId, sessionId } = await shop.ask({ itemId: 'pro' })
    await db.database.query(
      `update quittance.buyers set customer_deleted = true where user_id = 'user_1'`,
    )
    adopts = true
    expect(await shop.ask({ itemId: 'pro' })).toMatchObject({ orderId, sessionId })
    expect(adopts).toBe(false)
    expect(await orders()).toEqual([{ id: orderId, buyer_id: buyer }])
  })
})
