/** Pays invoices: at somebody's request, or by themselves when they advance. */
import type { Invoice, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse, StripeError } from '../http/errors.ts'
import { paymentRefused } from '../payments/declines.ts'
import { type AttemptResult, attemptInvoice, skipAttempt } from './attempt.ts'
import { methodFor } from './default-method.ts'
import { finalizeInvoice } from './finalize.ts'
import { payOutOfBand } from './paid.ts'
import { requireWay } from './transitions.ts'

export interface PayOptions {
  /** The customer's default one when left out. */
  readonly method?: PaymentMethod | undefined
  /** True unless told. */
  readonly offSession?: boolean | undefined
  readonly outOfBand?: boolean | undefined
}

/** Attempts to pay, with what comes of it in the invoice; a draft is finalised first. Does not throw for a refused payment. */
export function payInvoice(tx: Transaction, invoice: Invoice, options: PayOptions = {}): Invoice {
  return tryToPay(tx, invoice, options).invoice
}

/** The same for a caller who waits for the answer: a payment that fails is Stripe's 402. */
export function payOrRefuse(tx: Transaction, invoice: Invoice, options: PayOptions): Invoice {
  const { invoice: after, attempt } = tryToPay(tx, invoice, options)
  if (after.status === 'paid' || attempt?.kind === 'processing') return after
  // Nothing was tried, so nothing has happened: not even the draft was finalised.
  if (!attempt) {
    throw refuse(
      'There is no `default_payment_method` or `default_source` set on this Customer or Invoice. Please set one of these, or pass in a `payment_method` or `source`.',
      { code: 'resource_missing', param: 'payment_method' },
    )
  }
  if (attempt.kind === 'declined') throw paymentRefused(attempt.intent)
  throw new StripeError({
    status: 402,
    type: 'card_error',
    code: 'invoice_payment_intent_requires_action',
    message:
      'Payment for this invoice requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.',
    more: { payment_intent: attempt.intent },
    keepsState: true,
  })
}

function tryToPay(
  tx: Transaction,
  invoice: Invoice,
  { method, offSession = true, outOfBand = false }: PayOptions,
): AttemptResult {
  const own = inTimeOf(tx, invoice.customer)
  const open = invoice.status === 'draft' ? finalizeInvoice(own, invoice) : invoice
  if (invoice.status === 'draft' && open.status === 'paid') {
    return { invoice: open, attempt: undefined }
  }
  requireWay(open, 'paid')
  if (outOfBand) return { invoice: payOutOfBand(own, open), attempt: undefined }
  refuseWhileUnderWay(own, open)
  const chosen = method ?? methodFor(own, open)
  return attemptInvoice(own, open, { method: chosen, offSession, automatic: false })
}

/** Money that the bank is moving may still arrive. */
export function refuseWhileUnderWay(tx: Transaction, invoice: Invoice): void {
  const isUnderWay = tx.db
    .where('invoice_payment', 'invoice', invoice.id)
    .map(({ payment }) => tx.db.find('payment_intent', payment.payment_intent ?? ''))
    .some((intent) => intent?.status === 'processing')
  if (isUnderWay) {
    throw refuse(
      'This invoice has a payment that is still processing. Wait until it has succeeded or failed.',
      {
        code: 'payment_intent_unexpected_state',
      },
    )
  }
}

/** What Stripe does by itself: finalises a draft, then charges or sends. Never throws for a refused payment. */
export function advanceInvoice(tx: Transaction, invoice: Invoice): Invoice {
  const own = inTimeOf(tx, invoice.customer)
  const open = invoice.status === 'draft' ? finalizeInvoice(own, invoice) : invoice
  if (open.status !== 'open') return open
  if (open.collection_method === 'charge_automatically') return collectInvoice(own, open)
  own.emit('invoice.sent', open)
  return open
}

/** One attempt of the automatic collection. */
export function collectInvoice(tx: Transaction, invoice: Invoice): Invoice {
  const own = inTimeOf(tx, invoice.customer)
  const method = methodFor(own, invoice)
  const refused = own.db.find('invoice_secret', invoice.id)?.refusedMethod
  if (method && method.id === refused) return skipAttempt(own, invoice)
  return attemptInvoice(own, invoice, { method, offSession: true, automatic: true }).invoice
}
