// Owns the vocabulary shared by every room: branded ids, row states, causes and exhaustiveness.

declare const brand: unique symbol
/** A nominal type: only the room that mints it can produce a value of it. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** Stripe's `livemode` in words. One engine and one schema serve exactly one mode. */
export type Mode = 'test' | 'live'

/** Proof that Stripe signed these bytes for this endpoint. Minted by `verify` only. */
export type VerifiedEvent = Branded<
  {
    readonly endpoint: string
    /** Position of the secret that matched, in the endpoint's list; never the secret itself. */
    readonly secretIndex: number
    /** The `t=` of the signature, in unix seconds. */
    readonly signedAt: number
    readonly bytes: Uint8Array
  },
  'VerifiedEvent'
>

/** What became of a row of the dispatch table. `ready` and `waiting` are live, the rest are ends. */
export type DispatchState = 'ready' | 'waiting' | 'done' | 'ignored' | 'quarantined' | 'dead'

/** Why an event ended as `ignored`: recorded, answered 200, and it touched nothing. */
export type IgnoreReason = 'mode' | 'not_ours' | 'thin_event' | 'unhandled' | 'imported'

/** Why an event is held for a person to look at. Held is neither failure nor silence. */
export type QuarantineReason =
  | 'unusable_payload'
  | 'unknown_order'
  | 'session_mismatch'
  | 'order_state'
  | 'amount'
  | 'currency'
  | 'mode'
  | 'price'
  | 'object_missing'

/** What the adapters answer for a delivery that was accepted. */
export interface Receipt {
  readonly status: 'recorded' | 'duplicate'
  readonly seq: bigint
  readonly eventId: string
  readonly type: string
  readonly state: DispatchState
  readonly reason: string | null
}

/** The status a buyer or an app sees. `failed` and `held` are overlays over the joined status. */
export type OrderStatus =
  | 'pending'
  | 'confirmed'
  | 'awaiting_payment'
  | 'expired'
  | 'canceled'
  | 'payment_failed'
  | 'fulfilled'

export type ShownOrderStatus = OrderStatus | 'failed'

/** Why a handler runs: a delivered event, an answer we asked Stripe for, or an operator's redrive. */
export type Cause =
  | {
      readonly kind: 'event'
      readonly seq: bigint
      readonly eventId: string
      readonly type: string
    }
  | {
      readonly kind: 'check'
      readonly seq: bigint
      readonly origin: CheckOrigin
      readonly objectId: string
    }
  | {
      readonly kind: 'operator'
      readonly seq: bigint
      readonly generation: number
      readonly eventId: string | null
    }

export type CheckOrigin = 'redirect' | 'question' | 'operator' | 'sweep' | 'due'

/** The compiler's proof that every variant was handled. */
export function assertNever(value: never): never {
  throw new TypeError(`unhandled variant: ${JSON.stringify(value)}`)
}
