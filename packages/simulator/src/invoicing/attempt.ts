/** One attempt to collect an open invoice, and what its failure means for the next one. */
import type { Invoice, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import type { Attempt } from '../payments/attempt.ts'
import { retry } from '../payments/collect.ts'
import { tellChanged } from './changed.ts'
import { markDelinquent } from './customer-balance.ts'
import { markUncollectible } from './end.ts'
import { receivePayment } from './paid.ts'
import { defaultPayment } from './payment-rows.ts'

export interface AttemptOptions {
  readonly method: PaymentMethod | undefined
  readonly offSession: boolean
  /** Of the retry schedule, not at somebody's request. */
  readonly automatic: boolean
}

export interface AttemptResult {
  readonly invoice: Invoice
  /** Undefined when there was no method to try. */
  readonly attempt: Attempt | undefined
}

/** Never throws for a payment that fails: the result says what happened. */
export function attemptInvoice(
  tx: Transaction,
  before: Invoice,
  { method, offSession, automatic }: AttemptOptions,
): AttemptResult {
  const own = inTimeOf(tx, before.customer)
  const { payment, intent } = defaultPayment(own, before)
  if (!method) {
    return { invoice: failed(own, before, { automatic, intent }), attempt: undefined }
  }
  const attempt = retry(own, open(own, intent, method), method, { offSession, challenge: 'demand' })
  if (attempt.kind === 'succeeded') {
    const { amount_received: received } = attempt.intent
    const count = countAfter(before, automatic)
    return { invoice: receivePayment(own, before, payment, received, count), attempt }
  }
  if (attempt.kind === 'processing' || attempt.kind === 'authorized') {
    return { invoice: underWay(own, before, automatic), attempt }
  }
  const asked = attempt.kind === 'requires_action'
  const invoice = failed(own, before, { automatic, intent: attempt.intent, method, asked })
  return { invoice, attempt }
}

/** An intent that this kind of method may pay. */
function open(tx: Transaction, intent: PaymentIntent, { type }: PaymentMethod): PaymentIntent {
  const types = intent.payment_method_types
  if (types.includes(type)) return intent
  return tx.db.put('payment_intent', { ...intent, payment_method_types: [...types, type] })
}

/** Any attempt is the first; after that only those of the schedule count. */
function countAfter(invoice: Invoice, automatic: boolean): number {
  return automatic || invoice.attempt_count === 0
    ? invoice.attempt_count + 1
    : invoice.attempt_count
}

function underWay(tx: Transaction, before: Invoice, automatic: boolean): Invoice {
  const after = tx.db.put('invoice', {
    ...before,
    attempted: true,
    attempt_count: countAfter(before, automatic),
    next_payment_attempt: null,
  })
  tx.db.put('invoice_secret', { id: after.id, underWay: true })
  tellChanged(tx, before, after)
  return after
}

interface Failure {
  readonly automatic: boolean
  readonly intent: PaymentIntent
  readonly method?: PaymentMethod
  /** The customer has to authenticate. */
  readonly asked?: boolean
  /** An attempt that was counted and under way has come back. */
  readonly returned?: boolean
}

/** Counts a failed attempt, plans the next one and tells of both. */
export function failed(tx: Transaction, before: Invoice, failure: Failure): Invoice {
  const { automatic, asked = false, returned = false } = failure
  const counts = automatic || before.attempt_count === 0
  const plan =
    counts || returned
      ? nextAttempt(tx, before, countAfter(before, automatic))
      : { at: before.next_payment_attempt, last: false }
  const after = tx.db.put('invoice', {
    ...before,
    attempted: true,
    attempt_count: countAfter(before, automatic),
    next_payment_attempt: plan.at,
  })
  rememberRefusal(tx, after, failure)
  if (asked) tx.emit('invoice.payment_action_required', after)
  tx.emit('invoice.payment_failed', after)
  tellChanged(tx, before, after)
  if (automatic) markDelinquent(tx, after.customer, true)
  if ((counts || returned) && plan.at !== null) scheduleAttempt(tx, after.id, plan.at)
  const fact = asked ? 'action_required' : 'payment_failed'
  tx.run({ kind: 'invoice_changed', invoiceId: after.id, fact })
  if (plan.last) giveUp(tx, after)
  return tx.db.find('invoice', after.id) ?? after
}

/** A retry whose method is known to be refused for good: it counts, but nobody asks the bank. */
export function skipAttempt(tx: Transaction, before: Invoice): Invoice {
  const plan = nextAttempt(tx, before, before.attempt_count + 1)
  const after = tx.db.put('invoice', {
    ...before,
    attempt_count: before.attempt_count + 1,
    next_payment_attempt: plan.at,
  })
  tellChanged(tx, before, after)
  if (plan.at !== null) scheduleAttempt(tx, after.id, plan.at)
  if (plan.last) giveUp(tx, after)
  return tx.db.find('invoice', after.id) ?? after
}

/** The schedule is at its end: the account's rules say what becomes of the invoice, its subscription's room of that. */
function giveUp(tx: Transaction, { id: invoiceId }: Invoice): void {
  tx.run({ kind: 'invoice_changed', invoiceId, fact: 'exhausted' })
  const invoice = tx.db.find('invoice', invoiceId)
  if (invoice?.status === 'open' && tx.rules.invoiceAfterRetries === 'uncollectible') {
    markUncollectible(tx, invoice, 'max_payment_attempts')
  }
}

const daySeconds = 24 * 60 * 60

/** When the schedule tries again after this many failures, and whether this was the last one. */
function nextAttempt(
  tx: Transaction,
  invoice: Invoice,
  failures: number,
): { readonly at: number | null; readonly last: boolean } {
  if (!isRetried(invoice)) return { at: null, last: false }
  const days = tx.rules.retryDays[failures - 1]
  if (days === undefined) return { at: null, last: true }
  return { at: tx.now + days * daySeconds, last: false }
}

/** A subscription's first invoice waits for its customer: nothing retries it. */
function isRetried(invoice: Invoice): boolean {
  return (
    invoice.auto_advance === true &&
    invoice.collection_method === 'charge_automatically' &&
    invoice.billing_reason !== 'subscription_create'
  )
}

function scheduleAttempt(tx: Transaction, invoiceId: string, at: number): void {
  tx.schedule((at - tx.now) * 1000, { kind: 'collect_invoice', invoiceId })
}

/** Declines that the same method will meet again. */
const final = new Set([
  'incorrect_number',
  'lost_card',
  'pickup_card',
  'stolen_card',
  'revocation_of_authorization',
  'revocation_of_all_authorizations',
  'authentication_required',
  'highest_risk_level',
  'transaction_not_allowed',
])

function rememberRefusal(tx: Transaction, invoice: Invoice, failure: Failure): void {
  const { method, intent, asked = false } = failure
  const error = intent.last_payment_error
  const reasons = [error?.decline_code, error?.code]
  if (method && (asked || reasons.some((reason) => final.has(reason ?? '')))) {
    tx.db.put('invoice_secret', { id: invoice.id, refusedMethod: method.id })
  } else tx.db.remove('invoice_secret', invoice.id)
}
