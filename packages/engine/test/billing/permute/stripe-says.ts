// Owns a fresh reading of Stripe's API, written apart from the engine: the rows that follow from what it answers.
import type Stripe from 'stripe'
import type { Rows, StoredRow } from './rows.ts'

/** Stripe's largest page. */
const ALL = 100

type Link = string | { readonly id: string } | null | undefined
const idOf = (link: Link): string | null => (typeof link === 'string' ? link : (link?.id ?? null))

const time = (seconds: number | null | undefined): string | null =>
  seconds === null || seconds === undefined ? null : new Date(seconds * 1000).toISOString()

async function allOf<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of list) all.push(one)
  return all
}

function subscriptionRow(subscription: Stripe.Subscription): StoredRow {
  const items = subscription.items.data
  const end = Math.max(...items.map((item) => item.current_period_end))
  return {
    id: subscription.id,
    customer_id: idOf(subscription.customer),
    order_id: subscription.metadata.quittance_order ?? null,
    status: subscription.status,
    currency: subscription.currency,
    cancel_at: time(subscription.cancel_at ?? (subscription.cancel_at_period_end ? end : null)),
    cancel_at_period_end: subscription.cancel_at_period_end,
    canceled_at: time(subscription.canceled_at),
    cancel_reason: subscription.cancellation_details?.reason ?? null,
    ended_at: time(subscription.ended_at),
    started_at: time(subscription.start_date),
    trial_start: time(subscription.trial_start),
    trial_end: time(subscription.trial_end),
    pause_behavior: subscription.pause_collection?.behavior ?? null,
    pause_resumes_at: time(subscription.pause_collection?.resumes_at),
    period_start: time(Math.min(...items.map((item) => item.current_period_start))),
    period_end: time(end),
    latest_invoice_id: idOf(subscription.latest_invoice),
    change_pending: subscription.pending_update !== null,
    stripe_created: time(subscription.created),
  }
}

const itemRow = (item: Stripe.SubscriptionItem): StoredRow => ({
  subscription_id: item.subscription,
  id: item.id,
  price_id: item.price.id,
  product_id: idOf(item.price.product),
  lookup_key: item.price.lookup_key,
  quantity: item.quantity ?? null,
  period_start: time(item.current_period_start),
  period_end: time(item.current_period_end),
})

function invoiceRow(invoice: Stripe.Invoice): StoredRow {
  const { finalized_at: finalized, paid_at: paid } = invoice.status_transitions
  // What is sold by the period; a credit belongs to a period that is over.
  const sold = invoice.lines.data.filter(
    ({ amount, parent }) => amount >= 0 && parent?.subscription_item_details,
  )
  const end = Math.max(...sold.map(({ period }) => period.end))
  const lines = sold.filter(({ period }) => period.end === end)
  return {
    id: invoice.id,
    customer_id: idOf(invoice.customer),
    subscription_id: idOf(invoice.parent?.subscription_details?.subscription),
    status: invoice.status,
    billing_reason: invoice.billing_reason,
    currency: invoice.currency,
    subtotal: invoice.subtotal,
    total: invoice.total,
    amount_due: invoice.amount_due,
    amount_paid: invoice.amount_paid,
    amount_remaining: invoice.amount_remaining,
    attempted: invoice.attempted,
    attempt_count: invoice.attempt_count,
    next_payment_attempt: time(invoice.next_payment_attempt),
    period_start: lines.length === 0 ? null : time(Math.min(...lines.map((l) => l.period.start))),
    period_end: lines.length === 0 ? null : time(Math.max(...lines.map((l) => l.period.end))),
    due_at: time(invoice.due_date),
    finalized_at: time(finalized),
    paid_at: time(paid),
    stripe_created: time(invoice.created),
  }
}

const paymentRows = ({ id: invoiceId, payments }: Stripe.Invoice): StoredRow[] =>
  (payments?.data ?? []).map(({ id, status, amount_paid: amountPaid, payment }) => ({
    invoice_id: invoiceId,
    id,
    payment_intent_id: idOf(payment.payment_intent),
    charge_id: idOf(payment.charge),
    status,
    amount_paid: amountPaid,
  }))

const refundRow = (refund: Stripe.Refund): StoredRow => ({
  id: refund.id,
  charge_id: idOf(refund.charge),
  amount: refund.amount,
  currency: refund.currency,
  status: refund.status,
  reason: refund.reason,
  failure_reason: refund.failure_reason ?? null,
  stripe_created: time(refund.created),
})

const disputeRow = (dispute: Stripe.Dispute): StoredRow => ({
  id: dispute.id,
  charge_id: idOf(dispute.charge),
  amount: dispute.amount,
  currency: dispute.currency,
  status: dispute.status,
  reason: dispute.reason,
  due_at: time(dispute.evidence_details.due_by),
  stripe_created: time(dispute.created),
})

