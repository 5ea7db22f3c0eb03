/** The life of a payout: on its way, arrived or sent back by the bank, canceled. */
import type { BalanceTransaction } from '../account/tables.ts'
import type { Payout } from '../account/tables-money.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { book } from '../payments/ledger.ts'

const failureMessages: Readonly<Record<string, string>> = {
  account_closed: 'The bank account has been closed.',
  no_account:
    'The bank account details on file are probably incorrect. No bank account could be located with those details.',
  debit_not_authorized: 'Debit transactions are not approved on your bank account.',
  insufficient_funds: 'Your Stripe account has insufficient funds to cover the payout.',
  invalid_currency: 'The bank was unable to process this payout because of its currency.',
}

/** The money that left comes back, or the other way round. */
export function bookPayout(
  tx: Transaction,
  payout: Pick<Payout, 'id' | 'currency'>,
  amount: number,
  type: 'payout' | 'payout_cancel' | 'payout_failure',
): BalanceTransaction {
  return book(tx, {
    amount,
    currency: payout.currency,
    source: payout.id,
    type,
    reporting_category: type === 'payout' ? 'payout' : 'payout_reversal',
    description: type === 'payout' ? 'STRIPE PAYOUT' : 'STRIPE PAYOUT REVERSAL',
  })
}

/** It has reached the bank, which takes it or sends it back. */
export function arrivePayout(tx: Transaction, payoutId: string): void {
  const payout = tx.db.find('payout', payoutId)
  if (payout?.status !== 'pending') return
  const failure = tx.db.find('payout_secret', payoutId)?.failureCode
  if (failure === undefined) paid(tx, payout)
  else failed(tx, payout, failure)
}

function paid(tx: Transaction, payout: Payout): void {
  const after = tx.db.put('payout', {
    ...payout,
    status: 'paid',
    trace_id: { status: 'supported', value: tx.newId('', 12).toUpperCase() },
  })
  tx.emit('payout.updated', after, previousAttributes(payout, after))
  tx.emit('payout.paid', after)
}

function failed(tx: Transaction, payout: Payout, code: string): void {
  const after = tx.db.put('payout', {
    ...payout,
    status: 'failed',
    failure_balance_transaction: bookPayout(tx, payout, payout.amount, 'payout_failure').id,
    failure_code: code,
    failure_message: failureMessages[code] ?? 'The payout failed.',
  })
  tx.emit('payout.updated', after, previousAttributes(payout, after))
  tx.emit('payout.failed', after)
}

export function cancelPayout(tx: Transaction, payout: Payout): Payout {
  const after = tx.db.put('payout', {
    ...payout,
    status: 'canceled',
    failure_balance_transaction: bookPayout(tx, payout, payout.amount, 'payout_cancel').id,
  })
  tx.emit('payout.canceled', after)
  return after
}
