// Owns what both databases share: which errors mean "unreachable", and a transaction's time limit.
import { EngineError, isEngineError } from '../errors.ts'
import type { Row, Transaction } from '../ports/database.ts'
import { systemTimers } from '../ports/system.ts'

/** SQLSTATE classes and codes, and socket errors, after which nothing is known to be stored. */
const UNREACHABLE =
  /^(08...|57P0[1-5]|53[0-9A-Z]{3}|25P0[34]|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|ENOENT|EAI_AGAIN)$/

/** node-postgres reports a lost connection by message only. */
const UNREACHABLE_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|cannot use a pool after|client has encountered a connection error|client was closed|not queryable|PGlite is (closed|closing)/i

/** The SQLSTATE of a driver's error, or undefined. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Turns "unreachable" into STORE_UNAVAILABLE and leaves every other error as it is. */
export function asStoreError(error: unknown): unknown {
  if (isEngineError(error) || !(error instanceof Error)) return error
  const code = sqlStateOf(error)
  if ((code !== undefined && UNREACHABLE.test(code)) || UNREACHABLE_MESSAGE.test(error.message)) {
    return new EngineError('STORE_UNAVAILABLE', 'the database could not be reached', {
      cause: error,
    })
  }
  return error
}

/** Deadlock and serialisation failures: the same transaction may well succeed at once. */
export function isContention(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === '40P01' || code === '40001' || code === '55P03'
}

interface OpenTransaction<Client> {
  run<T>(work: (tx: Transaction<Client>) => Promise<T>): Promise<T>
}

/**
 * Lends a transaction to `work` and takes it back when `work` ends or the time is over: a handler
 * that runs on after its cut can reach nothing through the object it still holds.
 */
export function openTransaction<Client>(
  client: Client,
  send: (sql: string, params: readonly unknown[]) => Promise<Row[]>,
  timeoutMs: number | undefined,
): OpenTransaction<Client> {
  let open = true
  const tx: Transaction<Client> = {
    get client() {
      if (!open) throw new EngineError('HANDLER_TIMEOUT', 'this transaction has ended')
      return client
    },
    async query<R extends Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
      if (!open) throw new EngineError('HANDLER_TIMEOUT', 'this transaction has ended')
      // The caller names the row's shape; the driver cannot prove it.
      return (await send(sql, params)) as R[]
    },
  }
  return {
    async run(work) {
      let cancel = () => {}
      const cut = new Promise<never>((_, reject) => {
        if (timeoutMs === undefined) return
        cancel = systemTimers.after(timeoutMs, () =>
          reject(new EngineError('HANDLER_TIMEOUT', `the transaction ran past ${timeoutMs} ms`)),
        )
      })
      try {
        return await Promise.race([work(tx), cut])
      } finally {
        open = false
        cancel()
      }
    },
  }
}
