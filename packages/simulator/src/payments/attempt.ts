/** One attempt to pay an intent with a method: what becomes of both, and the events, in Stripe's order. */
import type { Charge, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { behaviourOf } from '../customers/instruments.ts'
import type { Decline } from '../customers/test-cards.ts'
import { bookCharge } from './balance.ts'
import {
  approved,
  cardPaymentError,
  declineCodeOf,
  declinedOutcome,
  declineMessage,
  scores,
} from './declines.ts'
import { newCharge } from './objects.ts'

export type Attempt =
  | { readonly kind: 'succeeded'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'authorized'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'processing'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'requires_action'; readonly intent: PaymentIntent }
  | { readonly kind: 'declined'; readonly intent: PaymentIntent }

/** Emits everything of the attempt but the intent's creation and the charge's capture. */
export function attemptPayment(
  tx: Transaction,
  before: PaymentIntent,
  method: PaymentMethod,
  authenticated = false,
): Attempt {
  const intent: PaymentIntent = {
    ...before,
    payment_method: method.id,
    next_action: null,
    last_payment_error: null,
  }
  if (method.type !== 'card') return beginDebit(tx, intent, method)
  const { challenge, decline } = behaviourOf(tx, method.id)
  if (challenge === 'required' && !authenticated) return demandChallenge(tx, intent)
  if (decline) return declineCard(tx, intent, method, decline)
  return approveCard(tx, intent, method)
}

function demandChallenge(tx: Transaction, intent: PaymentIntent): Attempt {
  const waiting = tx.db.put('payment_intent', {
    ...intent,
    status: 'requires_action',
    next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
  })
  tx.emit('payment_intent.requires_action', waiting)
  return { kind: 'requires_action', intent: waiting }
}

function declineCard(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline,
): Attempt {
  const charge = newCharge(tx, intent, method, {
    status: 'failed',
    paid: false,
    captured: false,
    amount_captured: 0,
    failure_code: decline.code,
    failure_message: declineMessage(decline.code, decline.declineCode),
    outcome: declinedOutcome(decline),
  })
  const refused = tx.db.put('payment_intent', {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    latest_charge: charge.id,
    last_payment_error: cardPaymentError(decline, charge, method),
  })
  tx.emit('charge.failed', charge)
  tx.emit('payment_intent.payment_failed', refused)
  return { kind: 'declined', intent: refused }
}

function approveCard(tx: Transaction, intent: PaymentIntent, method: PaymentMethod): Attempt {
  const { risk } = behaviourOf(tx, method.id)
  const captured = intent.capture_method !== 'manual'
  const charge = newCharge(tx, intent, method, {
    status: 'succeeded',
    paid: true,
    captured,
    amount_captured: captured ? intent.amount : 0,
    failure_code: null,
    failure_message: null,
    outcome: { ...approved, risk_level: risk ?? 'normal', risk_score: scores[risk ?? 'normal'] },
  })
  tx.emit('charge.succeeded', charge)
  if (!captured) {
    const held = tx.db.put('payment_intent', {
      ...intent,
      status: 'requires_capture',
      latest_charge: charge.id,
      amount_capturable: intent.amount,
    })
    tx.emit('payment_intent.amount_capturable_updated', held)
    return { kind: 'authorized', intent: held, charge }
  }
  const paid = tx.db.put('payment_intent', {
    ...intent,
    status: 'succeeded',
    latest_charge: charge.id,
    amount_received: intent.amount,
  })
  tx.emit('payment_intent.succeeded', paid)
  return { kind: 'succeeded', intent: paid, charge }
}

function beginDebit(tx: Transaction, intent: PaymentIntent, method: PaymentMethod): Attempt {
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
  return { kind: 'processing', intent: processing, charge }
}

/** The capture reaches the ledger a moment after the payment, and `charge.updated` says so. */
export function reportCapture(tx: Transaction, chargeId: string): Charge | undefined {
  const charge = tx.db.find('charge', chargeId)
  if (!charge) return undefined
  const row = bookCharge(tx, charge, charge.amount_captured)
  const booked = tx.db.put('charge', { ...charge, balance_transaction: row.id })
  tx.emit('charge.updated', booked, previousAttributes(charge, booked))
  return booked
}

/** A buyer who fails or leaves the challenge: no charge was made. */
export function failChallenge(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod | undefined,
): PaymentIntent {
  const code = 'payment_intent_authentication_failure'
  const failed = tx.db.put('payment_intent', {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: {
      code,
      doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
      message: declineMessage(code),
      ...(method ? { payment_method: method } : {}),
      type: 'invalid_request_error',
    },
  })
  tx.emit('payment_intent.payment_failed', failed)
  return failed
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
  return failed
}

/** A debit that arrived. */
export function settleDebit(
  tx: Transaction,
  intent: PaymentIntent,
  charge: Charge,
): { intent: PaymentIntent; charge: Charge } {
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
  return { intent: paid, charge: settled }
}
