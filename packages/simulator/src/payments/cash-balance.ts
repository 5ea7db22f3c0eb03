/** What customers have sent by bank transfer: received, applied to payments, given back. */
import type { Stripe } from 'stripe'
import type { Charge, PaymentIntent, Refund } from '../account/tables.ts'
import type { CashBalanceRow, CashTransaction } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import type { Stored } from '../wire.ts'

export function cashRow(tx: Transaction, customer: string): CashBalanceRow {
  const known = tx.db.find('cash_balance_row', customer)
  return known ?? { id: customer, available: {}, mode: 'automatic', isMerchantDefault: true }
}

export function cashBalanceOf(tx: Transaction, customer: string): Stored<Stripe.CashBalance> {
  const { available, mode, isMerchantDefault } = cashRow(tx, customer)
  const held = Object.entries(available).filter(([, amount]) => amount !== 0)
  return {
    object: 'cash_balance',
    available: held.length === 0 ? null : Object.fromEntries(held),
    customer,
    customer_account: null,
    livemode: false,
    settings: { reconciliation_mode: mode, using_merchant_default: isMerchantDefault },
  }
}

export function cashIn(tx: Transaction, customer: string, currency: string): number {
  return cashRow(tx, customer).available[currency] ?? 0
}

type Facts = Pick<
  CashTransaction,
  'type' | 'funded' | 'applied_to_payment' | 'refunded_from_payment' | 'unapplied_from_payment'
>

export function moveCash(
  tx: Transaction,
  customer: string,
  move: { readonly amount: number; readonly currency: string },
  facts: Facts,
): CashTransaction {
  const row = cashRow(tx, customer)
  const ending = (row.available[move.currency] ?? 0) + move.amount
  tx.db.put('cash_balance_row', {
    ...row,
    available: { ...row.available, [move.currency]: ending },
  })
  const made = tx.db.put('customer_cash_balance_transaction', {
    id: tx.newId('ccsbtxn_1'),
    object: 'customer_cash_balance_transaction',
    created: tx.now,
    currency: move.currency,
    customer,
    customer_account: null,
    ending_balance: ending,
    livemode: false,
    net_amount: move.amount,
    ...facts,
  })
  tx.emit('customer_cash_balance_transaction.created', made)
  return made
}

/** A refund of a bank transfer goes to the customer's cash balance, not to a bank. */
export function creditRefund(tx: Transaction, charge: Charge, refund: Refund): void {
  if (charge.customer === null) return
  moveCash(tx, charge.customer, refund, {
    type: 'refunded_from_payment',
    refunded_from_payment: { refund: refund.id },
  })
}

/** What was applied to a payment that is canceled returns. */
export function unapplyCash(tx: Transaction, intent: PaymentIntent): void {
  if (intent.customer === null || intent.amount_received === 0) return
  const move = { amount: intent.amount_received, currency: intent.currency }
  moveCash(tx, intent.customer, move, {
    type: 'unapplied_from_payment',
    unapplied_from_payment: { payment_intent: intent.id },
  })
}
