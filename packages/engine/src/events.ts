// Owns the domain events: what an app's handlers can hear of, and what each of them is given.
import type {
  Buyer,
  Dispute,
  FeatureAccess,
  Invoice,
  Order,
  Refund,
  Subscription,
} from './model.ts'
import type { Transaction } from './ports/database.ts'
import type { Cause } from './types.ts'

interface OnOrder {
  readonly order: Order
}
interface OnOrderRefund extends OnOrder {
  readonly refund: Refund
}
interface OnOrderDispute extends OnOrder {
  readonly dispute: Dispute
}
interface OnSubscription {
  readonly subscription: Subscription
  readonly buyer: Buyer
}
interface OnInvoice {
  readonly invoice: Invoice
  /** Null for an invoice without one, or while its subscription is not known here. */
  readonly subscription: Subscription | null
  readonly buyer: Buyer | null
}
interface OnInvoiceAttempt extends OnInvoice {
  /** Stripe's count of attempts; manual retries keep the number. */
  readonly attempt: number
}
interface OnInvoiceRefund extends OnInvoice {
  readonly refund: Refund
}
interface OnInvoiceDispute extends OnInvoice {
  readonly dispute: Dispute
}
interface OnAccess {
  readonly buyer: Buyer
  readonly feature: string
  readonly access: FeatureAccess
}

/**
 * Facts: each takes effect exactly once for its key and a handler's name, whatever brings the news
 * and in whatever order.
 */
export interface FactContexts {
  'order.fulfilled': OnOrder
  'order.payment_failed': OnOrder
  'order.expired': OnOrder
  'order.canceled': OnOrder
  /** The refund that brought what was refunded to the order's total. */
  'order.refunded': OnOrderRefund
  'order.partially_refunded': OnOrderRefund
  'order.refund_failed': OnOrderRefund
  'order.disputed': OnOrderDispute
  'order.dispute_won': OnOrderDispute
  'order.dispute_lost': OnOrderDispute
  'subscription.activated': OnSubscription
  'subscription.renewed': OnSubscription & { readonly invoice: Invoice }
  'subscription.trial_ending': OnSubscription & { readonly trialEnd: Date }
  'subscription.canceled': OnSubscription
  'invoice.paid': OnInvoice
  'invoice.payment_failed': OnInvoiceAttempt
  'invoice.action_required': OnInvoiceAttempt
  'invoice.refunded': OnInvoiceRefund
  'invoice.partially_refunded': OnInvoiceRefund
  'invoice.refund_failed': OnInvoiceRefund
  'invoice.disputed': OnInvoiceDispute
  'invoice.dispute_won': OnInvoiceDispute
  'invoice.dispute_lost': OnInvoiceDispute
}

/**
 * Observations: once per stored transition; pairs alternate, and the last agrees with the row. A
 * state that was over before it was seen is not told.
 */
export interface ObservationContexts {
  'order.awaiting_payment': OnOrder
  'subscription.past_due': OnSubscription
  'subscription.recovered': OnSubscription
  'subscription.cancel_scheduled': OnSubscription
  'subscription.reactivated': OnSubscription
  'subscription.paused': OnSubscription
  'subscription.resumed': OnSubscription
  'subscription.changed': OnSubscription & { readonly before: Subscription }
  'access.granted': OnAccess
  'access.revoked': OnAccess
}

export interface EventContexts extends FactContexts, ObservationContexts {}
export type FactName = keyof FactContexts
export type ObservationName = keyof ObservationContexts
export type EventName = keyof EventContexts

/** The names, for checks at start and for the documents. */
export const EVENT_NAMES: { readonly [Name in EventName]: 'fact' | 'observation' } = {
  'order.fulfilled': 'fact',
  'order.payment_failed': 'fact',
  'order.expired': 'fact',
  'order.canceled': 'fact',
  'order.refunded': 'fact',
  'order.partially_refunded': 'fact',
  'order.refund_failed': 'fact',
  'order.disputed': 'fact',
  'order.dispute_won': 'fact',
  'order.dispute_lost': 'fact',
  'subscription.activated': 'fact',
  'subscription.renewed': 'fact',
  'subscription.trial_ending': 'fact',
  'subscription.canceled': 'fact',
  'invoice.paid': 'fact',
  'invoice.payment_failed': 'fact',
  'invoice.action_required': 'fact',
  'invoice.refunded': 'fact',
  'invoice.partially_refunded': 'fact',
  'invoice.refund_failed': 'fact',
  'invoice.disputed': 'fact',
  'invoice.dispute_won': 'fact',
  'invoice.dispute_lost': 'fact',
  'order.awaiting_payment': 'observation',
  'subscription.past_due': 'observation',
  'subscription.recovered': 'observation',
  'subscription.cancel_scheduled': 'observation',
  'subscription.reactivated': 'observation',
  'subscription.paused': 'observation',
  'subscription.resumed': 'observation',
  'subscription.changed': 'observation',
  'access.granted': 'observation',
  'access.revoked': 'observation',
}

/**
 * Something that happened, under the key by which it takes effect once: a fact's key names the
 * fact, an observation's the stored transition. The handler's name completes it.
 */
export type Happening = {
  readonly [Name in EventName]: {
    readonly name: Name
    readonly key: string
    readonly about: EventContexts[Name]
  }
}[EventName]

interface HandlerBase<Client> {
  readonly cause: Cause
  /** Commits with the rows, the effect key and the event's end, or not at all. */
  readonly tx: Transaction<Client>
}

export type HandlerContext<Name extends EventName, Client = unknown> = EventContexts[Name] &
  HandlerBase<Client>

export type Handler<Name extends EventName, Client = unknown> = (
  context: HandlerContext<Name, Client>,
) => Promise<void> | void

/** One function, or several under stable names: the name is part of the effect key. */
export type Handlers<Client = unknown> = {
  readonly [Name in EventName]?:
    | Handler<Name, Client>
    | { readonly [name: string]: Handler<Name, Client> }
}
