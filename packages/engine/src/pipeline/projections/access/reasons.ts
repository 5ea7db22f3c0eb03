// Owns the table of reasons: what each means, how it reads, and what is said when its time is over.
import type { AccessReason } from '../../../model.ts'

interface ReasonRow {
  readonly grants: boolean
  /** How it reads, for the app's own pages; `{until}` is the moment at which it ends. */
  readonly words: string
  /** How it reads when it ends by time, where that is not always so. */
  readonly wordsUntil?: string
  /** What a grant becomes at its end; null for what no time ends. */
  readonly over: AccessReason | null
  readonly meaning: string
}

/**
 * The most telling first: where several sources end at the same moment, or several items of one
 * source deny, the upper row speaks. docs/reference is generated from this table.
 */
export const ACCESS_REASONS: { readonly [Reason in AccessReason]: ReasonRow } = {
  active: {
    grants: true,
    words: 'active',
    over: null,
    meaning: 'the subscription is active',
  },
  trialing: {
    grants: true,
    words: 'in its trial',
    over: null,
    meaning: 'the subscription is in its trial',
  },
  purchased: {
    grants: true,
    words: 'purchased',
    wordsUntil: 'purchased, until {until}',
    over: 'expired',
    meaning: 'an order of an item that is sold once was fulfilled',
  },
  ends_at_cancellation: {
    grants: true,
    words: 'to be canceled at {until}',
    over: 'canceled',
    meaning: 'the subscription goes on until it is canceled at the time that Stripe knows',
  },
  paid_through: {
    grants: true,
    words: 'canceled, paid through {until}',
    over: 'canceled',
    meaning: 'the subscription was canceled, and the policy keeps what was paid for',
  },
  past_due_grace: {
    grants: true,
    words: 'past_due, in grace until {until}',
    over: 'past_due_grace_over',
    meaning: 'a renewal is not paid, and its days of grace run',
  },
  disputed: {
    grants: false,
    words: 'disputed',
    over: null,
    meaning: 'a dispute of the order, or of the newest paid period, takes it away by policy',
  },
  refunded: {
    grants: false,
    words: 'refunded',
    over: null,
    meaning: 'a refund of the order, or of the newest paid period, takes it away by policy',
  },
  past_due_grace_over: {
    grants: false,
    words: 'past_due, and the grace is over',
    over: null,
    meaning: 'a renewal is not paid, and its days of grace have run out',
  },
  unpaid: {
    grants: false,
    words: 'unpaid',
    over: null,
    meaning: 'a renewal is not paid, and Stripe has stopped trying',
  },
  paused: {
    grants: false,
    words: 'paused',
    over: null,
    meaning: 'the subscription is paused',
  },
  collection_paused: {
    grants: false,
    words: 'paused: its invoices are voided meanwhile',
    over: null,
    meaning: 'collection is paused with `void`, and the policy says that nothing is offered then',
  },
  no_seats: {
    grants: false,
    words: 'its quantity is 0',
    over: null,
    meaning: 'the item of the subscription has a quantity of 0',
  },
  incomplete: {
    grants: false,
    words: 'incomplete: its first payment is not there yet',
    over: null,
    meaning: 'the first payment of the subscription is awaited',
  },
  not_paid: {
    grants: false,
    words: 'not paid',
    over: null,
    meaning: 'the first payment never came, or the payment of an order is awaited or has failed',
  },
  canceled: {
    grants: false,
    words: 'canceled',
    over: null,
    meaning: 'the subscription was canceled',
  },
  expired: {
    grants: false,
    words: 'expired',
    over: null,
    meaning: 'what an item sold for a time gave has ended',
  },
  none: {
    grants: false,
    words: 'nothing gives it',
    over: null,
    meaning: 'no subscription and no order of the buyer gives this feature',
  },
}

const ORDER = Object.keys(ACCESS_REASONS)

/** Its place in the table: a smaller one tells more. */
export const rankOf = (reason: AccessReason): number => ORDER.indexOf(reason)

/** To the second, as Stripe counts. */
const timeOf = (until: Date): string => until.toISOString().replace(/\.\d+Z$/, 'Z')

/** A reason in words, such as "past_due, in grace until 2026-12-08T12:00:00Z". */
export function because(reason: AccessReason, until: Date | null): string {
  const { words, wordsUntil } = ACCESS_REASONS[reason]
  if (until === null) return words
  return (wordsUntil ?? words).replace('{until}', timeOf(until))
}
