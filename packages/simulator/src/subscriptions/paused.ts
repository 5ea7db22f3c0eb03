/** The paused status: nothing is billed until somebody resumes it. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { asOneChange, changeSubscription, currentSubscription } from './save.ts'

export type PauseCause =
  | 'final_payment_failure'
  | 'first_payment_failure'
  | 'pause_requested'
  | 'trial_end_without_payment_method'

/** Lays down whatever differs in `next`, and pauses. */
export function pauseNow(tx: Transaction, next: Subscription, cause: PauseCause): Subscription {
  asOneChange(tx, next, () =>
    changeSubscription(tx, next, {
      ...next,
      status: 'paused',
      status_details: {
        paused: { subscription: { type: cause }, transitioned_at: tx.now, type: 'subscription' },
      },
    }),
  )
  const paused = currentSubscription(tx, next)
  tx.emit('customer.subscription.paused', paused)
  return paused
}
