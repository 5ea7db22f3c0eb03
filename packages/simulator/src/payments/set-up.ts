/** Saves a method for later payments: the attempt, its challenge, its end. What other rooms set up with, too. */
import type { PaymentMethod, SetupIntent } from '../account/tables.ts'
import type { SetupAttempt } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { declineCodeOf, declineMessage } from '../customers/decline-messages.ts'
import { asksForChallenge, attach } from '../customers/instruments.ts'
import { declineOnSave, rememberSetUp } from '../customers/method-state.ts'
import { docUrl } from '../http/errors.ts'
import { setupChallengePath } from './page-path.ts'
import { newSetupAttempt, newSetupIntent, type SetupEntry } from './setup-object.ts'

type SetupError = NonNullable<SetupIntent['last_setup_error']>

/** An intent that nobody has tried to complete; `setup_intent.created` tells of it. */
export function demandSetup(
  tx: Transaction,
  entry: SetupEntry,
  method?: PaymentMethod,
): SetupIntent {
  const own = inTimeOf(tx, entry.customer)
  const draft = newSetupIntent(own, entry)
  const intent = method
    ? own.db.put('setup_intent', {
        ...draft,
        payment_method: method.id,
        status: 'requires_confirmation',
      })
    : draft
  own.emit('setup_intent.created', intent)
  return intent
}

export interface SetupCircumstances {
  /** The customer has passed the challenge. */
  readonly authenticated?: boolean
  readonly mandate?: string
}

/** Makes a setup intent and attempts it at once; its status tells what came of it. */
export function setUp(
  tx: Transaction,
  entry: SetupEntry & { readonly method: PaymentMethod },
  circumstances: SetupCircumstances = {},
): SetupIntent {
  return attemptSetup(tx, demandSetup(tx, entry), entry.method, circumstances)
}

export function attemptSetup(
  tx: Transaction,
  before: SetupIntent,
  method: PaymentMethod,
  { authenticated = false, mandate }: SetupCircumstances = {},
): SetupIntent {
  const own = inTimeOf(tx, before.customer)
  const attempt = newSetupAttempt(own, before, method)
  const intent: SetupIntent = {
    ...before,
    last_setup_error: null,
    latest_attempt: attempt.id,
    mandate: mandate ?? before.mandate,
    next_action: null,
    payment_method: method.id,
  }
  const request = before.payment_method_options?.card?.request_three_d_secure ?? 'automatic'
  const isRequested = request !== 'automatic'
  if (!authenticated && asksForChallenge(own, method.id, false, isRequested)) {
    return demandChallenge(own, intent, attempt)
  }
  const decline = declineOnSave(own, method.id)
  if (!decline) return succeed(own, intent, attempt, method)
  return failSetup(own, intent, attempt, {
    ...(decline.blocked ? {} : { advice_code: 'try_again_later' }),
    code: decline.code,
    decline_code: declineCodeOf(decline),
    doc_url: docUrl(decline.code),
    message: declineMessage(decline.code, decline.declineCode),
    payment_method: method,
    type: 'card_error',
  })
}

function demandChallenge(tx: Transaction, intent: SetupIntent, attempt: SetupAttempt): SetupIntent {
  tx.db.put('setup_attempt', { ...attempt, status: 'requires_action' })
  const back = tx.db.find('setup_secret', intent.id)?.returnUrl
  const url = `${tx.baseUrl}${setupChallengePath}${intent.id}`
  const waiting = tx.db.put('setup_intent', {
    ...intent,
    status: 'requires_action',
    next_action:
      back === undefined
        ? { type: 'use_stripe_sdk', use_stripe_sdk: {} }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: back, url } },
  })
  tx.emit('setup_intent.requires_action', waiting)
  return waiting
}

function succeed(
  tx: Transaction,
  intent: SetupIntent,
  attempt: SetupAttempt,
  method: PaymentMethod,
): SetupIntent {
  tx.db.put('setup_attempt', { ...attempt, status: 'succeeded' })
  if (intent.usage === 'off_session') rememberSetUp(tx, method.id)
  const customer = tx.db.find('customer', intent.customer ?? '')
  if (customer) attach(tx, method, customer)
  const done = tx.db.put('setup_intent', { ...intent, status: 'succeeded' })
  tx.emit('setup_intent.succeeded', done)
  tx.run({ kind: 'setup_succeeded', intentId: done.id })
  return done
}

function failSetup(
  tx: Transaction,
  intent: SetupIntent,
  attempt: SetupAttempt | undefined,
  error: SetupError,
): SetupIntent {
  if (attempt) tx.db.put('setup_attempt', { ...attempt, setup_error: error, status: 'failed' })
  const failed = tx.db.put('setup_intent', {
    ...intent,
    last_setup_error: error,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  })
  tx.emit('setup_intent.setup_failed', failed)
  return failed
}

/** The customer has passed or failed the challenge that the intent waits for. */
export function endSetupChallenge(
  tx: Transaction,
  intent: SetupIntent,
  method: PaymentMethod,
  passes: boolean,
): SetupIntent {
  const own = inTimeOf(tx, intent.customer)
  const attempt = own.db.find('setup_attempt', intent.latest_attempt ?? '')
  const cleared = { ...intent, next_action: null }
  if (passes && attempt && !declineOnSave(own, method.id)) {
    return succeed(own, cleared, attempt, method)
  }
  if (passes) return attemptSetup(tx, cleared, method, { authenticated: true })
  const code = 'setup_intent_authentication_failure'
  return failSetup(own, cleared, attempt, {
    code,
    doc_url: docUrl(code),
    message: declineMessage(code),
    payment_method: method,
    type: 'invalid_request_error',
  })
}

export function cancelSetup(
  tx: Transaction,
  intent: SetupIntent,
  reason: SetupIntent['cancellation_reason'],
): SetupIntent {
  const own = inTimeOf(tx, intent.customer)
  const attempt = own.db.find('setup_attempt', intent.latest_attempt ?? '')
  if (attempt && attempt.status !== 'failed') {
    own.db.put('setup_attempt', { ...attempt, status: 'abandoned' })
  }
  const canceled = own.db.put('setup_intent', {
    ...intent,
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  })
  own.emit('setup_intent.canceled', canceled)
  return canceled
}
