// Owns the Database port over PGlite: one connection, one process, the same SQL.
import { AsyncLocalStorage } from 'node:async_hooks'
import { chmod, mkdir } from 'node:fs/promises'
import { PGlite, type Transaction as PGliteTransaction } from '@electric-sql/pglite'
import { EngineError } from '../errors.ts'
import type { Database, Row, Transaction, TransactionOptions } from '../ports/database.ts'
import { lockDirectory } from './directory-lock.ts'
import { lendClient } from './lend-client.ts'
import { asStoreError, BEGUN_XID, openTransaction, TRANSACTION_MS } from './shared.ts'

export interface PgliteOptions {
  /** Where the data lives; absent: in memory, gone with the process. */
  readonly dataDir?: string
  /** Or an instance that the app opened itself; it stays open on close(). */
  readonly instance?: PGlite
  /** A dump to start from (PGlite's dumpDataDir), for tests that start from a migrated database. */
  readonly loadDataDir?: Blob | File
}

const OID_INT8 = 20
const PRIVATE = 0o700
const READ_OPTIONS = { parsers: { [OID_INT8]: (text: string) => BigInt(text) } }

/**
 * The embedded default. fsync is off: it survives a killed process, not a power loss. One process
 * may use a directory at a time.
 * @throws EngineError `STORE_LOCKED` when another process has the directory.
 */
export async function pglite(options: PgliteOptions = {}): Promise<Database<PGliteTransaction>> {
  const { dataDir, loadDataDir } = options
  if (options.instance !== undefined) {
    return new PgliteDatabase(options.instance, async () => undefined)
  }
  let unlock: () => Promise<void> = async () => undefined
  if (dataDir !== undefined) {
    await mkdir(dataDir, { recursive: true, mode: PRIVATE })
    // PGlite's files are readable to all: the directory must not be.
    await chmod(dataDir, PRIVATE)
    unlock = await lockDirectory(dataDir)
  }
  try {
    const instance = await PGlite.create({
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(loadDataDir === undefined ? {} : { loadDataDir }),
    })
    return new PgliteDatabase(instance, async () => {
      await instance.close()
      await unlock()
    })
  } catch (error) {
    await unlock()
    throw error
  }
}

class PgliteDatabase implements Database<PGliteTransaction> {
  readonly kind = 'pglite'
  readonly connectionsMax = 1
  readonly #instance: PGlite
  readonly #close: () => Promise<void>
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>()
  #closed = false

  constructor(instance: PGlite, close: () => Promise<void>) {
    this.#instance = instance
    this.#close = close
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    this.#refuseNested()
    try {
      const result = await this.#instance.query<R>(sql, [...params], READ_OPTIONS)
      return result.rows
    } catch (error) {
      throw asStoreError(error)
    }
  }

  async transaction<T>(
    work: (tx: Transaction<PGliteTransaction>) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    this.#refuseNested()
    const send = async (on: PGliteTransaction, sql: string, params: readonly unknown[]) => {
      try {
        return (await on.query<Row>(sql, [...params], READ_OPTIONS)).rows
      } catch (error) {
        throw asStoreError(error)
      }
    }
    // What the instance itself reports (closed, closing) is the store's; what `work` throws is not.
    let begun = false
    try {
      return await this.#instance.transaction(async (client) => {
        begun = true
        const scope = { open: true }
        const lent = lendClient(client)
        return await this.#inside.run(scope, async () => {
          try {
            const [named] = options.lent === true ? await send(client, BEGUN_XID, []) : []
            const loan = {
              client: lent.client,
              send: (sql: string, params: readonly unknown[]) => send(client, sql, params),
              timeoutMs: options.timeoutMs ?? TRANSACTION_MS,
              xid: named?.xid ?? null,
            }
            return await openTransaction(loan, work)
          } finally {
            scope.open = false
            lent.revoke()
          }
        })
      })
    } catch (error) {
      throw begun ? error : asStoreError(error)
    }
  }

  async script(tx: Transaction<PGliteTransaction>, sql: string): Promise<void> {
    await tx.client.exec(sql)
  }

  async listen(channel: string, wake: () => void): Promise<() => Promise<void>> {
    return await this.#instance.listen(channel, wake)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#close()
  }

  /** There is one connection: waiting for it inside its own transaction would never end. */
  #refuseNested(): void {
    if (this.#inside.getStore()?.open === true) {
      throw new EngineError('STORE_NESTED', 'a query outside the open transaction would hang')
    }
  }
}
