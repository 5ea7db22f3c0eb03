/** What becomes of the schedules of a customer who is deleted; those that lead a subscription end with it. */
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { cancel } from './life.ts'

/** Runs before the customer's row goes. */
export function cancelSchedulesOf(tx: Transaction, customerId: string): void {
  const own = inTimeOf(tx, customerId)
  for (const schedule of own.db.where('subscription_schedule', 'customer', customerId).reverse()) {
    if (schedule.status === 'not_started') cancel(own, schedule, { aborted: false })
  }
}
