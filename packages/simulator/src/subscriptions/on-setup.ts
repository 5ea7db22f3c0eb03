/** A method that was set up for a subscription, before there was anything to pay. */
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { changeSubscription } from './save.ts'

export function setupSucceeded(tx: Transaction, intentId: string): void {
  const method = tx.db.find('setup_intent', intentId)?.payment_method ?? null
  for (const subscription of tx.db.where('subscription', 'pending_setup_intent', intentId)) {
    const keeps = subscription.payment_settings?.save_default_payment_method === 'on_subscription'
    changeSubscription(inTimeOf(tx, subscription.customer), subscription, {
      pending_setup_intent: null,
      ...(keeps && method !== null ? { default_payment_method: method } : {}),
    })
  }
}
