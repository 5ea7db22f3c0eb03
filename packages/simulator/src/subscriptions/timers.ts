/** What a subscription waits for: each wait is a due job that compares its moment with the subscription's present one. */
import type { SubscriptionDue } from '../account/jobs.ts'
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { nextEnd } from './items.ts'

const day = 24 * 60 * 60

export function wait(
  tx: Transaction,
  { id }: Pick<Subscription, 'id'>,
  due: SubscriptionDue,
  at: number,
): void {
  tx.schedule(Math.max(at - tx.now, 0) * 1000, {
    kind: 'subscription_due',
    subscriptionId: id,
    due,
    at,
  })
}

/** Waits for the end of the running period, and for the days before it. */
export function waitForPeriodEnd(tx: Transaction, subscription: Subscription): void {
  const end = nextEnd(subscription)
  const upcoming = end - tx.rules.upcomingDays * day
  // A period shorter than the notice has its notice at its very beginning.
  if (subscription.collection_method === 'charge_automatically') {
    wait(tx, subscription, 'upcoming', Math.max(upcoming, tx.now))
  }
  wait(tx, subscription, 'period_end', end)
}

/** When a trial that ends then is announced: some days before, at once when it is shorter. */
export function waitForTrialEnd(tx: Transaction, subscription: Subscription): void {
  const { status, trial_end: end } = subscription
  if (end === null) return
  const notice = end - tx.rules.trialWillEndDays * day
  if (notice > tx.now) wait(tx, subscription, 'trial_will_end', notice)
  else if (status === 'trialing') tx.emit('customer.subscription.trial_will_end', subscription)
}
