/** What the hosted page asks of a session: to be read, to be paid, to be told of the challenge's end. */

import type { BuyerDetails, LineItem, PaymentIntent, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import {
  cardMethod,
  checkNumbers,
  nobody,
  sepaMethod,
  usBankMethod,
} from '../customers/instruments.ts'
import { StripeError } from '../http/errors.ts'
import type { Account } from '../world/account.ts'
import { redirectUrlOf } from './complete.ts'
import type { BuyerEntry, CardEntry, DelayedEntry, PayOutcome } from './pay-outcome.ts'
import {
  endChallenge,
  intentOf,
  isChallenged,
  needsMethod,
  type Paid,
  paySession,
} from './pay-session.ts'

export type {
  BuyerEntry,
  CardEntry,
  DelayedEntry,
  PayOutcome,
  StripeErrorBody,
} from './pay-outcome.ts'

/** Checkout lets the endpoint see the completed event for this long before the buyer moves on. */
const redirectWaitMs = 10_000
const testRouting = '110000000'

export interface SessionView {
  readonly session: Session
  readonly lineItems: readonly LineItem[]
  /** Set while a payment was begun; its `last_payment_error` is the last decline. */
  readonly intent: PaymentIntent | undefined
  /** The buyer is at the 3-D Secure challenge. */
  readonly isChallenged: boolean
  /** A payment method is asked for. */
  readonly needsMethod: boolean
}

export function readSession(account: Account, sessionId: string): SessionView | undefined {
  account.catchUp()
  const session = account.db.find('session', sessionId)
  if (!session) return undefined
  return {
    session,
    lineItems: account.db.find('session_secret', sessionId)?.lineItems ?? [],
    intent: intentOf(account, session),
    isChallenged: isChallenged(account, session),
    needsMethod: needsMethod(session),
  }
}

export function payWithCard(account: Account, sessionId: string, entry: CardEntry): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) => {
    const card = checkNumbers(entry, tx.now)
    const buyer = { ...buyerOf(entry), address: entry.address ?? addressOf(entry) }
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
    const buyer = buyerOf(entry)
    const bank = { accountNumber: entry.accountNumber ?? '', routingNumber: testRouting }
    const method =
      entry.method === 'sepa_debit'
        ? sepaMethod(tx, entry.iban ?? '', { buyer })
        : usBankMethod(tx, bank, { buyer })
    return paySession(tx, session, method, buyer)
  })
}

/** A session that needs no payment method asks for nothing but the buyer. */
export function completeFree(account: Account, sessionId: string, entry: BuyerEntry): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) =>
    paySession(tx, session, undefined, buyerOf(entry)),
  )
}

function buyerOf(entry: BuyerEntry): BuyerDetails {
  const { email, name, phone, address = null, shipping, answers } = entry
  return {
    ...nobody,
    address,
    email,
    name: name || null,
    phone: phone || null,
    ...(shipping === undefined ? {} : { shipping }),
    ...(answers === undefined ? {} : { answers }),
  }
}

/** The buyer passes or fails the 3-D Secure challenge of a begun payment. */
export function answerChallenge(account: Account, sessionId: string, pass: boolean): PayOutcome {
  return asBuyer(account, sessionId, (tx, session) => endChallenge(tx, session, pass))
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
    const paid = account.transact(null, (tx) => pay(inTimeOf(tx, session.customer), session))
    if (paid.kind === 'requires_action') return { kind: 'requires_action' }
    return { kind: 'complete', redirectUrl: redirectUrlOf(paid.session) }
  } catch (error) {
    if (error instanceof StripeError) return { kind: 'declined', error: error.body() }
    throw error
  }
}
