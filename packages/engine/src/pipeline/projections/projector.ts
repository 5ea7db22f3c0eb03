// Owns the contract between the processor and what it applies: items, plans and outcomes.
import type { Happening } from '../../events.ts'
import type { Queryable, Transaction } from '../../ports/database.ts'
import type { LogFields } from '../../ports/logger.ts'
import type { StripePort } from '../../ports/stripe.ts'
import type { Cause, CheckOrigin, IgnoreReason, QuarantineReason } from '../../types.ts'
import type { CheckedObject } from '../inbox/checks.ts'
import type { JsonObject } from '../inbox/lanes.ts'

interface ItemBase {
  readonly seq: bigint
  readonly lane: string
  readonly generation: number
  /** Counts every start. */
  readonly attempt: number
  /** Counts the starts that are held against it: Stripe being away is not the item's fault. */
  readonly charged: number
}

export interface EventItem extends ItemBase {
  readonly kind: 'event'
  readonly eventId: string
  readonly type: string
  /** The connected account it came from; empty for our own. */
  readonly account: string
  readonly endpoint: string
  /** The whole event, as Stripe sent it. */
  readonly event: JsonObject
  /** Its `data.object`. */
  readonly object: JsonObject
}

export interface CheckItem extends ItemBase {
  readonly kind: 'check'
  readonly objectType: CheckedObject
  readonly objectId: string
  readonly origin: CheckOrigin
}

/** What a lane holds: something that arrived, or something we want to know. */
export type Item = EventItem | CheckItem

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'ignored'; readonly reason: IgnoreReason }
  /** `holds` is the order to mark as held, where the event speaks of its own session. */
  | {
      readonly kind: 'quarantined'
      readonly reason: QuarantineReason
      readonly holds: string | null
    }
  /** Ours, but its order is not here yet: retried, then quarantined with this reason. */
  | { readonly kind: 'not_yet'; readonly reason: QuarantineReason }
  /** The payload does not decide it: roll back, ask Stripe, apply what it answers. */
  | { readonly kind: 'ask'; readonly ask: AskStep }

/** Log lines of a transaction: written when it has committed, dropped when it has not. */
export interface Note {
  readonly level: 'info' | 'warn'
  readonly message: string
  readonly fields: LogFields
}

/** What an application of an item may use, inside its one transaction. */
export interface Scope {
  readonly tx: Transaction
  readonly item: Item
  readonly cause: Cause
  note(note: Note): void
  /**
   * Its handlers run when the application has written all that it writes, in this order and in the
   * same transaction: what they read there follows from what they hear of. Once under its key.
   */
  emit(happening: Happening): void
  /** The app's handler for this raw event runs behind them, once. Answers whether there is one. */
  emitRaw(item: EventItem): boolean
}

export type Apply = (scope: Scope) => Promise<Outcome>

/** Stripe, with the budget and the time limit already applied. */
export interface Asking {
  readonly stripe: StripePort
  readonly timeoutMs: number
  /** Drawn before the request: the answer serves events with a smaller seq. */
  readonly ticket: bigint
  /** Waits for the turn of one more request (a further page); the answer keeps the first ticket. */
  turn(): Promise<void>
}

/** Never runs inside a transaction. */
export type AskStep = (asking: Asking) => Promise<Apply>

export type Plan =
  | { readonly kind: 'apply'; readonly apply: Apply }
  | { readonly kind: 'ask'; readonly ask: AskStep }

/** Decides what to do with an item, from the item and small reads alone. */
export type Projector = (item: Item, read: Queryable) => Promise<Plan> | Plan
