// Owns the Database port over node-postgres: pools, transactions with a cut-off, notifications.
import { type Client, Pool, type PoolClient, type PoolConfig, types as pgTypes } from 'pg'
import { EngineError } from '../errors.ts'
import type { Database, Row, Transaction, TransactionOptions } from '../ports/database.ts'
import { asStoreError, openTransaction } from './shared.ts'

export interface PostgresOptions {
  /** The app's own pool: the engine shares it and never ends it. */
  readonly pool?: Pool
  /** Or a connection string (`postgres://…`), for a pool of the engine's own. */
  readonly connectionString?: string
  /** Connections of the engine's own pool. Default 10. */
  readonly connectionsMax?: number
}

const OID_INT8 = 20

/** int8 as bigint, for our statements only: the app's own type parsers stay as they are. */
const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === OID_INT8 && format !== 'binary') return (text: string) => BigInt(text)
    return pgTypes.getTypeParser(oid, format)
  },
}

async function run<R extends Row>(
  on: Pool | PoolClient,
  sql: string,
  params: readonly unknown[],
): Promise<R[]> {
  const result = await on.query<R>({ text: sql, values: [...params], types: typeParsers })
  return result.rows
}

/**
 * PostgreSQL 14 or newer. Works through a pooler in transaction mode, where notifications are lost
 * and polling does the work.
 * @throws EngineError `CONFIG_INVALID` when neither a pool nor a connection string is given.
 */
export function postgres(options: PostgresOptions): Database<PoolClient> {
  const own = options.pool === undefined
  if (own && (options.connectionString ?? '') === '') {
    throw new EngineError('CONFIG_INVALID', 'postgres() needs a pool or a connectionString')
  }
  const config: PoolConfig = {
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  }
  if (options.connectionString !== undefined) config.connectionString = options.connectionString
  const pool = options.pool ?? new Pool(config)
  // An idle connection that breaks is replaced by the pool; without a listener it ends the process.
  if (own) pool.on('error', () => undefined)
  return new PostgresDatabase(pool, own)
}

class PostgresDatabase implements Database<PoolClient> {
  readonly kind = 'postgres'
  readonly connectionsMax: number
  readonly #pool: Pool
  readonly #own: boolean

  constructor(pool: Pool, own: boolean) {
    this.#pool = pool
    this.#own = own
    this.connectionsMax = pool.options.max
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    try {
      return await run<R>(this.#pool, sql, params)
    } catch (error) {
      throw asStoreError(error)
    }
  }

  async transaction<T>(
    work: (tx: Transaction<PoolClient>) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw asStoreError(error)
    })
    let broken = false
    const onError = () => {
      broken = true
    }
    client.on('error', onError)
    const timeoutMs = options.timeoutMs
    try {
      await client.query(beginSql(timeoutMs))
      const open = openTransaction(client, (sql, params) => run(client, sql, params), timeoutMs)
      const result = await open.run(work)
      await client.query('commit')
      return result
    } catch (error) {
      // A cut handler may still be inside a statement: only dropping the connection stops it.
      broken ||= error instanceof EngineError && error.code === 'HANDLER_TIMEOUT'
      if (!broken) await client.query('rollback').catch(onError)
      throw asStoreError(error)
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  async script(tx: Transaction<PoolClient>, sql: string): Promise<void> {
    await tx.client.query(sql)
  }

  async listen(channel: string, wake: () => void): Promise<() => Promise<void>> {
    const client: PoolClient & Partial<Pick<Client, 'escapeIdentifier'>> =
      await this.#pool.connect()
    let released = false
    const release = () => {
      if (released) return
      released = true
      client.release(true)
    }
    client.on('error', release)
    client.on('notification', wake)
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    return async () => release()
  }

  async close(): Promise<void> {
    if (this.#own) await this.#pool.end()
  }
}

/** A process that is stopped inside a transaction must not hold its row locks for ever. */
function beginSql(timeoutMs: number | undefined): string {
  if (timeoutMs === undefined) return 'begin'
  const idleMs = Math.ceil(timeoutMs) + 1_000
  return `begin; set local idle_in_transaction_session_timeout = ${idleMs}`
}
