/** Confirms payment intents: the attempt with what the caller says of it, and the buyer's answer to its challenge. */
import type { PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import { given, inParam } from '../http/route.ts'
import { failChallenge } from './attempt.ts'
import { checkMethod, methodOf } from './choose-method.ts'
import { pay } from './collect.ts'
import { paymentRefused } from './declines.ts'
import { type ConfirmParams, intentShipping, shownOptions } from './intent-params.ts'
import { agree } from './mandates.ts'

export function needsMethod() {
  return refuse(
    'You cannot confirm this PaymentIntent because it is missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.',
    { code: 'payment_intent_unexpected_state' },
  )
}

export function unexpected(intent: PaymentIntent, verb: string) {
  return refuse(
    `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
    { code: 'payment_intent_unexpected_state', more: { payment_intent: intent } },
  )
}

/** The intent of a session belongs to Checkout. */
export function refuseCheckout(tx: Transaction, intent: PaymentIntent, verb: string): void {
  if (tx.db.find('intent_secret', intent.id)?.sessionId === undefined) return
  throw refuse(
    `You cannot ${verb} this PaymentIntent because it was created by a Checkout Session. Expire the Checkout Session instead.`,
    { code: 'payment_intent_unexpected_state' },
  )
}

type Saying = Pick<
  ConfirmParams,
  | 'error_on_requires_action'
  | 'mandate'
  | 'mandate_data'
  | 'off_session'
  | 'return_url'
  | 'use_stripe_sdk'
>

/** Attempts the payment; a decline answers 402 and leaves its charge and events behind. */
export function confirmNow(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  saying: Saying,
): PaymentIntent {
  const own = inTimeOf(tx, intent.customer)
  const secret = tx.db.find('intent_secret', intent.id)
  const authenticated = secret?.challenged === true && intent.payment_method === method.id
  const { returnUrl = saying.return_url, ...kept } = secret ?? {}
  const mandate = mandateOf(own, method, saying)
  own.db.put('intent_secret', {
    ...kept,
    id: intent.id,
    challenged: authenticated,
    ...(returnUrl === undefined || saying.use_stripe_sdk ? {} : { returnUrl }),
    ...(mandate === undefined ? {} : { mandate }),
  })
  const offSession = saying.off_session !== undefined && saying.off_session !== false
  const declines = offSession || saying.error_on_requires_action === true
  const attempt = pay(own, intent, method, {
    authenticated,
    offSession,
    challenge: declines ? 'decline' : 'demand',
  })
  own.run({ kind: 'intent_changed', intentId: intent.id })
  if (attempt.kind === 'declined') throw paymentRefused(attempt.intent)
  return attempt.intent
}

function mandateOf(
  tx: Transaction,
  method: PaymentMethod,
  { mandate, mandate_data: data }: Saying,
): string | undefined {
  if (mandate !== undefined) return inParam(tx, 'mandate', mandate, 'mandate').id
  return data?.customer_acceptance ? agree(tx, method, data.customer_acceptance).id : undefined
}

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action']

export function confirmIntent(
  tx: Transaction,
  intent: PaymentIntent,
  params: ConfirmParams,
): PaymentIntent {
  refuseCheckout(tx, intent, 'confirm')
  if (!confirmable.includes(intent.status)) throw unexpected(intent, 'confirm')
  if (params.amount_to_confirm !== undefined && params.amount_to_confirm !== intent.amount) {
    throw refuse(
      `The amount to confirm (${params.amount_to_confirm}) is not the amount of this PaymentIntent (${intent.amount}).`,
      { param: 'amount_to_confirm' },
    )
  }
  const method = methodOf(tx, params) ?? tx.db.find('payment_method', intent.payment_method ?? '')
  if (!method) throw needsMethod()
  const types =
    params.payment_method_types ??
    params.allowed_payment_method_types ??
    intent.payment_method_types
  checkMethod(tx, method, types, intent.customer, 'PaymentIntent')
  const changed: PaymentIntent = {
    ...intent,
    payment_method_types: types,
    ...given({
      allowed_payment_method_types: params.allowed_payment_method_types,
      capture_method: params.capture_method,
      excluded_payment_method_types: params.excluded_payment_method_types,
      receipt_email: params.receipt_email,
      setup_future_usage: params.setup_future_usage,
    }),
    ...(params.payment_method_options
      ? { payment_method_options: shownOptions(types, params.payment_method_options) }
      : {}),
    ...(params.shipping === undefined ? {} : { shipping: intentShipping(params.shipping) }),
  }
  return confirmNow(tx, changed, method, params)
}

/** The buyer passes or fails the 3-D Secure challenge of a payment that waits for it. */
export function authenticateIntent(
  tx: Transaction,
  intent: PaymentIntent,
  passes: boolean,
): PaymentIntent {
  refuseCheckout(tx, intent, 'authenticate')
  const own = inTimeOf(tx, intent.customer)
  const method = own.db.find('payment_method', intent.payment_method ?? '')
  if (intent.status !== 'requires_action' || method?.type !== 'card') {
    throw unexpected(intent, 'authenticate')
  }
  if (!passes) return failChallenge(own, intent, method)
  own.db.put('intent_secret', {
    ...own.db.find('intent_secret', intent.id),
    id: intent.id,
    challenged: true,
  })
  const after =
    intent.confirmation_method === 'manual'
      ? own.db.put('payment_intent', {
          ...intent,
          status: 'requires_confirmation',
          next_action: null,
        })
      : pay(own, intent, method, { authenticated: true }).intent
  own.run({ kind: 'intent_changed', intentId: intent.id })
  return after
}
