// Owns the states of refunds and disputes: what each means, and which may follow.
import type { DisputeStatus, RefundStatus } from '../../../model.ts'

interface StatusRow<Status extends string> {
  readonly meaning: string
  /** Something may begin so. */
  readonly starts?: true
  readonly follows: readonly Status[]
}

/**
 * The docs' picture of a refund is drawn from this table, and every step of every flow at the
 * simulator is one of its arrows. The row is set to what Stripe says all the same.
 */
export const REFUND_STATES: { readonly [Status in RefundStatus]: StatusRow<RefundStatus> } = {
  pending: {
    meaning: 'asked for; the money is on its way',
    starts: true,
    follows: ['requires_action', 'succeeded', 'failed', 'canceled'],
  },
  requires_action: {
    meaning: 'the buyer has to do something, such as naming a bank account',
    starts: true,
    follows: ['pending', 'succeeded', 'failed', 'canceled'],
  },
  succeeded: {
    meaning: 'the money has left; the buyer’s bank can still send it back',
    starts: true,
    follows: ['failed'],
  },
  failed: {
    meaning: 'the money came back to you',
    follows: [],
  },
  canceled: {
    meaning: 'called off before the money left',
    follows: [],
  },
}

/** Of a dispute. With appeals no verdict is the last word, so nothing here is an end by force. */
export const DISPUTE_STATES: { readonly [Status in DisputeStatus]: StatusRow<DisputeStatus> } = {
  warning_needs_response: {
    meaning: 'an inquiry: the bank asks, no money has moved',
    starts: true,
    follows: ['warning_under_review', 'warning_closed', 'needs_response'],
  },
  warning_under_review: {
    meaning: 'an inquiry, answered',
    follows: ['warning_closed', 'needs_response'],
  },
  warning_closed: {
    meaning: 'an inquiry that came to nothing',
    follows: [],
  },
  needs_response: {
    meaning: 'a chargeback: the money is withdrawn, evidence is awaited',
    starts: true,
    follows: ['under_review', 'won', 'lost'],
  },
  under_review: {
    meaning: 'evidence is handed in, the bank decides',
    follows: ['won', 'lost'],
  },
  won: {
    meaning: 'decided for you; the money comes back',
    follows: ['appeal_needs_response', 'appeal_under_review'],
  },
  lost: {
    meaning: 'decided against you',
    follows: ['appeal_needs_response', 'appeal_under_review'],
  },
  appeal_needs_response: {
    meaning: 'the verdict is appealed, evidence is awaited',
    follows: ['appeal_under_review', 'won', 'lost'],
  },
  appeal_under_review: {
    meaning: 'the verdict is appealed, and undecided',
    follows: ['won', 'lost'],
  },
  prevented: {
    meaning: 'settled by a refund before it became a dispute',
    starts: true,
    follows: [],
  },
}
