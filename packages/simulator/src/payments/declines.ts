/** How a refused payment reads: messages, outcomes of charges, and the 402 that the caller gets. */
import type { Charge, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import { declineCodeOf, declineMessage } from '../customers/decline-messages.ts'
import type { Decline } from '../customers/test-cards.ts'
import { docUrl, StripeError } from '../http/errors.ts'

export const approved = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  seller_message: 'Payment complete.',
  type: 'authorized',
} as const

export const scores = { normal: 17, elevated: 71, highest: 93 } as const

export function declinedOutcome(decline: Decline): NonNullable<Charge['outcome']> {
  const reason = declineCodeOf(decline)
  return {
    advice_code: decline.blocked ? null : 'try_again_later',
    network_advice_code: null,
    network_decline_code: decline.blocked ? null : '01',
    network_status: decline.blocked ? 'not_sent_to_network' : 'declined_by_network',
    reason: decline.blocked ? 'highest_risk_level' : reason,
    risk_level: decline.blocked ? 'highest' : 'normal',
    risk_score: decline.blocked ? scores.highest : scores.normal,
    seller_message: decline.blocked
      ? 'Stripe blocked this payment as too risky.'
      : 'The bank did not return any further details with this decline.',
    type: decline.blocked ? 'blocked' : 'issuer_declined',
  }
}

export type PaymentError = NonNullable<PaymentIntent['last_payment_error']>

export function cardPaymentError(
  decline: Decline,
  charge: Charge,
  method: PaymentMethod,
): PaymentError {
  return {
    ...(decline.blocked ? {} : { advice_code: 'try_again_later', network_decline_code: '01' }),
    charge: charge.id,
    code: decline.code,
    decline_code: declineCodeOf(decline),
    doc_url: docUrl(decline.code),
    message: declineMessage(decline.code, decline.declineCode),
    payment_method: method,
    type: 'card_error',
  }
}

/** A declined payment answers 402 and still leaves its charge and events behind. */
export function paymentRefused(intent: PaymentIntent): StripeError {
  const {
    type,
    code,
    message,
    param,
    doc_url: _,
    ...more
  } = intent.last_payment_error ?? {
    type: 'card_error',
  }
  return new StripeError({
    status: 402,
    // A failed authentication is the caller's affair, anything else the card's.
    type: type === 'invalid_request_error' ? type : 'card_error',
    code,
    message: message ?? 'The payment failed.',
    param,
    more: { ...more, payment_intent: intent },
    keepsState: true,
  })
}
