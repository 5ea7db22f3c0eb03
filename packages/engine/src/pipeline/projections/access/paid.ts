// Owns what was paid, for an order or for a period of a subscription, and what the policies take away of it.
import type { AccessPolicies } from '../../../catalogue.ts'
import type { AccessReason, DisputeStatus } from '../../../model.ts'
import type { InvoiceInput, SubscriptionInput } from './claims.ts'

/** Amounts in the currency's smallest unit. */
export interface Paid {
  readonly amount: number
  readonly refunded: number
  /** Of all disputes. */
  readonly disputes: readonly DisputeStatus[]
}

/** What was paid for one period, by all the invoices that end with it. */
export interface PaidPeriod extends Paid {
  /** Milliseconds. */
  readonly end: number
}

/** The policy that speaks of a dispute, by its status; null where it takes nothing away. */
const DISPUTE_POLICY: {
  readonly [Status in DisputeStatus]: 'inquiry' | 'chargeback' | 'disputeLost' | null
} = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: null,
  needs_response: 'chargeback',
  under_review: 'chargeback',
  // Undecided once more, whatever was decided before.
  appeal_needs_response: 'chargeback',
  appeal_under_review: 'chargeback',
  won: null,
  lost: 'disputeLost',
  // Settled by a refund before it became one: the refund speaks for itself.
  prevented: null,
}

/** What the policies take away of something that was paid; null when they keep it. */
export function takenBack(paid: Paid, policies: AccessPolicies): AccessReason | null {
  const revoked = paid.disputes.some((status) => {
    const policy = DISPUTE_POLICY[status]
    return policy !== null && policies[policy] === 'revoke'
  })
  if (revoked) return 'disputed'
  if (paid.refunded <= 0) return null
  const policy = paid.refunded >= paid.amount ? 'fullRefund' : 'partialRefund'
  return policies[policy] === 'revoke' ? 'refunded' : null
}

/** A paid invoice of a period. One for something else has no period, and says nothing of access. */
type Bill = InvoiceInput & { readonly periodEnd: number }

const isBill = (invoice: InvoiceInput): invoice is Bill =>
  invoice.status === 'paid' && invoice.periodEnd !== null

/**
 * Whether it paid for a plan that was left since: it ends behind the period that the subscription
 * is in, and one that was not made before it does not. What was not used of it has become credit.
 */
function isSuperseded(bill: Bill, bills: readonly Bill[], periodEnd: number | null): boolean {
  if (periodEnd === null || bill.periodEnd <= periodEnd) return false
  return bills.some(
    (other) => other.periodEnd <= periodEnd && (other.createdAt ?? 0) >= (bill.createdAt ?? 0),
  )
}

/** What the customer's balance paid alone is paid, too: nothing of it can be refunded to a card. */
const amountOf = ({ amountPaid, total }: Bill): number =>
  amountPaid > 0 ? amountPaid : Math.max(0, total)

/**
 * The latest first. A period is judged as a whole: what a change of seats added to it is neither
 * all that was paid for it, nor nothing.
 */
export function paidPeriods({ invoices, periodEnd }: SubscriptionInput): readonly PaidPeriod[] {
  const bills = invoices.filter(isBill)
  const byEnd = new Map<number, PaidPeriod>()
  for (const bill of bills) {
    if (isSuperseded(bill, bills, periodEnd)) continue
    const { periodEnd: end } = bill
    const before = byEnd.get(end)
    byEnd.set(end, {
      end,
      amount: (before?.amount ?? 0) + amountOf(bill),
      refunded: (before?.refunded ?? 0) + bill.amountRefunded,
      disputes: [...(before?.disputes ?? []), ...bill.disputes],
    })
  }
  return [...byEnd.values()].sort((a, b) => b.end - a.end)
}

/** The end of what was paid for and not taken back; null when nothing was. */
export function paidThrough(
  subscription: SubscriptionInput,
  policies: AccessPolicies,
): number | null {
  const kept = paidPeriods(subscription).find((period) => takenBack(period, policies) === null)
  return kept?.end ?? null
}
