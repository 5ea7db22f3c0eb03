/** The first invoice: finalised in the request that makes the subscription, and paid as the request says. */
import type { Invoice, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse, StripeError } from '../http/errors.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { finalizeInvoice } from '../invoicing/finalize.ts'
import { payInvoice } from '../invoicing/pay.ts'
import { paymentRefused } from '../payments/declines.ts'
import { demandSetup } from '../payments/set-up.ts'
import { addOnce, type OnceEntry } from './add-invoice-items.ts'
import { draftBill } from './billing.ts'
import { trialLine, wholeLine } from './lines.ts'
import { restLines } from './prorations.ts'
import { isRest } from './renewal-lines.ts'
import { changeSubscription, currentSubscription } from './save.ts'
import { chargeable } from './terms.ts'

/** Answers what becomes of the draft; one that stays a draft is collected by itself, as at a renewal. */
export type PayFirst = (draft: Invoice) => Invoice

export interface FirstParams {
  readonly add_invoice_items?: readonly OnceEntry[] | undefined
  readonly leavesPending?: boolean
  readonly off_session?: boolean | undefined
  readonly payment_behavior?: string | undefined
  readonly proration_behavior?: string | undefined
}

export function firstInvoice(
  tx: Transaction,
  of: Subscription,
  params: FirstParams,
  payFirst?: PayFirst,
): void {
  addOnce(tx, of, params.add_invoice_items ?? [], 'add_invoice_items')
  const lines = firstLines(tx, of, params.proration_behavior ?? 'create_prorations')
  if (lines.length === 0 && (params.add_invoice_items ?? []).length === 0) {
    begin(tx, of)
    return
  }
  const period = { start: tx.now, end: tx.now }
  const { leavesPending = false } = params
  const { invoice: draft } = draftBill(tx, of, {
    reason: 'subscription_create',
    lines,
    period,
    leavesPending,
  })
  if (of.collection_method === 'send_invoice') {
    begin(tx, of)
    return
  }
  const invoice = payFirst ? payFirst(draft) : payAsTold(tx, of, draft, params)
  if (params.payment_behavior === 'default_incomplete') demandMethod(tx, of, invoice)
  const isGood = invoice.status === 'paid' || invoice.status === 'draft'
  if (isGood && currentSubscription(tx, of).status === 'incomplete') begin(tx, of)
}

/** Nothing keeps it back any more: its trial begins, or its first period. */
export function begin(tx: Transaction, of: Pick<Subscription, 'id'>): void {
  const { trial_end: end } = currentSubscription(tx, of)
  changeSubscription(tx, of, { status: end !== null && end > tx.now ? 'trialing' : 'active' })
}

/** Trials cost nothing; the rest of a period up to a later anchor its share, unless nothing is to be prorated. */
export function firstLines(tx: Transaction, of: Subscription, prorations: string): LineEntry[] {
  const { trial_start: start, trial_end: end } = of
  if (start !== null && end !== null) {
    return of.items.data.map((item) => trialLine(tx, of, item, { start, end }))
  }
  const rests = of.items.data.filter((item) => isRest(of, item))
  const restLineOf = new Map(
    (prorations === 'none'
      ? []
      : restLines(tx, of, rests, (item) => item.current_period_start)
    ).map((line) => [line.subscriptionItem, line]),
  )
  return of.items.data.flatMap((item) => {
    const line = rests.includes(item) ? restLineOf.get(item.id) : wholeLine(tx, of, item)
    return line ? [line] : []
  })
}

function payAsTold(
  tx: Transaction,
  of: Subscription,
  draft: Invoice,
  { payment_behavior: behavior = 'allow_incomplete', off_session = false }: FirstParams,
): Invoice {
  const open = finalizeInvoice(tx, draft)
  if (open.status !== 'open' || behavior === 'default_incomplete') return open
  if (chargeable(tx, of) === null) {
    throw refuse(
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
      { code: 'resource_missing' },
    )
  }
  const after = payInvoice(tx, open, { offSession: off_session })
  if (behavior === 'error_if_incomplete' && after.status !== 'paid') throw notPaid(tx, after)
  return after
}

/** With nothing to pay yet, the customer can still be asked for a method. */
function demandMethod(tx: Transaction, of: Subscription, { status }: Invoice): void {
  if (status !== 'paid' || chargeable(tx, of) !== null) return
  const types = of.payment_settings?.payment_method_types ?? ['card']
  const intent = demandSetup(tx, {
    customer: of.customer,
    methodTypes: types,
    usage: 'off_session',
  })
  changeSubscription(tx, of, { pending_setup_intent: intent.id })
}

/** Stripe's 402 for a change that was to be paid at once; nothing of it stays. */
export function notPaid(tx: Transaction, invoice: Invoice): StripeError {
  const payment = tx.db.where('invoice_payment', 'invoice', invoice.id)[0]
  const intent = tx.db.find('payment_intent', payment?.payment.payment_intent ?? '')
  if (intent?.last_payment_error) {
    return new StripeError({ ...paymentRefused(intent).detail, keepsState: false })
  }
  return new StripeError({
    status: 402,
    type: 'card_error',
    code: 'subscription_payment_intent_requires_action',
    message:
      'Payment for this subscription requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with subscription.latest_invoice.',
  })
}
