/** The ends of an invoice without money: void, and given up as uncollectible. */
import type { Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { changeBalance, markDelinquent } from './customer-balance.ts'
import { cancelOpenPayments } from './payment-rows.ts'
import { requireWay } from './transitions.ts'

export function voidInvoice(tx: Transaction, before: Invoice): Invoice {
  requireWay(before, 'void')
  const own = inTimeOf(tx, before.customer)
  cancelOpenPayments(own, before, 'void_invoice')
  const after = own.db.put('invoice', {
    ...before,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'void',
    status_transitions: { ...before.status_transitions, voided_at: own.now },
  })
  own.emit('invoice.voided', after)
  // What the invoice took from the customer's balance, or left on it, is undone.
  const change = (before.ending_balance ?? before.starting_balance) - before.starting_balance
  changeBalance(own, after.customer, {
    type: 'unapplied_from_invoice',
    amount: -change,
    currency: after.currency,
    invoice: after.id,
  })
  own.run({ kind: 'invoice_changed', invoiceId: after.id, fact: 'voided' })
  return after
}

type UncollectibleReason =
  | 'max_payment_attempts'
  | 'payment_not_received'
  | 'subscription_canceled'
  | 'subscription_paused'
  | 'user_forgiven'

/** The debt is written off; a payment may still come. */
export function markUncollectible(
  tx: Transaction,
  before: Invoice,
  reason: UncollectibleReason = 'user_forgiven',
): Invoice {
  requireWay(before, 'uncollectible')
  const own = inTimeOf(tx, before.customer)
  const after = own.db.put('invoice', {
    ...before,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'uncollectible',
    status_details: { uncollectible: { reason } },
    status_transitions: { ...before.status_transitions, marked_uncollectible_at: own.now },
  })
  own.emit('invoice.marked_uncollectible', after)
  if (reason === 'user_forgiven') markDelinquent(own, after.customer, false)
  own.run({ kind: 'invoice_changed', invoiceId: after.id, fact: 'uncollectible' })
  return after
}
