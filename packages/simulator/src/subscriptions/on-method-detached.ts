/** What becomes of subscriptions whose payment method was taken from its customer. */
import type { Transaction } from '../account/transaction.ts'
import { applyUpdate } from '../http/resource.ts'
import { hasEnded } from './status.ts'

export function unsetSubscriptionMethod(tx: Transaction, method: string, customer: string): void {
  for (const subscription of tx.db.where('subscription', 'customer', customer).reverse()) {
    if (hasEnded(subscription) || subscription.default_payment_method !== method) continue
    const changes = { default_payment_method: null }
    const event = 'customer.subscription.updated'
    applyUpdate(tx, 'subscription', subscription, changes, undefined, event)
  }
}
