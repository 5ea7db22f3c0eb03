// Owns what one subscription or one order says of the features of its item: a claim, with its reason.
import type { AccessPolicies } from '../../../catalogue.ts'
import type { AccessReason, DisputeStatus, SubscriptionStatus } from '../../../model.ts'
import { assertNever, type OrderStatus } from '../../../types.ts'
import { paidPeriods, paidThrough, takenBack } from './paid.ts'
import type { AccessRules, ItemRules } from './rules.ts'

/** Times are milliseconds, amounts the currency's smallest unit. */
export interface InvoiceInput {
  readonly id: string
  readonly status: 'paid' | 'open'
  readonly attempted: boolean
  /** Before credit of the customer's; negative for a credit itself. */
  readonly total: number
  readonly amountPaid: number
  readonly amountRefunded: number
  /** Of all its disputes. */
  readonly disputes: readonly DisputeStatus[]
  readonly periodStart: number | null
  readonly periodEnd: number | null
  readonly dueAt: number | null
  readonly finalizedAt: number | null
  /** When Stripe made it. */
  readonly createdAt: number | null
}

export interface SubscriptionInput {
  readonly id: string
  readonly status: SubscriptionStatus
  /** When Stripe made it. */
  readonly createdAt: number | null
  readonly cancelAt: number | null
  readonly pauseBehavior: string | null
  readonly periodStart: number | null
  readonly periodEnd: number | null
  readonly items: readonly { readonly itemId: string | null; readonly quantity: number | null }[]
  readonly invoices: readonly InvoiceInput[]
}

export interface OrderInput {
  readonly id: string
  readonly itemId: string
  readonly status: OrderStatus
  readonly amountTotal: number | null
  readonly amountRefunded: number
  readonly disputes: readonly DisputeStatus[]
  /** Of the checkout: before anything that Stripe could tell of it. */
  readonly createdAt: number
  readonly fulfilledAt: number | null
}

export interface Source {
  readonly kind: 'subscription' | 'order'
  readonly id: string
}

/** `until` is null for a denial, and for a grant that no time ends. */
export interface Verdict {
  readonly granted: boolean
  readonly until: number | null
  readonly reason: AccessReason
}

export interface Claim extends Verdict {
  readonly feature: string
  readonly source: Source
  readonly sourceCreatedAt: number
}

const DAY_MS = 86_400_000

const grant = (reason: AccessReason, until: number | null = null): Verdict => ({
  granted: true,
  until,
  reason,
})
const deny = (reason: AccessReason): Verdict => ({ granted: false, until: null, reason })

/**
 * When the renewal fell due that is not paid: the due date of an invoice that was sent, else the
 * start of what it is for. The grace counts from there, whenever the first attempt was made.
 */
function fellDueAt({ invoices, periodStart }: SubscriptionInput): number | null {
  const due = invoices
    .filter(({ status, attempted, dueAt }) => status === 'open' && (attempted || dueAt !== null))
    .map((invoice) => invoice.dueAt ?? invoice.periodStart ?? invoice.finalizedAt)
    .filter((at) => at !== null)
  return due.length === 0 ? periodStart : Math.min(...due)
}

/** What its status alone comes to. */
function ofStatus(subscription: SubscriptionInput, policies: AccessPolicies): Verdict {
  const { status, cancelAt } = subscription
  switch (status) {
    case 'active':
    case 'trialing': {
      if (cancelAt === null) return grant(status)
      const through =
        policies.canceledNow === 'paid_through' ? paidThrough(subscription, policies) : null
      // What the cancellation will leave is known already: access must not end and come back.
      return through !== null && through > cancelAt
        ? grant('paid_through', through)
        : grant('ends_at_cancellation', cancelAt)
    }
    case 'past_due': {
      const from = fellDueAt(subscription)
      if (from === null) return deny('past_due_grace_over')
      const until = from + policies.pastDueGraceDays * DAY_MS
      return cancelAt !== null && cancelAt < until
        ? grant('ends_at_cancellation', cancelAt)
        : grant('past_due_grace', until)
    }
    case 'canceled': {
      const through =
        policies.canceledNow === 'paid_through' ? paidThrough(subscription, policies) : null
      return through === null ? deny('canceled') : grant('paid_through', through)
    }
    case 'incomplete_expired':
      return deny('not_paid')
    case 'incomplete':
    case 'unpaid':
    case 'paused':
      return deny(status)
    default:
      return assertNever(status)
  }
}

function ofItem(
  subscription: SubscriptionInput,
  quantity: number | null,
  policies: AccessPolicies,
): Verdict {
  const verdict = ofStatus(subscription, policies)
  if (!verdict.granted) return verdict
  if (quantity === 0) return deny('no_seats')
  // What is left of a canceled one was judged period by period.
  if (subscription.status === 'canceled') return verdict
  const [newest] = paidPeriods(subscription)
  const taken = newest === undefined ? null : takenBack(newest, policies)
  if (taken !== null) return deny(taken)
  const voided = subscription.pauseBehavior === 'void' && policies.collectionVoided === 'revoke'
  return voided ? deny('collection_paused') : verdict
}

/** Null for an order that says nothing: nobody has tried to pay it, or it ended so. */
function ofOrder(order: OrderInput, rules: ItemRules): Verdict | null {
  switch (order.status) {
    case 'fulfilled': {
      const { amountTotal, amountRefunded, disputes } = order
      const paid = { amount: amountTotal ?? 0, refunded: amountRefunded, disputes }
      const taken = takenBack(paid, rules.policies)
      if (taken !== null) return deny(taken)
      const { accessDays } = rules
      if (accessDays === null || order.fulfilledAt === null) return grant('purchased')
      return grant('purchased', order.fulfilledAt + accessDays * DAY_MS)
    }
    case 'awaiting_payment':
    case 'payment_failed':
      return deny('not_paid')
    case 'pending':
    case 'confirmed':
    case 'expired':
    case 'canceled':
      return null
    default:
      return assertNever(order.status)
  }
}

/** What a subscription says, a claim for each feature of each of its items. */
export function claimsOfSubscription(
  subscription: SubscriptionInput,
  rules: AccessRules,
): readonly Claim[] {
  const source = { kind: 'subscription', id: subscription.id } as const
  return subscription.items.flatMap(({ itemId, quantity }) => {
    const item = itemId === null ? undefined : rules.items.get(itemId)
    if (item === undefined) return []
    const verdict = ofItem(subscription, quantity, item.policies)
    const sourceCreatedAt = subscription.createdAt ?? 0
    return item.features.map((feature) => ({ ...verdict, feature, source, sourceCreatedAt }))
  })
}

/** What an order says. A sign-up's order says nothing: its subscription does. */
export function claimsOfOrder(order: OrderInput, rules: AccessRules): readonly Claim[] {
  const item = rules.items.get(order.itemId)
  const verdict = item === undefined ? null : ofOrder(order, item)
  if (item === undefined || verdict === null) return []
  const source = { kind: 'order', id: order.id } as const
  return item.features.map((feature) => ({
    ...verdict,
    feature,
    source,
    sourceCreatedAt: order.createdAt,
  }))
}
