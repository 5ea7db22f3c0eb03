// Goal: a PostgreSQL that is slow, locked, crowded or strict with rights never hangs us or loses work.
// Method: second connections that hold locks, roles without rights, a shifted clock. PostgreSQL only.
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { claim } from '../../src/pipeline/processor/lease.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { postgres } from '../../src/storage/postgres.ts'
import { type Backend, postgresBackend, useDatabase } from '../support/databases.ts'
import { eventOf, openShop } from '../support/shop.ts'

const never: Backend = {
  name: 'postgres',
  open: () => Promise.reject(new TypeError('unreachable: the suite is skipped')),
}

describe.skipIf(postgresBackend === null)('PostgreSQL', () => {
  const db = useDatabase(postgresBackend ?? never)

  /** A session of its own, as a process that was paused in the middle of something. */
  async function ghost<T>(statements: readonly string[], meanwhile: () => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: db.url })
    await client.connect()
    client.on('error', () => undefined)
    try {
      await client.query('begin')
      for (const statement of statements) await client.query(statement)
      return await meanwhile()
    } finally {
      await client.end()
    }
  }

  const elapsed = async (work: () => Promise<unknown>) => {
    const from = performance.now()
    await work().catch(() => undefined)
    return performance.now() - from
  }

  test('that does not answer is one that is down: 503, and soon', async () => {
    const database = postgres({ connectionString: db.url ?? '', queryTimeoutMs: 300 })
    const shop = openShop({ ...db, database })
    await ghost(['lock table quittance.event_keys'], async () => {
      const delivery = shop.deliver(eventOf('evt_1', 'customer.created', { id: 'cus_1' }))
      await expect(delivery).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503 })
    })
    await database.close()
  })

  test('with a ghost on one lane delays neither other orders nor the stop', async () => {
    const shop = openShop(db, { checkout: { successWaitMs: 300 }, processor: { drainMs: 300 } })
    await shop.engine.start()
    const stuck = await shop.order()
    const other = await shop.order()
    const lane = `order:${stuck.orderId}`
    await db.database.query(`insert into quittance.lanes (lane, queued_at) values ($1, now())`, [
      lane,
    ])
    await ghost([`select 1 from quittance.lanes where lane = '${lane}' for update`], async () => {
      await ghost([`delete from quittance.lanes where lane <> '${lane}'`], async () => undefined)
      const visit = ({ sessionId }: { sessionId: string }) =>
        shop.engine.checkout.success({ sessionId, identity: null, browser: null })
      expect(await elapsed(() => visit(stuck))).toBeLessThan(2_000)
      expect(await elapsed(() => visit(other))).toBeLessThan(2_000)
      expect(await elapsed(() => shop.engine.stop())).toBeLessThan(3_000)
    })
  })

  test('drops a lease transaction that somebody stopped in the middle', async () => {
    await db.database.query(`insert into quittance.lanes (lane, queued_at) values ('a', now())`)
    const paused = db.database.transaction(
      async (tx) => {
        await claim(tx, 'paused', 1_000, 'a')
        await new Promise((resolve) => setTimeout(resolve, 3_000))
      },
      { timeoutMs: 300 },
    )
    await expect(paused).rejects.toMatchObject({ code: 'HANDLER_TIMEOUT' })
    // The server ends the cut connection's transaction in its own time, and keeps the lane until then.
    await expect
      .poll(() => claim(db.database, 'next', 1_000, 'a'), { timeout: 10_000 })
      .not.toBeNull()
  })

  test('makes a new month’s partitions once, whoever asks at the same time', async () => {
    await db.shift(120 * 86_400)
    const ensure = () => db.database.query('select quittance.ensure_partitions(3) as made')
    await Promise.all(Array.from({ length: 6 }, ensure))
    await ensure()
    const shop = openShop(db)
    await shop.deliver(eventOf('evt_1', 'customer.created', { id: 'cus_1', object: 'customer' }))
    const [row] = await db.database.query<{ partition: string }>(
      'select tableoid::regclass::text as partition from quittance.events',
    )
    expect(row?.partition).toMatch(/^quittance\.events_\d{6}$/)
  })

  test('keeps taking deliveries while an old reader holds the tables', async () => {
    const shop = openShop(db)
    await ghost(['select count(*) from quittance.events'], async () => {
      await db.shift(200 * 86_400)
      const making = db.database.query('select quittance.ensure_partitions(3)')
      const from = performance.now()
      await shop.deliver(eventOf('evt_1', 'customer.created', { id: 'cus_1', object: 'customer' }))
      expect(performance.now() - from).toBeLessThan(2_000)
      await making
    })
    expect(await shop.engine.events.get('evt_1')).not.toBeNull()
  })

  test('up to date lets a role start that may create nothing', async () => {
    const role = `limited_${Math.floor(performance.now() * 1_000)}`
    await db.database.query(`create role ${role} login`)
    await db.database.query(`grant usage on schema quittance to ${role}`)
    await db.database.query(`grant select on quittance.migrations to ${role}`)
    const url = new URL(db.url ?? '')
    url.username = role
    const limited = postgres({ connectionString: url.href })
    expect(await migrate(limited)).toEqual([])
    await limited.close()
    await db.database.query(`drop owned by ${role}`)
    await db.database.query(`drop role ${role}`)
  })
})
