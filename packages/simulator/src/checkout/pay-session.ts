/** Pays a session with a method: what each mode makes of it, one path for the page and for the API. */
import type { BuyerDetails, PaymentIntent, PaymentMethod, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { declineMessage } from '../customers/decline-messages.ts'
import { asksForChallenge, behaviourOf, nobody } from '../customers/instruments.ts'
import { badParam, StripeError } from '../http/errors.ts'
import { attemptPayment, failChallenge } from '../payments/attempt.ts'
import { cancelIntent } from '../payments/cancel.ts'
import { paymentRefused } from '../payments/declines.ts'
import { newIntent } from '../payments/objects.ts'
import { completeSession } from './complete.ts'
import { requireSeen } from './reprice.ts'
import { setUpMethod } from './set-up.ts'
import { subscribe } from './subscribe.ts'

export type Paid =
  | { readonly kind: 'complete'; readonly session: Session }
  | { readonly kind: 'requires_action'; readonly session: Session }

/** Throws a StripeError that keeps its state when the payment is declined. */
export function paySession(
  tx: Transaction,
  open: Session,
  method: PaymentMethod | undefined,
  buyer: BuyerDetails,
): Paid {
  const session = requireSeen(tx, open)
  const secret = tx.db.find('session_secret', session.id)
  if (secret) tx.db.put('session_secret', { ...secret, buyer })
  if (!needsMethod(session)) return conclude(tx, session, undefined, buyer)
  if (!method) {
    throw badParam('You must provide a payment method.', 'payment_method', 'parameter_missing')
  }
  if (!session.payment_method_types.includes(method.type)) {
    throw badParam(
      `The payment method type '${method.type}' is not accepted by this Checkout Session.`,
      'payment_method',
      'payment_intent_incompatible_payment_method',
    )
  }
  if ((session.amount_total ?? 0) > 0) return payToday(tx, session, method, buyer)
  if (asksForChallenge(tx, method.id, false)) return demandChallenge(tx, session, method)
  return conclude(tx, session, method, buyer)
}

/** A session that costs nothing asks for a card only where one is to be kept for later. */
export function needsMethod(session: Session): boolean {
  if (session.mode === 'setup') return true
  if ((session.amount_total ?? 0) > 0) return true
  return session.mode === 'subscription' && session.payment_method_collection === 'always'
}

/** Without a payment: what one was begun for has come to nothing. */
function conclude(
  tx: Transaction,
  session: Session,
  method: PaymentMethod | undefined,
  buyer: BuyerDetails,
): Paid {
  const begun = intentOf(tx, session)
  if (begun) cancelIntent(tx, begun, 'abandoned')
  if (session.mode === 'setup' && method) {
    return { kind: 'complete', session: setUpMethod(tx, session, method, buyer) }
  }
  if (session.mode === 'subscription') {
    return { kind: 'complete', session: subscribe(tx, session, method, buyer, undefined) }
  }
  return { kind: 'complete', session: completeSession(tx, session, buyer, {}) }
}

/** Where no intent of a payment waits for the challenge, the session itself remembers it. */
function demandChallenge(tx: Transaction, session: Session, method: PaymentMethod): Paid {
  const secret = tx.db.find('session_secret', session.id)
  if (secret) tx.db.put('session_secret', { ...secret, challengedMethod: method.id })
  return { kind: 'requires_action', session }
}

/** What is due today is one payment, whatever it is the beginning of. */
function payToday(
  tx: Transaction,
  session: Session,
  method: PaymentMethod,
  buyer: BuyerDetails,
): Paid {
  const known = intentOf(tx, session)
  const intent = known ?? beginIntent(tx, session, buyer)
  // The intent of a subscription's first payment is its invoice's, not the session's.
  const isOwn = session.mode === 'payment'
  const open = isOwn ? tx.db.put('session', { ...session, payment_intent: intent.id }) : session
  return attempt(tx, open, intent, method, buyer, { isFresh: known === undefined })
}

/** Undefined until the buyer has tried to pay. */
export function intentOf(
  { db }: Pick<Transaction, 'db'>,
  session: Session,
): PaymentIntent | undefined {
  const id = session.payment_intent ?? db.find('session_secret', session.id)?.intentId
  return db.find('payment_intent', id ?? '')
}

/** The intent of a session, which Stripe makes when the buyer first tries to pay. */
function beginIntent(tx: Transaction, session: Session, buyer: BuyerDetails): PaymentIntent {
  const secret = tx.db.find('session_secret', session.id)
  if (!secret) throw new Error('The session has no payment intent template.')
  const template = secret.intent
  const intent = newIntent(tx, {
    ...template,
    setupFutureUsage: session.mode === 'subscription' ? 'off_session' : template.setupFutureUsage,
    shipping: buyer.shipping
      ? { address: buyer.shipping.address, name: buyer.shipping.name }
      : template.shipping,
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: session.customer,
    methodTypes: session.payment_method_types,
    automaticMethods: null,
  })
  tx.db.put('intent_secret', { id: intent.id, sessionId: session.id })
  tx.db.put('session_secret', { ...secret, intentId: intent.id })
  return intent
}

function attempt(
  tx: Transaction,
  session: Session,
  intent: PaymentIntent,
  method: PaymentMethod,
  buyer: BuyerDetails,
  { isFresh = false, authenticated = false },
): Paid {
  // Stripe's usual order: a payment that goes through at once precedes the news of its intent.
  const instant = method.type === 'card' && !willStop(tx, method, authenticated)
  if (isFresh && !instant) tx.emit('payment_intent.created', intent)
  const outcome = attemptPayment(tx, intent, method, { authenticated })
  if (isFresh && instant) tx.emit('payment_intent.created', intent)
  if (outcome.kind === 'declined') throw paymentRefused(outcome.intent)
  if (outcome.kind === 'requires_action') return { kind: 'requires_action', session }
  const done =
    session.mode === 'subscription'
      ? subscribe(tx, session, method, buyer, outcome)
      : completeSession(tx, session, buyer, { attempt: outcome })
  return { kind: 'complete', session: done }
}

function willStop(tx: Transaction, method: PaymentMethod, authenticated: boolean): boolean {
  if (behaviourOf(tx, method.id).decline) return true
  return !authenticated && asksForChallenge(tx, method.id, false)
}

/** Whether the buyer is at the challenge, in whatever mode. */
export function isChallenged(tx: Pick<Transaction, 'db'>, session: Session): boolean {
  const intent = intentOf(tx, session)
  if (intent) return intent.status === 'requires_action'
  return tx.db.find('session_secret', session.id)?.challengedMethod !== undefined
}

/** The buyer passes or fails the 3-D Secure challenge of a begun payment. */
export function endChallenge(tx: Transaction, session: Session, pass: boolean): Paid {
  const secret = tx.db.find('session_secret', session.id)
  const intent = intentOf(tx, session)
  const methodId = intent?.payment_method ?? secret?.challengedMethod ?? ''
  const method = tx.db.find('payment_method', methodId)
  if (!secret || !method || !isChallenged(tx, session)) {
    throw badParam('This payment does not wait for an authentication.', 'session')
  }
  const buyer = secret.buyer ?? nobody
  if (pass) requireSeen(tx, session)
  if (intent) {
    if (!pass) throw paymentRefused(failChallenge(tx, intent, method))
    const own = tx.db.find('intent_secret', intent.id)
    tx.db.put('intent_secret', { ...own, id: intent.id, challenged: true })
    return attempt(tx, session, intent, method, buyer, { authenticated: true })
  }
  const { challengedMethod: _, ...rest } = secret
  tx.db.put('session_secret', rest)
  if (!pass) throw authenticationFailed()
  return conclude(tx, session, method, buyer)
}

function authenticationFailed(): StripeError {
  return new StripeError({
    status: 402,
    type: 'card_error',
    code: 'setup_intent_authentication_failure',
    message: declineMessage('payment_intent_authentication_failure'),
    keepsState: true,
  })
}
