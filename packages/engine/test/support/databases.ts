// Owns the databases that suites run on: PGlite always, PostgreSQL when DATABASE_URL names one.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Database } from '../../src/ports/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { pglite } from '../../src/storage/pglite.ts'
import { postgres } from '../../src/storage/postgres.ts'
import { sqlStateOf } from '../../src/storage/shared.ts'
import { migratedDump } from './migrated-dump.ts'

export interface TestDatabase {
  readonly database: Database
  /** Empties every table, so that tests of one file do not see each other. */
  reset(): Promise<void>
  /** Moves the database's clock. */
  shift(seconds: number): Promise<void>
  drop(): Promise<void>
  /** For processes of their own. Undefined in memory. */
  readonly url: string | undefined
}

export interface Backend {
  readonly name: 'pglite' | 'postgres'
  open(): Promise<TestDatabase>
}

const TABLES = [
  'event_keys',
  'events',
  'payloads',
  'checks',
  'dispatch',
  'lanes',
  'attempts',
  'effects',
  'refusals',
  'questions',
  'order_history',
  'order_marks',
  'checkout_attempts',
  'orders',
  'buyers',
  'catalogue_prices',
  'subscriptions',
  'subscription_items',
  'subscription_history',
  'invoices',
  'invoice_payments',
  'charges',
  'refunds',
  'disputes',
  'payment_facts',
  'entitlements',
  'access',
  'access_rules',
].map((table) => `quittance.${table}`)

/** Triggers that refuse changes are set aside, which takes a superuser. */
const DELETES = [
  'set local session_replication_role = replica;',
  ...TABLES.map((table) => `delete from ${table};`),
].join('\n')
const INSUFFICIENT_PRIVILEGE = '42501'

/** Deleting the few rows of a test takes a tenth of the time of truncating the tables. */
async function empty(database: Database): Promise<void> {
  try {
    await database.transaction((tx) => database.script(tx, DELETES))
  } catch (error) {
    if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error
    await database.query(`truncate ${TABLES.join(', ')}`)
  }
}

function wrap(
  database: Database,
  url: string | undefined,
  drop: () => Promise<void>,
): TestDatabase {
  return {
    database,
    url,
    async reset() {
      await empty(database)
      await database.query(`update quittance.clock set shift = '0'`)
      await database.query(`update quittance.stripe_budget set next_at = '-infinity'`)
    },
    async shift(seconds) {
      await database.query(
        'update quittance.clock set shift = shift + make_interval(secs => $1::float8)',
        [seconds],
      )
    },
    drop,
  }
}

const embedded: Backend = {
  name: 'pglite',
  async open() {
    const database = await pglite({ loadDataDir: await migratedDump() })
    await migrate(database)
    return wrap(database, undefined, () => database.close())
  },
}

function served(serverUrl: string): Backend {
  return {
    name: 'postgres',
    async open() {
      const name = `quittance_test_${randomBytes(6).toString('hex')}`
      const admin = new pg.Pool({ connectionString: serverUrl, max: 1 })
      await admin.query(`create database ${name}`)
      await admin.query(`alter database ${name} set synchronous_commit = off`)
      const url = new URL(serverUrl)
      url.pathname = `/${name}`
      const database = postgres({ connectionString: url.href, connectionsMax: 20 })
      await migrate(database)
      return wrap(database, url.href, async () => {
        await database.close()
        await admin.query(`drop database ${name} with (force)`)
        await admin.end()
      })
    },
  }
}

const serverUrl = process.env.DATABASE_URL ?? ''
if (serverUrl === '' && process.env.CI === 'true') {
  throw new Error('CI must run the PostgreSQL suites: set DATABASE_URL')
}

if (serverUrl === '')
  console.info('skipped: the PostgreSQL suites, because DATABASE_URL is not set')

/** Each suite runs on every one of these. */
export const backends: readonly Backend[] =
  serverUrl === '' ? [embedded] : [embedded, served(serverUrl)]

/** Opens a database for the file's tests, empties it before each, and drops it in the end. */
export function useDatabase(backend: Backend): TestDatabase {
  let opened: TestDatabase | undefined
  const db = (): TestDatabase => {
    if (opened === undefined) throw new TypeError('the database is open only while tests run')
    return opened
  }
  beforeAll(async () => {
    opened = await backend.open()
  })
  afterAll(() => db().drop())
  beforeEach(() => db().reset())
  return {
    get database() {
      return db().database
    },
    get url() {
      return db().url
    },
    reset: () => db().reset(),
    shift: (seconds) => db().shift(seconds),
    drop: () => db().drop(),
  }
}

export const postgresBackend: Backend | null = serverUrl === '' ? null : served(serverUrl)
