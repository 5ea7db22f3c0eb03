// Owns what both databases share: which errors mean "unreachable", and a transaction's time limit.
import { EngineError, isEngineError } from '../errors.ts'
import type { Row, Transaction } from '../ports/database.ts'
import { systemTimers } from '../ports/system.ts'
import { refuseTransactionControl } from './lend-client.ts'

/** SQLSTATE classes and codes, and socket errors, after which nothing is known to be stored. */
const UNREACHABLE =
  /^(08...|57P0[1-5]|53[0-9A-Z]{3}|25P0[34]|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|ENOENT|EAI_AGAIN)$/

/** node-postgres reports a lost connection by message only. */
const UNREACHABLE_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|cannot use a pool after|client has encountered a connection error|client was closed|not queryable|PGlite is (closed|closing)/i

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

/** For transactions of our own statements. Handlers bring a limit of their own. */
export const TRANSACTION_MS = 10_000

/** Names the transaction that is open now; asked for where handlers may have ended it. */
export const BEGUN_XID = 'select pg_current_xact_id()::text as xid'
const PRESENT_XID = 'select pg_current_xact_id_if_assigned()::text as xid'

export interface TransactionLoan<Client> {
  readonly client: Client
  readonly send: (sql: string, params: readonly unknown[]) => Promise<Row[]>
  readonly timeoutMs: number
  /** What BEGUN_XID answered, or null when no handler gets this transaction. */
  readonly xid: unknown
}

/**
 * Lends a transaction to `work` and takes it back when `work` ends or the time is over: a handler
 * that runs on after its cut can reach nothing through the object it still holds.
 */
export async function openTransaction<Client, T>(
  { client, send, timeoutMs, xid }: TransactionLoan<Client>,
  work: (tx: Transaction<Client>) => Promise<T>,
): Promise<T> {
  let open = true
  let handedOut = false
  const assertOpen = () => {
    if (!open) throw new EngineError('HANDLER_TIMEOUT', 'this transaction has ended')
  }
  const tx: Transaction<Client> = {
    get client() {
      assertOpen()
      handedOut = true
      return client
    },
    async query<R extends Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
      assertOpen()
      refuseTransactionControl(sql)
      // The caller names the row's shape; the driver cannot prove it.
      return (await send(sql, params)) as R[]
    },
    async assertWhole() {
      if (!handedOut || xid === null) return
      const [present] = await send(PRESENT_XID, [])
      if (present?.xid !== xid) {
        throw new EngineError('HANDLER_TRANSACTION', 'a handler ended the transaction it was lent')
      }
    },
  }
  let cancel = () => {}
  const cut = new Promise<never>((_, reject) => {
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
}
