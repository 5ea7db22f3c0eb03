// Owns the shapes in which the engine shows its rows to handlers and reads: plain data, never Stripe's.
import type { OrderStatus } from './types.ts'

/** An order as handlers and reads see it. Amounts are integers in the currency's smallest unit. */
export interface Order {
  readonly id: string
  /** `subscription`: a sign-up; its first period is paid, or its trial begun, when it is fulfilled. */
  readonly kind: 'payment' | 'subscription'
  readonly status: OrderStatus
  /** Our own unexpected error keeps an event of this order from being applied. */
  readonly failed: boolean
  /** An event of this order is in quarantine. */
  readonly held: boolean
  readonly heldReason: string | null
  readonly itemId: string
  readonly quantity: number
  readonly priceId: string
  readonly currency: string
  readonly unitAmount: number
  readonly expectedSubtotal: number
  /** Days of trial that the sign-up was offered. */
  readonly trialDays: number | null
  readonly userId: string | null
  readonly sessionId: string | null
  readonly paymentIntentId: string | null
  readonly subscriptionId: string | null
  readonly amountSubtotal: number | null
  readonly amountDiscount: number | null
  readonly amountShipping: number | null
  readonly amountTax: number | null
  readonly amountTotal: number | null
  readonly amountRefunded: number
  /** Of its newest dispute; null when there was none. */
  readonly disputeStatus: DisputeStatus | null
  /** Paid although its session had ended before: worth a look. */
  readonly paidAfterEnd: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly fulfilledAt: Date | null
}

/** The app's user and the Stripe customer, of whom at least one is known. */
export interface Buyer {
  readonly userId: string | null
  readonly customerId: string | null
  /** The customer was deleted at Stripe. */
  readonly customerDeleted: boolean
  /** Since when a failed payment waits for the buyer. */
  readonly followUpSince: Date | null
}

export type SubscriptionStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'unpaid'
  | 'paused'
  | 'canceled'

export interface SubscriptionItem {
  readonly id: string
  readonly priceId: string
  readonly productId: string | null
  /** The catalogue's item; null when its price is not in the catalogue. */
  readonly itemId: string | null
  readonly quantity: number | null
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
}

export interface Subscription {
  readonly id: string
  readonly status: SubscriptionStatus
  readonly customerId: string
  /** The order that signed it up here; null when it was made elsewhere. */
  readonly orderId: string | null
  readonly currency: string | null
  readonly items: readonly SubscriptionItem[]
  /** When it will end by itself; null while it goes on. */
  readonly cancelAt: Date | null
  readonly canceledAt: Date | null
  /** Stripe's word: `cancellation_requested`, `payment_failed`, `payment_disputed`, … */
  readonly cancelReason: string | null
  readonly endedAt: Date | null
  readonly startedAt: Date | null
  readonly trialStart: Date | null
  readonly trialEnd: Date | null
  /** Collection is paused (`pause_collection`), with what becomes of its invoices meanwhile. */
  readonly pauseBehavior: string | null
  readonly pauseResumesAt: Date | null
  /** The earliest start and the latest end of its items' periods. No proof that they are paid. */
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
  readonly latestInvoiceId: string | null
  /** A change waits for its payment (`pending_update`). */
  readonly changePending: boolean
}

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void' | 'deleted'

export interface Invoice {
  readonly id: string
  readonly status: InvoiceStatus
  readonly customerId: string | null
  readonly subscriptionId: string | null
  readonly billingReason: string | null
  readonly currency: string
  readonly subtotal: number
  readonly total: number
  readonly amountDue: number
  readonly amountPaid: number
  readonly amountRemaining: number
  readonly amountRefunded: number
  readonly disputeStatus: DisputeStatus | null
  readonly attempted: boolean
  readonly attemptCount: number
  readonly nextPaymentAttempt: Date | null
  /** What its subscription lines pay for. */
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
  readonly paidAt: Date | null
}

export type RefundStatus = 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled'

export interface Refund {
  readonly id: string
  readonly chargeId: string
  readonly amount: number
  readonly currency: string
  readonly status: RefundStatus
  readonly reason: string | null
  readonly failureReason: string | null
}

/** With appeals, `won` and `lost` may not be the last word. */
export type DisputeStatus =
  | 'warning_needs_response'
  | 'warning_under_review'
  | 'warning_closed'
  | 'needs_response'
  | 'under_review'
  | 'appeal_needs_response'
  | 'appeal_under_review'
  | 'won'
  | 'lost'
  | 'prevented'

export interface Dispute {
  readonly id: string
  readonly chargeId: string
  readonly amount: number
  readonly currency: string
  readonly status: DisputeStatus
  readonly reason: string | null
  /** Until when evidence may be handed in. */
  readonly dueAt: Date | null
}

/** Why a feature is, or is not, a buyer's. */
export type AccessReason =
  | 'active'
  | 'trialing'
  | 'ends_at_cancellation'
  | 'past_due_grace'
  | 'paid_through'
  | 'purchased'
  | 'past_due_grace_over'
  | 'incomplete'
  | 'unpaid'
  | 'paused'
  | 'collection_paused'
  | 'canceled'
  | 'not_paid'
  | 'no_seats'
  | 'refunded'
  | 'disputed'
  | 'expired'
  | 'none'

/** What a buyer may do with one feature, at the moment that was asked about. */
export interface FeatureAccess<Feature extends string = string> {
  readonly feature: Feature
  readonly granted: boolean
  /** When it ends by time alone; null while nothing ends it, or when it is not granted at all. */
  readonly until: Date | null
  readonly reason: AccessReason
  /** The reason in words, such as "past_due, in grace until 2026-12-08T12:00:00Z". */
  readonly because: string
  /** What grants it, or what took it away last; null when nothing ever granted it. */
  readonly source: { readonly kind: 'subscription' | 'order'; readonly id: string } | null
}
