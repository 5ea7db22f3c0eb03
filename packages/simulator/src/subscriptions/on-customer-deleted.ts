/** What becomes of the subscriptions of a customer who is deleted. */
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { conclude } from './end.ts'

/** Runs before the customer's row goes. */
export function cancelSubscriptionsOf(tx: Transaction, customerId: string): void {
  const own = inTimeOf(tx, customerId)
  for (const subscription of own.db.where('subscription', 'customer', customerId).reverse()) {
    conclude(own, subscription, { reason: 'cancellation_requested' })
  }
}
