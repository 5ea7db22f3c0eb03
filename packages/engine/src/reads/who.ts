// Owns whom a read is about: the app's user or the Stripe customer, and the column that names each.
import { EngineError } from '../errors.ts'

/** A buyer, by your own id of the user or by Stripe's id of the customer. */
export type Who = { readonly userId: string } | { readonly customerId: string }

export type WhoColumn = 'user_id' | 'customer_id'

/**
 * An id as the rows keep it: text, which in PostgreSQL holds no NUL. Apps in plain JavaScript hand
 * over numbers; anything else is null, for `String(undefined)` would be one user to all visitors.
 */
export function idTextOf(given: unknown): string | null {
  if (typeof given === 'bigint' || Number.isSafeInteger(given)) return String(given)
  return typeof given === 'string' && given !== '' && !given.includes('\0') ? given : null
}

/**
 * The unique key of `quittance.buyers` to look at, and its value.
 * @throws EngineError `READ_INVALID` for anything else: null would silently be nobody.
 */
export function keyOf(who: Who): { readonly column: WhoColumn; readonly id: string } {
  const { userId, customerId } = who as { readonly userId?: unknown; readonly customerId?: unknown }
  const id = idTextOf(userId ?? customerId)
  const isBoth = userId !== undefined && customerId !== undefined
  if (isBoth || id === null) {
    throw new EngineError('READ_INVALID', 'a buyer is named by { userId } or by { customerId }')
  }
  return { column: userId === undefined ? 'customer_id' : 'user_id', id }
}
