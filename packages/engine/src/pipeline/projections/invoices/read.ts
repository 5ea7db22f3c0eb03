// Owns reading an invoice: the fields that matter, from shapes before basil and after it.
import type { InvoiceStatus } from '../../../model.ts'
import { isId, type JsonObject } from '../../inbox/lanes.ts'
import { earliest, idOf, latest, listOf, objectOf, textOf, timeOf, wholeOf } from '../fields.ts'
import { isInvoiceStatus } from './states.ts'

export interface PaymentFacts {
  readonly id: string
  readonly intentId: string | null
  readonly chargeId: string | null
  readonly status: string
  readonly amountPaid: number | null
}

/** An invoice as we read it, from an event or from Stripe's answer. */
export interface InvoiceFacts {
  readonly id: string
  /** Where it names its subscription: in `parent` (basil and later), or at the top. */
  readonly shape: 'parent' | 'top'
  readonly customerId: string | null
  readonly subscriptionId: string | null
  readonly livemode: boolean
  readonly status: InvoiceStatus
  readonly billingReason: string | null
  readonly currency: string
  readonly subtotal: number
  readonly total: number
  readonly amountDue: number
  readonly amountPaid: number
  readonly amountRemaining: number
  readonly attempted: boolean
  readonly attemptCount: number
  readonly nextPaymentAttempt: Date | null
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
  readonly dueAt: Date | null
  readonly finalizedAt: Date | null
  readonly paidAt: Date | null
  readonly created: Date | null
  /** Null when they were not fetched: what is stored of them stays. */
  readonly payments: readonly PaymentFacts[] | null
}

/** What an invoice says of its subscription: its id, or all of it where Stripe was asked for it. */
export const subscriptionIn = (object: JsonObject): unknown =>
  object.parent === undefined
    ? object.subscription
    : objectOf(objectOf(object.parent)?.subscription_details)?.subscription

/** A credit for what was not used is of the period that is left behind, not of the one paid for. */
function isPeriodLine(line: JsonObject): boolean {
  const amount = wholeOf(line.amount)
  if (amount === null || amount < 0) return false
  const parent = objectOf(line.parent)
  return line.parent === undefined
    ? line.type === 'subscription' || idOf(line.subscription_item) !== null
    : objectOf(parent?.subscription_item_details) !== null
}

/**
 * Of its lines; the invoice's own period is the one before. A renewal may also bill what was added
 * to the period before it: only the lines that end last are of the period that it pays for.
 */
function periodOf(object: JsonObject): Pick<InvoiceFacts, 'periodStart' | 'periodEnd'> {
  const lines = (listOf(object.lines) ?? []).filter(isPeriodLine)
  const periods = lines.map(({ period }) => {
    const { start, end } = objectOf(period) ?? {}
    return { start: timeOf(start), end: timeOf(end) }
  })
  const periodEnd = latest(periods.map(({ end }) => end))
  const ofLast = periods.filter(({ end }) => end?.getTime() === periodEnd?.getTime())
  return { periodStart: earliest(ofLast.map(({ start }) => start)), periodEnd }
}

function readPayment(payment: JsonObject): PaymentFacts | null {
  const id = idOf(payment)
  const by = objectOf(payment.payment) ?? {}
  if (id === null) return null
  return {
    id,
    intentId: idOf(by.payment_intent),
    chargeId: idOf(by.charge),
    status: textOf(payment.status) ?? 'open',
    amountPaid: wholeOf(payment.amount_paid),
  }
}

/** Before basil an invoice had one payment, which was part of it. */
function paymentsOf(object: JsonObject): readonly PaymentFacts[] | null {
  const listed = listOf(object.payments)
  if (listed !== null) return listed.map(readPayment).filter((payment) => payment !== null)
  const intentId = idOf(object.payment_intent)
  const chargeId = idOf(object.charge)
  const id = intentId ?? chargeId
  if (id === null) return null
  const paid = object.status === 'paid'
  const amountPaid = paid ? wholeOf(object.amount_paid) : null
  return [{ id, intentId, chargeId, status: paid ? 'paid' : 'open', amountPaid }]
}

type Amounts = Pick<
  InvoiceFacts,
  'currency' | 'subtotal' | 'total' | 'amountDue' | 'amountPaid' | 'amountRemaining'
>

function amountsOf(object: JsonObject): Amounts | null {
  const currency = textOf(object.currency)?.toLowerCase() ?? null
  const total = wholeOf(object.total)
  if (currency === null || total === null) return null
  const amountDue = wholeOf(object.amount_due) ?? total
  const amountPaid = wholeOf(object.amount_paid) ?? 0
  return {
    currency,
    subtotal: wholeOf(object.subtotal) ?? total,
    total,
    amountDue,
    amountPaid,
    amountRemaining: wholeOf(object.amount_remaining) ?? amountDue - amountPaid,
  }
}

/** Reads an invoice; null when it is none (a preview has no id), or one we cannot make sense of. */
export function readInvoice(object: JsonObject): InvoiceFacts | null {
  const { id } = object
  const status = object.status ?? 'draft'
  const amounts = amountsOf(object)
  const known = object.object === 'invoice' && isId(id) && isInvoiceStatus(status)
  if (!known || amounts === null) return null
  const transitions = objectOf(object.status_transitions) ?? {}
  return {
    id,
    shape: object.parent === undefined ? 'top' : 'parent',
    customerId: idOf(object.customer),
    subscriptionId: idOf(subscriptionIn(object)),
    livemode: object.livemode === true,
    status,
    billingReason: textOf(object.billing_reason),
    ...amounts,
    attempted: object.attempted === true,
    attemptCount: wholeOf(object.attempt_count) ?? 0,
    nextPaymentAttempt: timeOf(object.next_payment_attempt),
    ...periodOf(object),
    dueAt: timeOf(object.due_date),
    finalizedAt: timeOf(transitions.finalized_at),
    paidAt: timeOf(transitions.paid_at),
    created: timeOf(object.created),
    payments: paymentsOf(object),
  }
}
