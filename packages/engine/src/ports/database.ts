// Owns the contract between the engine and a PostgreSQL, embedded or served.

/** A row as the driver gives it: int8 as bigint, timestamptz as Date, json parsed. */
export type Row = Record<string, unknown>

export interface Queryable {
  /** Runs one statement with positional parameters ($1…) and returns its rows. */
  query<R extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>
}

/**
 * A transaction that is open now. `client` is the driver's own client, so that Drizzle, Kysely or
 * hand-written SQL of the app joins the same transaction.
 */
export interface Transaction<Client = unknown> extends Queryable {
  readonly client: Client
  /**
   * Rejects with `HANDLER_TRANSACTION` when this is no longer the transaction that was begun:
   * somebody ended it through the client, and what followed would commit by itself.
   */
  assertWhole(): Promise<void>
}

export interface TransactionOptions {
  /** Milliseconds until the transaction is cut: rolled back, its connection dropped. */
  readonly timeoutMs?: number
  /** The app's handlers run in it: checked in the end to be the transaction that was begun. */
  readonly lent?: boolean
}

/**
 * One dialect: PostgreSQL 14 or newer. `transaction` commits when `work` resolves, rolls back when
 * it rejects, and never retries by itself. Every statement rejects with `STORE_UNAVAILABLE` when the
 * database cannot be reached, and with the driver's error (its SQLSTATE in `code`) otherwise; what
 * `work` throws of its own comes out as it is.
 */
export interface Database<Client = unknown> extends Queryable {
  readonly kind: 'postgres' | 'pglite'
  /** How many transactions can run side by side. */
  readonly connectionsMax: number
  transaction<T>(
    work: (tx: Transaction<Client>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>
  /** Runs a script of several statements, without parameters. For migrations only. */
  script(tx: Transaction<Client>, sql: string): Promise<void>
  /** Calls `wake` when another process notified the channel; resolves to an unsubscribe. */
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>
  /** Releases what this object opened; a pool of the app's own stays open. */
  close(): Promise<void>
}
