/** Pays a session as its buyer: one path for the hosted page and for `/v1/payment_pages/:cs/confirm`. */
import type { Account } from '../account/account.ts'
import type {
  BuyerDetails,
  LineItem,
  PaymentIntent,
  PaymentMethod,
  Session,
} from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import {
  cardMethod,
  checkNumbers,
  nobody,
  sepaMethod,
  usBankMethod,
} from '../customers/instruments.ts'
import { badParam, StripeError } from '../http/errors.ts'
import { attemptPayment, failChallenge } from '../payments/attempt.ts'
import { paymentRefused } from '../payments/declines.ts'
import { newIntent } from '../payments/objects.ts'
import { completeSession, redirectUrlOf } from './complete.ts'
import type { CardEntry, DelayedEntry, PayOutcome } from './pay-outcome.ts'

export type { CardEntry, DelayedEntry, PayOutcome, StripeErrorBody } from './pay-outcome.ts'

/** Checkout lets the endpoint see the completed event for this long before the buyer moves on. */
const redirectWaitMs = 10_000
const testRouting = '110000000'

export interface SessionView {
  readonly session: Session
  readonly lineItems: readonly LineItem[]
  /** Set while a payment was begun; its `last_payment_error` is the last decline. */
  readonly intent: PaymentIntent | undefined
}

export function readSession(account: Account, sessionId: string): SessionView | undefined {
  account.catchUp()
  const session = account.db.find('session', sessionId)
  if (!session) return undefined
  return {
    session,
    lineItems: account.db.find('session_secret', sessionId)?.lineItems ?? [],
    intent: session.payment_intent
      ? account.db.find('payment_intent', session.payment_intent)
      : undefined,
  }
}

export function payWithCard(account: Account, sessionId: string, entry: CardEntry): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) => {
    const card = checkNumbers(entry, tx.now)
    const buyer = {
      ...nobody,
      email: entry.email,
      name: entry.name || null,
      address: addressOf(entry),
    }
    return paySession(tx, session, cardMethod(tx, card, entry, { buyer }), buyer)
  })
}

/** What a buyer left empty is null at Stripe, never an empty text. */
function addressOf({ country, postalCode }: CardEntry): BuyerDetails['address'] {
  if (!country && !postalCode) return null
  const unknown = { city: null, line1: null, line2: null, state: null }
  return { ...unknown, country: country || null, postal_code: postalCode || null }
}

export function payWithDelayed(
  account: Account,
  sessionId: string,
  entry: DelayedEntry,
): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) => {
    const buyer = { ...nobody, email: entry.email, name: entry.name || null }
    const bank = { accountNumber: entry.accountNumber ?? '', routingNumber: testRouting }
    const method =
      entry.method === 'sepa_debit'
        ? sepaMethod(tx, entry.iban ?? '', { buyer })
        : usBankMethod(tx, bank, { buyer })
    return paySession(tx, session, method, buyer)
  })
}

/** A session whose total is zero asks for nothing but the buyer's address. */
export function completeFree(account: Account, sessionId: string, email: string): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) =>
    paySession(tx, session, undefined, { ...nobody, email }),
  )
}

/** The buyer passes or fails the 3-D Secure challenge of a begun payment. */
export function answerChallenge(account: Account, sessionId: string, pass: boolean): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) => {
    const intent = session.payment_intent
      ? tx.db.find('payment_intent', session.payment_intent)
      : undefined
    const method = tx.db.find('payment_method', intent?.payment_method ?? '')
    if (!intent || !method || intent.status !== 'requires_action') {
      throw badParam('This payment does not wait for an authentication.', 'session')
    }
    if (!pass) throw paymentRefused(failChallenge(tx, intent, method))
    const secret = tx.db.find('intent_secret', intent.id)
    tx.db.put('intent_secret', { ...secret, id: intent.id, challenged: true })
    const buyer = tx.db.find('session_secret', session.id)?.buyer ?? nobody
    return finish(tx, session, intent, method, buyer, true)
  })
}

