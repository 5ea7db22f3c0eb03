/** One attempt to pay an intent with a method: what becomes of both, and the events, in Stripe's order. */
import type { Charge, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { declineMessage } from '../customers/decline-messages.ts'
import { asksForChallenge, behaviourOf } from '../customers/instruments.ts'
import type { Decline } from '../customers/test-cards.ts'
import { awaitTransfer } from './bank-transfers.ts'
import { beginDebit } from './debits.ts'
import { approved, cardPaymentError, declinedOutcome, scores } from './declines.ts'
import { followCharge } from './follow-charge.ts'
import { bookCharge } from './ledger.ts'
import { newCharge } from './objects.ts'
import { paymentChallengePath } from './page-path.ts'

/** Cards hold money for this long. */
const authorizationMs = 7 * 24 * 60 * 60 * 1000

export type Attempt =
  | { readonly kind: 'succeeded'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'authorized'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'processing'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'requires_action'; readonly intent: PaymentIntent }
  | { readonly kind: 'declined'; readonly intent: PaymentIntent }

export interface Circumstances {
  /** The buyer has passed the challenge of this payment. */
  readonly authenticated?: boolean
  /** The buyer is not there. */
  readonly offSession?: boolean
  /** What a needed authentication comes to: the buyer is asked for it, or the payment is declined. */
  readonly challenge?: 'demand' | 'decline'
}

/** Emits everything of the attempt but the intent's creation and the charge's capture. */
export function attemptPayment(
  tx: Transaction,
  before: PaymentIntent,
  method: PaymentMethod,
  { authenticated = false, offSession = false, challenge = 'demand' }: Circumstances = {},
): Attempt {
  const intent: PaymentIntent = {
    ...before,
    payment_method: method.id,
    next_action: null,
    last_payment_error: null,
  }
  if (method.type === 'customer_balance') return awaitTransfer(tx, intent, method)
  if (method.type !== 'card') return { kind: 'processing', ...beginDebit(tx, intent, method) }
  const request = intent.payment_method_options?.card?.request_three_d_secure ?? 'automatic'
  const isRequested = request !== 'automatic'
  if (!authenticated && asksForChallenge(tx, method.id, offSession, isRequested)) {
    if (challenge === 'demand') return demandChallenge(tx, intent)
    return declineCard(tx, intent, method, { code: 'authentication_required' })
  }
  const { decline } = behaviourOf(tx, method.id)
  if (decline) return declineCard(tx, intent, method, decline)
  return approveCard(tx, intent, method)
}

function demandChallenge(tx: Transaction, intent: PaymentIntent): Attempt {
  const waiting = tx.db.put('payment_intent', {
    ...intent,
    status: 'requires_action',
    next_action: challengeAction(tx, intent.id),
  })
  tx.emit('payment_intent.requires_action', waiting)
  return { kind: 'requires_action', intent: waiting }
}

/** A caller that named a return URL redirects its buyer, any other lets Stripe.js ask. */
function challengeAction(tx: Transaction, id: string): PaymentIntent['next_action'] {
  const back = tx.db.find('intent_secret', id)?.returnUrl
  if (back === undefined) return { type: 'use_stripe_sdk', use_stripe_sdk: {} }
  const url = `${tx.baseUrl}${paymentChallengePath}${id}`
  return { type: 'redirect_to_url', redirect_to_url: { return_url: back, url } }
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
    tx.schedule(authorizationMs, { kind: 'expire_authorization', intentId: held.id })
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

/** The capture reaches the ledger a moment after the payment, and `charge.updated` says so. */
export function reportCapture(tx: Transaction, chargeId: string): Charge | undefined {
  const charge = tx.db.find('charge', chargeId)
  if (!charge || charge.balance_transaction !== null) return charge
  const row = bookCharge(tx, charge, charge.amount_captured)
  const booked = tx.db.put('charge', { ...charge, balance_transaction: row.id })
  tx.emit('charge.updated', booked, previousAttributes(charge, booked))
  followCharge(tx, booked)
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
  tx.run({ kind: 'intent_changed', intentId: failed.id })
  return failed
}
