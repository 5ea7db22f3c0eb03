// Owns the Database port over node-postgres: pools, transactions with limits, notifications.
import { Pool, type PoolClient, type PoolConfig, types as pgTypes, type QueryResult } from 'pg'
import { EngineError } from '../errors.ts'
import type { Database, Row, Transaction, TransactionOptions } from '../ports/database.ts'
import { lendClient } from './lend-client.ts'
import { asStoreError, BEGUN_XID, openTransaction, TRANSACTION_MS } from './shared.ts'

export interface PostgresOptions {
  /** The app's own pool: the engine shares it and never ends it. */
  readonly pool?: Pool
  /** Or a connection string (`postgres://…`), for a pool of the engine's own. */
  readonly connectionString?: string
  /** Connections of the engine's own pool. Default 10. */
  readonly connectionsMax?: number
  /** Milliseconds until a statement outside of a transaction is given up. Default 8000. */
  readonly queryTimeoutMs?: number
}

const OID_INT8 = 20
/** A database that does not answer is a database that is down: Stripe comes again. */
const QUERY_MS = 8_000
const CONNECT_MS = 5_000
/** The client's own limit comes after the server's, which leaves the connection usable. */
const GRACE_MS = 1_000

/** int8 as bigint, for our statements only: the app's own type parsers stay as they are. */
const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === OID_INT8 && format !== 'binary') return (text: string) => BigInt(text)
    return pgTypes.getTypeParser(oid, format)
  },
}

/** Driver errors are told apart here and nowhere else: a handler's own errors are its own. */
async function run<R extends Row>(
  on: Pool | PoolClient,
  sql: string,
  params: readonly unknown[],
  timeoutMs: number,
): Promise<R[]> {
  const statement = {
    text: sql,
    values: [...params],
    types: typeParsers,
    query_timeout: timeoutMs,
  }
  try {
    const result: QueryResult<R> | QueryResult<R>[] = await on.query<R>(statement)
    // Several statements at once answer with as many results: the last one's rows are meant.
    return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? []
  } catch (error) {
    throw asStoreError(error)
  }
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
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  }
  if (options.connectionString !== undefined) config.connectionString = options.connectionString
  const pool = options.pool ?? new Pool(config)
  // An idle connection that breaks is replaced by the pool; without a listener it ends the process.
  if (own) pool.on('error', () => undefined)
  return new PostgresDatabase(pool, own, options.queryTimeoutMs ?? QUERY_MS)
}

class PostgresDatabase implements Database<PoolClient> {
  readonly kind = 'postgres'
  readonly connectionsMax: number
  readonly #pool: Pool
  readonly #own: boolean
  readonly #queryMs: number

  constructor(pool: Pool, own: boolean, queryMs: number) {
    this.#pool = pool
    this.#own = own
    this.#queryMs = queryMs
    this.connectionsMax = pool.options.max
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    return await run<R>(this.#pool, sql, params, this.#queryMs)
  }

  async transaction<T>(
    work: (tx: Transaction<PoolClient>) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const timeoutMs = options.timeoutMs ?? TRANSACTION_MS
    const client = await this.#connect()
    let broken = false
    const onError = () => {
      broken = true
    }
    client.on('error', onError)
    const lent = lendClient(client)
    const send = (sql: string, params: readonly unknown[]) =>
      run(client, sql, params, timeoutMs + GRACE_MS)
    try {
      const [begun] = await send(beginSql(timeoutMs, options.lent === true), [])
      const loan = { client: lent.client, send, timeoutMs, xid: begun?.xid ?? null }
      const result = await openTransaction(loan, work)
      await send('commit', [])
      return result
    } catch (error) {
      // A cut handler may still be inside a statement: its connection is not for the next one.
      broken ||= error instanceof EngineError && error.code === 'HANDLER_TIMEOUT'
      if (!broken) await send('rollback', []).catch(onError)
      throw error
    } finally {
      lent.revoke()
      client.off('error', onError)
      client.release(broken)
    }
  }

  async script(tx: Transaction<PoolClient>, sql: string): Promise<void> {
    await tx.client.query(sql)
  }

  async listen(channel: string, wake: () => void): Promise<() => Promise<void>> {
    const client = await this.#connect()
    let released = false
    const release = () => {
      if (released) return
      released = true
      client.release(true)
    }
    client.on('error', release)
    client.on('notification', wake)
    try {
      await run(client, `listen ${client.escapeIdentifier(channel)}`, [], this.#queryMs)
    } catch (error) {
      release()
      throw error
    }
    return async () => release()
  }

  async close(): Promise<void> {
    if (this.#own) await this.#pool.end()
  }

  async #connect(): Promise<PoolClient> {
    return await this.#pool.connect().catch((error: unknown) => {
      throw asStoreError(error)
    })
  }
}

/**
 * The server's own limits: it stops a statement of a handler that was cut, and drops the locks of a
 * process that was stopped or lost inside a transaction.
 */
function beginSql(timeoutMs: number, lent: boolean): string {
  const ms = Math.ceil(timeoutMs)
  return `begin; set local statement_timeout = ${ms}; set local lock_timeout = ${ms};
    set local idle_in_transaction_session_timeout = ${ms + GRACE_MS}${lent ? `; ${BEGUN_XID}` : ''}`
}
