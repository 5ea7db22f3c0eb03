// Goal: a handler cannot end our transaction, outlive it, or pass its own faults off as the store's.
// Method: handlers that do with tx.client what query builders and forgotten promises do.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Handler } from '../../src/events.ts'
import type { Transaction } from '../../src/ports/database.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

type OrderHandler = Handler<'order.fulfilled'>

/** What both drivers' clients have. */
interface DriverClient {
  query(sql: string): Promise<unknown>
}

const clientOf = (tx: Transaction) => tx.client as DriverClient
const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe.each(backends)('the transaction of a handler on $name', (backend) => {
  const db = useDatabase(backend)
  let runs = 0
  let act: OrderHandler = () => undefined
  let shop: Shop
  beforeAll(async () => {
    await db.database.query('create table public.licences (what text)')
  })
  beforeEach(async () => {
    await db.database.query('truncate public.licences')
    runs = 0
    shop = openShop(db, {
      processor: { handlerTimeoutMs: 1_000 },
      on: {
        'order.fulfilled': async (context) => {
          runs += 1
          await act(context)
        },
      },
    })
    await shop.engine.start()
  })
  afterEach(() => shop.engine.stop())

  const buy = async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await shop.drain()
    return orderId
  }
  const retry = async () => {
    await db.shift(60)
    await shop.drain()
  }
  const rows = async () => (await db.database.query('select * from public.licences')).length
  const firstRunOnly = (misbehave: OrderHandler): OrderHandler => {
    return (context) => (runs === 1 ? misbehave(context) : undefined)
  }

  test('joins what the driver’s own client writes', async () => {
    act = async ({ tx }) => {
      await clientOf(tx).query(`insert into public.licences values ('by client')`)
      await clientOf(tx).query('savepoint nested')
      await clientOf(tx).query(`insert into public.licences values ('undone')`)
      await clientOf(tx).query('rollback to savepoint nested')
    }
    await buy()
    expect(await rows()).toBe(1)
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'done' })
  })

  test.each(['begin', 'COMMIT', ' rollback', 'end', 'start transaction'])(
    'cannot be begun or ended by "%s"',
    async (statement) => {
      const refused: unknown[] = []
      const note = (error: unknown) => refused.push((error as { code?: unknown }).code)
      act = firstRunOnly(async ({ tx }) => {
        await tx.query(`insert into public.licences values ('kept')`)
        await tx.query(statement).catch(note)
        try {
          await clientOf(tx).query(statement)
        } catch (error) {
          note(error)
        }
      })
      const orderId = await buy()
      expect(refused).toEqual(['HANDLER_TRANSACTION', 'HANDLER_TRANSACTION'])
      expect(await rows()).toBe(1)
      expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
    },
  )

  test('that was ended all the same is never taken for done', async () => {
    act = firstRunOnly(async ({ tx }) => {
      // Two statements in one: the words that we look for do not stand in front.
      const both = 'select 1; rollback'
      const client = tx.client as { exec?: (sql: string) => Promise<unknown> } & DriverClient
      await (client.exec?.(both) ?? client.query(both))
    })
    const orderId = await buy()
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'waiting' })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    await retry()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
  })

  test('cannot be used after it has ended', async () => {
    const refused: unknown[] = []
    const late = `insert into public.licences values ('late')`
    act = firstRunOnly(async ({ tx }) => {
      const client = clientOf(tx)
      for (const straggle of [() => client.query(late), () => tx.query(late), () => tx.client]) {
        later(50)
          .then(straggle)
          .catch((error: { code?: unknown }) => refused.push(error.code))
      }
      throw new Error('failed first')
    })
    const orderId = await buy()
    await later(100)
    expect(await rows()).toBe(0)
    expect(refused).toEqual(['HANDLER_TIMEOUT', 'HANDLER_TIMEOUT', 'HANDLER_TIMEOUT'])
    await retry()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
    expect(await rows()).toBe(0)
  })

  test.each(['ECONNREFUSED', 'ETIMEDOUT', 'ENOENT'])(
    'ends the attempt, not the lease, when a handler’s own call fails with %s',
    async (code) => {
      act = firstRunOnly(() => {
        throw Object.assign(new Error('the mail server is away'), { code })
      })
      await buy()
      expect(await shop.engine.events.get('evt_1')).toMatchObject({
        state: 'waiting',
        attemptRows: [{ attempt: 1, outcome: 'waiting', code }],
      })
      expect(await db.database.query('select lane from quittance.lanes')).toEqual([])
    },
  )
})