/** Resolves when the page may redirect: the completed event was delivered, or 10 s are over. */
export async function redirectReady(account: Account, sessionId: string): Promise<void> {
  const eventId = account.db.find('session_secret', sessionId)?.completedEventId
  if (eventId !== undefined) await account.dispatcher.firstAttemptsOf(eventId, redirectWaitMs)
}

function asBuyer(
  account: Account,
  sessionId: string,
  pay: (tx: Transaction, session: Session) => Paid,
): PayOutcome {
  account.catchUp()
  const session = account.db.find('session', sessionId)
  if (session?.status !== 'open') {
    return { kind: 'gone', reason: session?.status === 'complete' ? 'complete' : 'expired' }
  }
  try {
    const paid = account.transact(null, (tx) => pay(tx, session))
    if (paid.kind === 'requires_action') return { kind: 'requires_action' }
    return { kind: 'complete', redirectUrl: redirectUrlOf(paid.session) }
  } catch (error) {
    if (error instanceof StripeError) return { kind: 'declined', error: error.body() }
    throw error
  }
}

export type Paid =
  | { readonly kind: 'complete'; readonly session: Session }
  | { readonly kind: 'requires_action'; readonly session: Session }

/** Throws a StripeError that keeps its state when the payment is declined. */
export function paySession(
  tx: Transaction,
  session: Session,
  method: PaymentMethod | undefined,
  buyer: BuyerDetails,
): Paid {
  if (session.amount_total === 0) {
    return { kind: 'complete', session: completeSession(tx, session, buyer, undefined) }
  }
  if (!method)
    throw badParam('You must provide a payment method.', 'payment_method', 'parameter_missing')
  if (!session.payment_method_types.includes(method.type)) {
    throw badParam(
      `The payment method type '${method.type}' is not accepted by this Checkout Session.`,
      'payment_method',
      'payment_intent_incompatible_payment_method',
    )
  }
  const known = session.payment_intent
    ? tx.db.find('payment_intent', session.payment_intent)
    : undefined
  const intent = known ?? beginIntent(tx, session)
  const open = known ? session : tx.db.put('session', { ...session, payment_intent: intent.id })
  const secret = tx.db.find('session_secret', session.id)
  if (secret) tx.db.put('session_secret', { ...secret, buyer })
  return finish(tx, open, intent, method, buyer, false, known === undefined)
}

function beginIntent(tx: Transaction, session: Session): PaymentIntent {
  const template = tx.db.find('session_secret', session.id)?.intent
  if (!template) throw new Error('The session has no payment intent template.')
  const intent = newIntent(tx, {
    ...template,
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: session.customer,
    methodTypes: session.payment_method_types,
    automaticMethods: null,
  })
  tx.db.put('intent_secret', { id: intent.id, sessionId: session.id })
  return intent
}

function finish(
  tx: Transaction,
  session: Session,
  intent: PaymentIntent,
  method: PaymentMethod,
  buyer: BuyerDetails,
  authenticated: boolean,
  fresh = false,
): Paid {
  // Stripe's usual order: a payment that goes through at once precedes the news of its intent.
  const instant = method.type === 'card' && !willStop(tx, method, authenticated)
  if (fresh && !instant) tx.emit('payment_intent.created', intent)
  const attempt = attemptPayment(tx, intent, method, authenticated)
  if (fresh && instant) tx.emit('payment_intent.created', intent)
  if (attempt.kind === 'declined') throw paymentRefused(attempt.intent)
  if (attempt.kind === 'requires_action') return { kind: 'requires_action', session }
  return { kind: 'complete', session: completeSession(tx, session, buyer, attempt) }
}

function willStop(tx: Transaction, method: PaymentMethod, authenticated: boolean): boolean {
  const behaviour = tx.db.find('instrument', method.id)?.card?.behaviour
  if (!behaviour) return false
  return behaviour.decline !== undefined || (behaviour.challenge === 'required' && !authenticated)
}
