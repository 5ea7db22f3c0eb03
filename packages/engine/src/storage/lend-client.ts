// Owns lending a driver's client to a handler: revocable, and without the words that end a transaction.
import { EngineError } from '../errors.ts'

export interface LentClient<Client> {
  readonly client: Client
  /** From now on every use throws. */
  revoke(): void
}

/** `rollback to savepoint` stays allowed: savepoints are the way to nest. */
const ENDS_TRANSACTION =
  /^\s*(begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!\s+(work\s+|transaction\s+)?to\b))\b/i

/** @throws EngineError `HANDLER_TRANSACTION` for a statement that would begin or end one. */
export function refuseTransactionControl(statement: unknown): void {
  const text =
    typeof statement === 'object' && statement !== null && 'text' in statement
      ? statement.text
      : statement
  if (typeof text === 'string' && ENDS_TRANSACTION.test(text)) {
    throw new EngineError('HANDLER_TRANSACTION', 'a handler tried to begin or end a transaction')
  }
}

const STATEMENT_METHODS: ReadonlySet<unknown> = new Set(['query', 'exec', 'sql'])

/**
 * A query builder that opens a transaction of its own on this client would end ours with it, and
 * one that is kept for later would write into somebody else's: both throw instead.
 */
export function lendClient<Client extends object>(target: Client): LentClient<Client> {
  let revoked = false
  const client = new Proxy(target, {
    get(object, property) {
      if (revoked) {
        throw new EngineError('HANDLER_TIMEOUT', 'the transaction of this client has ended')
      }
      const value: unknown = Reflect.get(object, property, object)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        if (revoked) {
          throw new EngineError('HANDLER_TIMEOUT', 'the transaction of this client has ended')
        }
        if (STATEMENT_METHODS.has(property)) refuseTransactionControl(args[0])
        return Reflect.apply(value, object, args)
      }
    },
  })
  return {
    client,
    revoke() {
      revoked = true
    },
  }
}
