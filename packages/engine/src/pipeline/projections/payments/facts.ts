// Owns which facts the refunds and disputes of an order or an invoice make: pure, from their rows.
import type { DisputeRow, RefundRow } from './row.ts'

export type RefundFactName = 'refunded' | 'partially_refunded' | 'refund_failed'
export type DisputeFactName = 'disputed' | 'dispute_won' | 'dispute_lost'

/** A fact of its owner, under the key by which it takes effect once. */
export type PaymentFact =
  | {
      readonly kind: 'refund'
      readonly name: RefundFactName
      readonly key: string
      readonly refund: RefundRow
    }
  | {
      readonly kind: 'dispute'
      readonly name: DisputeFactName
      readonly key: string
      readonly dispute: DisputeRow
    }

export const hasFailed = ({ status }: Pick<RefundRow, 'status'>): boolean =>
  status === 'failed' || status === 'canceled'

/** Had `earlier` come back when `later` was made? Where Stripe does not say when, it had. */
function wasBackBefore(earlier: RefundRow, later: RefundRow): boolean {
  const { failed_at: back } = earlier
  const { stripe_created: made } = later
  return back === null || made === null || back <= made
}

/**
 * `refunds` in the order in which they were made. Full or partial is judged for each as of the
 * moment when it was made, so that who reads late tells what who saw it live told: a refund that
 * failed afterwards counts for those made meanwhile, and is told before its failure is.
 */
function refundFacts(owner: string, amount: bigint, refunds: readonly RefundRow[]): PaymentFact[] {
  const facts: PaymentFact[] = []
  const failures: RefundRow[] = []
  let made = 0n
  for (const refund of refunds) {
    made += refund.amount
    const back = failures.filter((failure) => wasBackBefore(failure, refund))
    const standing = back.reduce((sum, failure) => sum - failure.amount, made)
    const { id } = refund
    const fact = (name: RefundFactName): PaymentFact => ({
      kind: 'refund',
      name,
      key: `${owner}:${name}:${id}`,
      refund,
    })
    facts.push(fact(standing >= amount ? 'refunded' : 'partially_refunded'))
    if (!hasFailed(refund)) continue
    failures.push(refund)
    facts.push(fact('refund_failed'))
  }
  return facts
}

function disputeFacts(owner: string, disputes: readonly DisputeRow[]): PaymentFact[] {
  return disputes.flatMap((dispute): PaymentFact[] => {
    const fact = (name: DisputeFactName): PaymentFact => ({
      kind: 'dispute',
      name,
      key: `${owner}:${name}:${dispute.id}`,
      dispute,
    })
    const decisions = [
      ...(dispute.was_won ? [fact('dispute_won')] : []),
      ...(dispute.was_lost ? [fact('dispute_lost')] : []),
    ]
    // What stands is told last.
    return [fact('disputed'), ...(dispute.status === 'won' ? decisions.reverse() : decisions)]
  })
}

/** `owner` is `order:<id>` or `invoice:<id>`, and `amount` what was paid for it. */
export const paymentFacts = (
  owner: string,
  amount: bigint,
  refunds: readonly RefundRow[],
  disputes: readonly DisputeRow[],
): readonly PaymentFact[] => [
  ...refundFacts(owner, amount, refunds),
  ...disputeFacts(owner, disputes),
]
