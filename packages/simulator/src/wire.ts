/** Turns stripe-node's object types into what travels: decimals are text, references are ids. */
import type { Stripe } from 'stripe'

/** What a factory must return for `T`: every key that Stripe promises, links as ids. */
export type Stored<T> = T extends Stripe.Decimal
  ? string
  : T extends readonly (infer U)[]
    ? StoredField<U>[]
    : T extends object
      ? { -readonly [K in keyof T]: StoredField<T[K]> }
      : T

/** A field that may hold an id or the expanded object holds the id here; `expand` comes later. */
type StoredField<F> = [NonNullable<F>] extends [object]
  ? Stored<F>
  : string extends F
    ? Exclude<F, object>
    : Stored<F>

export type Metadata = Record<string, string>

export interface ListAnswer<T> {
  readonly object: 'list'
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly url: string
}

export const defaultApiVersion = '2026-10-28.endive'