const chargeRow = (charge: Stripe.Charge): StoredRow => ({
  id: charge.id,
  payment_intent_id: idOf(charge.payment_intent),
  currency: charge.currency,
  amount: charge.amount,
  amount_refunded: charge.amount_refunded,
})

function statusOfOrder({ status, payment_status, payment_intent }: Stripe.Checkout.Session) {
  if (status === 'expired') return 'expired'
  if (status === 'open') return 'pending'
  if (payment_status !== 'unpaid') return 'fulfilled'
  const intent = typeof payment_intent === 'string' ? null : payment_intent
  return intent?.status === 'requires_payment_method' ? 'payment_failed' : 'awaiting_payment'
}

type Session = Stripe.Checkout.Session

function orderRow(
  session: Session,
  charges: readonly Stripe.Charge[],
  disputes: readonly Stripe.Dispute[],
  failed: ReadonlySet<string>,
): StoredRow {
  const intent = idOf(session.payment_intent)
  const mine = charges.filter((charge) => intent !== null && idOf(charge.payment_intent) === intent)
  const ids = mine.map(({ id }) => id)
  const [dispute] = disputes.filter((each) => ids.includes(idOf(each.charge) ?? ''))
  const status = failed.has(session.id) ? 'payment_failed' : statusOfOrder(session)
  return {
    id: session.metadata?.quittance_order ?? null,
    session_id: session.id,
    status,
    subscription_id: idOf(session.subscription),
    amount_refunded: mine.reduce((sum, charge) => sum + charge.amount_refunded, 0),
    dispute_status: dispute?.status ?? null,
    ...(status === 'fulfilled'
      ? { amount_subtotal: session.amount_subtotal, amount_total: session.amount_total }
      : {}),
  }
}

/** Stripe shows ten lines with an invoice. */
async function withAllLines(stripe: Stripe, invoice: Stripe.Invoice): Promise<Stripe.Invoice> {
  const { id, lines } = invoice
  if (!lines.has_more) return invoice
  const data = await allOf(stripe.invoices.listLineItems(id ?? '', { limit: ALL }))
  return { ...invoice, lines: { ...lines, data } }
}

/** What Stripe says now, as far as the engine keeps it, in the engine's columns. */
export async function askStripe(stripe: Stripe): Promise<Rows> {
  const [sessions, subscriptions, invoices, charges, refunds, disputes, customers] =
    await Promise.all([
      allOf(stripe.checkout.sessions.list({ limit: ALL, expand: ['data.payment_intent'] })),
      allOf(stripe.subscriptions.list({ status: 'all', limit: ALL })),
      allOf(stripe.invoices.list({ limit: ALL, expand: ['data.payments'] })),
      allOf(stripe.charges.list({ limit: ALL })),
      allOf(stripe.refunds.list({ limit: ALL })),
      allOf(stripe.disputes.list({ limit: ALL })),
      allOf(stripe.customers.list({ limit: ALL })),
    ])
  const whole = await Promise.all(invoices.map((invoice) => withAllLines(stripe, invoice)))
  const entitlements = await Promise.all(customers.map(({ id }) => entitlementsOf(stripe, id)))
  const back = new Set([...refunds, ...disputes].map(({ charge }) => idOf(charge)))
  // A subscription's session keeps no intent: that its first debit failed, its invoice says.
  const failed = new Set(
    sessions
      .filter(({ status, payment_status }) => status === 'complete' && payment_status === 'unpaid')
      .filter((session) => firstPaymentFailed(session, subscriptions, invoices))
      .map(({ id }) => id),
  )
  return {
    orders: sessions.map((session) => orderRow(session, charges, disputes, failed)),
    subscriptions: subscriptions.map(subscriptionRow),
    subscription_items: subscriptions.flatMap(({ items }) => items.data.map(itemRow)),
    invoices: whole.map(invoiceRow),
    invoice_payments: invoices.flatMap(paymentRows),
    // The others are of no interest: nothing of them went back.
    charges: charges.filter(({ id }) => back.has(id)).map(chargeRow),
    refunds: refunds.map(refundRow),
    disputes: disputes.map(disputeRow),
    entitlements: entitlements.flat(),
  }
}

function firstPaymentFailed(
  { subscription }: Session,
  subscriptions: readonly Stripe.Subscription[],
  invoices: readonly Stripe.Invoice[],
): boolean {
  const id = idOf(subscription)
  const found = subscriptions.find((each) => each.id === id)
  const first = invoices.find(
    ({ billing_reason: reason, parent }) =>
      reason === 'subscription_create' && idOf(parent?.subscription_details?.subscription) === id,
  )
  return found?.status === 'incomplete_expired' || first?.attempted === true
}

async function entitlementsOf(stripe: Stripe, customer: string): Promise<StoredRow[]> {
  const active = await allOf(stripe.entitlements.activeEntitlements.list({ customer, limit: ALL }))
  return active.map(({ id, lookup_key, feature }) => ({
    customer_id: customer,
    lookup_key,
    feature_id: idOf(feature),
    id,
  }))
}
