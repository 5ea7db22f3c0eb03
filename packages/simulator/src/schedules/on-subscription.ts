/** What the end of a subscription means for the schedule that leads it. */
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { cancel } from './life.ts'

export function subscriptionEnded(tx: Transaction, subscriptionId: string): void {
  const subscription = tx.db.find('subscription', subscriptionId)
  const schedule = tx.db.find('subscription_schedule', subscription?.schedule ?? '')
  if (!subscription || schedule?.status !== 'active') return
  const aborted = subscription.cancellation_details?.reason === 'payment_failed'
  cancel(inTimeOf(tx, schedule.customer), schedule, { aborted })
}
