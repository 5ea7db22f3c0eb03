// Goal: the tables of refunds and disputes name every status that Stripe has, and hang together.
// Method: the official SDK's type, by the compiler; the tables themselves.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { DISPUTE_STATES, REFUND_STATES } from '../../../src/pipeline/projections/payments/states.ts'

/** Without the type by which the SDK leaves room for statuses to come. */
type Known<Status> = Status extends string ? (string extends Status ? never : Status) : never

/** The compiler refuses a status of the SDK that is missing here, and one that it does not have. */
const DISPUTES: { readonly [Status in Known<Stripe.Dispute.Status>]: true } = {
  appeal_needs_response: true,
  appeal_under_review: true,
  lost: true,
  needs_response: true,
  prevented: true,
  under_review: true,
  warning_closed: true,
  warning_needs_response: true,
  warning_under_review: true,
  won: true,
}

/** Here the SDK has a plain string, and the words beside it. */
const REFUNDS = ['pending', 'requires_action', 'succeeded', 'failed', 'canceled']

interface State {
  readonly starts?: true
  readonly follows: readonly string[]
}

const TABLES: readonly (readonly [string, Readonly<Record<string, State>>, readonly string[]])[] = [
  ['disputes', DISPUTE_STATES, Object.keys(DISPUTES)],
  ['refunds', REFUND_STATES, REFUNDS],
]

test.each(TABLES)('%s: every status of Stripe is there, and can be come to', (_, states, names) => {
  expect(Object.keys(states).sort()).toEqual([...names].sort())
  const reached = new Set(Object.keys(states).filter((name) => states[name]?.starts === true))
  for (const name of reached) for (const next of states[name]?.follows ?? []) reached.add(next)
  expect([...reached].sort()).toEqual(Object.keys(states).sort())
})
