/** The settings that Stripe keeps in its Dashboard: what the account does by itself, as data. */

export interface BillingRules {
  /** Seconds a draft of a renewal stays open before it is finalised. */
  readonly finalizeAfterSeconds: number
  /** Days from each failed attempt on an invoice to the next; Stripe's custom schedule has at most three. */
  readonly retryDays: readonly number[]
  /** What becomes of a subscription when the last retry has failed. */
  readonly afterRetries: 'cancel' | 'unpaid' | 'past_due' | 'pause'
  /** What becomes of that invoice. */
  readonly invoiceAfterRetries: 'open' | 'uncollectible'
  /** Days before a renewal at which `invoice.upcoming` tells of it. */
  readonly upcomingDays: number
  /** Days before a trial's end at which `customer.subscription.trial_will_end` tells of it. */
  readonly trialWillEndDays: number
  /** Seconds that a first invoice may stay unpaid before its subscription expires. */
  readonly incompleteSeconds: number
  /** Stripe's limits on test clocks; Infinity lifts one. */
  readonly testClockCustomersMax: number
  readonly testClockIntervalsMax: number
}

/** Rules as JSON leaves them: it has no Infinity, and writes null. */
export function revivedRules(rules: BillingRules): BillingRules {
  const revived: Record<string, unknown> = { ...rules }
  for (const [name, value] of Object.entries(revived)) {
    if (value === null) revived[name] = Number.POSITIVE_INFINITY
  }
  return { ...defaultRules, ...revived }
}

const hour = 60 * 60

export const defaultRules: BillingRules = {
  finalizeAfterSeconds: hour,
  retryDays: [3, 5, 7],
  afterRetries: 'cancel',
  invoiceAfterRetries: 'open',
  upcomingDays: 7,
  trialWillEndDays: 3,
  incompleteSeconds: 23 * hour,
  testClockCustomersMax: 3,
  testClockIntervalsMax: 2,
}
