/** Payments by bank debit: begun, and days later arrived or returned. */
import type { Charge, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { declineCodeOf, declineMessage } from '../customers/decline-messages.ts'
import { approved, declinedOutcome } from './declines.ts'
import { followCharge } from './follow-charge.ts'
import { bookCharge } from './ledger.ts'
import { newCharge } from './objects.ts'

interface Paid {
  readonly intent: PaymentIntent
  readonly charge: Charge
}

export function beginDebit(tx: Transaction, intent: PaymentIntent, method: PaymentMethod): Paid {
  const charge = newCharge(tx, intent, method, {
    status: 'pending',
    paid: false,
    captured: true,
    amount_captured: intent.amount,
    failure_code: null,
    failure_message: null,
    outcome: { ...approved, risk_level: 'not_assessed', seller_message: 'Payment pending.' },
  })
  const processing = tx.db.put('payment_intent', {
    ...intent,
    status: 'processing',
    latest_charge: charge.id,
  })
  tx.emit('payment_intent.processing', processing)
  tx.emit('charge.pending', charge)
  const plan = tx.db.find('instrument', method.id)?.bank
  if (plan && plan.outcome !== 'stays') {
    tx.schedule(plan.afterMs, { kind: 'settle_payment', intentId: intent.id })
  }
  return { intent: processing, charge }
}

/** A debit that the bank returned. */
export function failDebit(
  tx: Transaction,
  intent: PaymentIntent,
  charge: Charge,
  failureCode: string,
): PaymentIntent {
  const message = declineMessage(failureCode)
  const failedCharge = tx.db.put('charge', {
    ...charge,
    status: 'failed',
    paid: false,
    captured: false,
    amount_captured: 0,
    failure_code: failureCode,
    failure_message: message,
    outcome: declinedOutcome({ code: 'card_declined', declineCode: failureCode }),
    receipt_url: null,
  })
  const method = intent.payment_method
    ? tx.db.find('payment_method', intent.payment_method)
    : undefined
  const failed = tx.db.put('payment_intent', {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: {
      charge: charge.id,
      code: 'payment_intent_payment_attempt_failed',
      decline_code: declineCodeOf({ code: 'card_declined', declineCode: failureCode }),
      doc_url: 'https://stripe.com/docs/error-codes/payment-intent-payment-attempt-failed',
      message,
      ...(method ? { payment_method: method } : {}),
      type: 'invalid_request_error',
    },
  })
  tx.emit('charge.failed', failedCharge)
  tx.emit('payment_intent.payment_failed', failed)
  tx.run({ kind: 'intent_changed', intentId: failed.id })
  return failed
}

/** A debit that arrived. */
export function settleDebit(tx: Transaction, intent: PaymentIntent, charge: Charge): Paid {
  const settled = tx.db.put('charge', {
    ...charge,
    status: 'succeeded',
    paid: true,
    outcome: { ...approved, risk_level: 'not_assessed' },
    balance_transaction: bookCharge(tx, charge, charge.amount).id,
  })
  const paid = tx.db.put('payment_intent', {
    ...intent,
    status: 'succeeded',
    amount_received: intent.amount,
  })
  tx.emit('charge.succeeded', settled)
  tx.emit('payment_intent.succeeded', paid)
  followCharge(tx, settled)
  tx.run({ kind: 'intent_changed', intentId: paid.id })
  return { intent: paid, charge: settled }
}
