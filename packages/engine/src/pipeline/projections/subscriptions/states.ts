// Owns the subscription's state table: what each status means, does to access, and may become.
import type { SubscriptionStatus } from '../../../model.ts'

interface StatusRow {
  readonly meaning: string
  readonly access: string
  /** Something may begin so. */
  readonly starts?: true
  /** Nothing follows: in the schema too. */
  readonly ended: boolean
  /** It has been let in at some time: paid, on trial, or on account. */
  readonly begun: boolean
  /** A payment is overdue; null where the status says nothing of it, and what was told stays. */
  readonly overdue: boolean | null
  /** What Stripe does next by itself or by request. What we see may have skipped some of it. */
  readonly follows: readonly SubscriptionStatus[]
}

/** The docs' picture of a subscription's life is drawn from this table. */
export const SUBSCRIPTION_STATES: { readonly [Status in SubscriptionStatus]: StatusRow } = {
  incomplete: {
    meaning: 'its first payment is not made yet; Stripe waits 23 hours',
    access: 'none',
    starts: true,
    ended: false,
    begun: false,
    overdue: null,
    follows: ['active', 'trialing', 'paused', 'incomplete_expired', 'canceled'],
  },
  incomplete_expired: {
    meaning: 'its first payment was not made in time',
    access: 'none',
    ended: true,
    begun: false,
    overdue: false,
    follows: [],
  },
  trialing: {
    meaning: 'on trial: nothing is to be paid yet',
    access: 'granted, to the planned end if there is one',
    starts: true,
    ended: false,
    begun: true,
    overdue: false,
    follows: ['active', 'past_due', 'unpaid', 'paused', 'canceled'],
  },
  active: {
    meaning: 'goes on; its invoices are paid, or not yet due',
    access: 'granted, to the planned end if there is one',
    starts: true,
    ended: false,
    begun: true,
    overdue: false,
    follows: ['trialing', 'past_due', 'unpaid', 'paused', 'canceled'],
  },
  past_due: {
    meaning: 'its latest invoice could not be collected; Stripe tries again',
    access: 'granted for the days of grace',
    starts: true,
    ended: false,
    begun: true,
    overdue: true,
    follows: ['active', 'trialing', 'unpaid', 'paused', 'canceled'],
  },
  unpaid: {
    meaning: 'its latest invoice was given up; new ones stay drafts',
    access: 'none',
    ended: false,
    begun: true,
    overdue: true,
    follows: ['active', 'trialing', 'paused', 'canceled'],
  },
  paused: {
    meaning: 'nothing is billed until somebody resumes it',
    access: 'none',
    ended: false,
    begun: true,
    overdue: null,
    follows: ['active', 'trialing', 'past_due', 'canceled'],
  },
  canceled: {
    meaning: 'over for good',
    access: 'none, or to the end of what was paid for, by policy',
    ended: true,
    begun: false,
    overdue: false,
    follows: [],
  },
}

export const isSubscriptionStatus = (value: unknown): value is SubscriptionStatus =>
  typeof value === 'string' && Object.hasOwn(SUBSCRIPTION_STATES, value)

export const hasEnded = (status: SubscriptionStatus): boolean => SUBSCRIPTION_STATES[status].ended
