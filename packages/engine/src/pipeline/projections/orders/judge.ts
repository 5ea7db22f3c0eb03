// Owns the judgement of a session against an order's snapshot: pure, the same for every caller.
import type { OrderStatus, QuarantineReason } from '../../../types.ts'
import { isJsonObject, type JsonObject } from '../../inbox/lanes.ts'

/** What the judge needs of an order: the snapshot, and what is settled already. */
export interface OrderSnapshot {
  readonly kind: 'payment' | 'subscription'
  readonly status: OrderStatus
  readonly livemode: boolean
  readonly priceId: string
  readonly quantity: number
  readonly currency: string
  readonly expectedSubtotal: number
  readonly sessionId: string | null
  readonly paymentIntentId: string | null
  readonly subscriptionId: string | null
  /** The sign-up begins with a trial: nothing is paid today. */
  readonly trialDays: number | null
  readonly cancelRequested: boolean
}

/** What may stand between subtotal and total, from the catalogue. */
export interface Allowances {
  readonly discount: boolean
  readonly tax: boolean
  readonly shipping: boolean
}

export interface LineItem {
  readonly priceId: string | null
  readonly quantity: number | null
  readonly subtotal: number
}

/** A Checkout Session as we read it, from an event or from Stripe's answer. */
export interface SessionFacts {
  readonly id: string
  readonly livemode: boolean
  readonly mode: string
  readonly status: string | null
  readonly paymentStatus: string
  /** The delayed payment failed: the event's type says so, or the intent's status in an answer. */
  readonly paymentFailed: boolean
  readonly currency: string | null
  readonly paymentIntentId: string | null
  readonly subscriptionId: string | null
  readonly customerId: string | null
  readonly subtotal: number | null
  readonly total: number | null
  readonly discount: number
  readonly shipping: number
  readonly tax: number
  /**
   * What a sign-up's first invoice took from the customer's balance, less what it collected for it:
   * money from before that the session's total may contain. Null when the invoice was not fetched.
   */
  readonly credit: number | null
  /** Null when they were not fetched. */
  readonly lineItems: readonly LineItem[] | null
}

export type Judgement =
  | { readonly kind: 'move'; readonly to: OrderStatus }
  | { readonly kind: 'stay' }
  | { readonly kind: 'mismatch'; readonly reason: QuarantineReason }
  /** The difference may be explained by the line items: fetch and judge again. */
  | { readonly kind: 'look_closer'; readonly reason: QuarantineReason }

const mismatch = (reason: QuarantineReason): Judgement => ({ kind: 'mismatch', reason })

/** Is this session the order's own? Judged before anything that it claims. */
function judgeIdentity(order: OrderSnapshot, session: SessionFacts): Judgement | null {
  if (order.sessionId !== null && order.sessionId !== session.id)
    return mismatch('session_mismatch')
  if (order.livemode !== session.livemode) return mismatch('mode')
  const otherPayment =
    isOther(order.paymentIntentId, session.paymentIntentId) ||
    isOther(order.subscriptionId, session.subscriptionId)
  return order.status === 'fulfilled' && otherPayment ? mismatch('order_state') : null
}

const isOther = (ours: string | null, theirs: string | null): boolean =>
  ours !== null && theirs !== null && ours !== theirs

function differenceOf(
  order: OrderSnapshot,
  session: SessionFacts,
  allowed: Allowances,
): QuarantineReason | null {
  if (session.mode !== order.kind) return 'mode'
  if (session.currency !== order.currency) return 'currency'
  // What is fulfilled is the subscription: a session without one has nothing to give.
  if (order.kind === 'subscription' && session.subscriptionId === null) return 'unusable_payload'
  const { subtotal, discount, shipping, tax, credit, total } = session
  const begunFree = order.trialDays !== null && subtotal === 0
  if (subtotal === null || (subtotal !== order.expectedSubtotal && !begunFree)) return 'amount'
  // Tax may be contained in the prices, added to them, or both: what was added is at most the tax.
  if (total === null) return 'amount'
  const added = total - (subtotal - discount + shipping)
  // Whether the balance is in the total Stripe does not document: either way it adds up.
  const isExplained = [added, added + (credit ?? 0)].some((more) => more >= 0 && more <= tax)
  if (!isExplained) return 'amount'
  const surprise =
    (discount > 0 && !allowed.discount) ||
    (shipping > 0 && !allowed.shipping) ||
    (tax > 0 && !allowed.tax)
  return surprise ? 'amount' : null
}

/** Line items, where we have them, must be exactly the price and quantity of the snapshot. */
function judgeLineItems(order: OrderSnapshot, items: readonly LineItem[]): QuarantineReason | null {
  if (items.some((item) => item.priceId !== order.priceId)) return 'price'
  const quantity = items.reduce((sum, item) => sum + (item.quantity ?? 0), 0)
  return items.length === 0 || quantity !== order.quantity ? 'amount' : null
}

/** Whether everything was fetched that may explain a difference. */
const isSeenWhole = ({ kind }: OrderSnapshot, { lineItems, credit }: SessionFacts): boolean =>
  lineItems !== null && (kind === 'payment' || credit !== null)

const differs = (
  order: OrderSnapshot,
  session: SessionFacts,
  reason: QuarantineReason,
): Judgement => (isSeenWhole(order, session) ? mismatch(reason) : { kind: 'look_closer', reason })

function judgePaid(order: OrderSnapshot, session: SessionFacts, allowed: Allowances): Judgement {
  const { lineItems } = session
  const reason = differenceOf(order, session, allowed)
  const byItems = lineItems === null ? null : judgeLineItems(order, lineItems)
  // A wrong price explains a wrong amount better than the amount does.
  const worst = byItems === 'price' ? byItems : (reason ?? byItems)
  return worst === null ? { kind: 'move', to: 'fulfilled' } : differs(order, session, worst)
}

/** A trial, a full discount and a balance that pays all need no payment; nothing else does. */
function judgeFree(order: OrderSnapshot, session: SessionFacts, allowed: Allowances): Judgement {
  const { total, credit } = session
  const isFree = total === 0 || total === credit || order.trialDays !== null
  return isFree ? judgePaid(order, session, allowed) : differs(order, session, 'amount')
}

function judgeComplete(
  order: OrderSnapshot,
  session: SessionFacts,
  allowed: Allowances,
): Judgement {
  switch (session.paymentStatus) {
    case 'paid':
      return judgePaid(order, session, allowed)
    case 'no_payment_required':
      return judgeFree(order, session, allowed)
    case 'unpaid':
      return { kind: 'move', to: session.paymentFailed ? 'payment_failed' : 'awaiting_payment' }
    default:
      return mismatch('order_state')
  }
}

/** What this session says about this order. The redirect never comes here without Stripe's word. */
export function judge(order: OrderSnapshot, session: SessionFacts, allowed: Allowances): Judgement {
  const identity = judgeIdentity(order, session)
  if (identity !== null) return identity
  if (session.status === 'expired') {
    return { kind: 'move', to: order.cancelRequested ? 'canceled' : 'expired' }
  }
  if (session.status === 'complete') return judgeComplete(order, session, allowed)
  return { kind: 'stay' }
}

const idOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  return isJsonObject(value) && typeof value.id === 'string' ? value.id : null
}

const amountOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function lineItemsOf(value: unknown): readonly LineItem[] | null {
  if (!isJsonObject(value) || !Array.isArray(value.data)) return null
  // More pages than one cannot be ours: a session of ours has one line.
  if (value.has_more === true) return []
  return value.data.filter(isJsonObject).map((item) => ({
    priceId: idOf(item.price),
    quantity: amountOf(item.quantity),
    subtotal: amountOf(item.amount_subtotal) ?? 0,
  }))
}

/** Of the invoice that an answer shows: its total, before balance, and what was left to pay. */
function creditOf(invoice: unknown): number | null {
  if (!isJsonObject(invoice)) return typeof invoice === 'string' ? null : 0
  const [total, due] = [amountOf(invoice.total), amountOf(invoice.amount_due)]
  return total === null || due === null ? 0 : total - due
}

/** In an answer, the intent of a failed delayed payment asks for another method. */
function intentFailed(intent: unknown): boolean {
  const status = isJsonObject(intent) ? intent.status : null
  return status === 'requires_payment_method' || status === 'canceled'
}

/** Reads a session object; null when it is none. */
export function readSession(object: JsonObject, eventType: string | null): SessionFacts | null {
  const id = textOf(object.id)
  if (id === null || object.object !== 'checkout.session') return null
  const details = isJsonObject(object.total_details) ? object.total_details : {}
  return {
    id,
    livemode: object.livemode === true,
    mode: textOf(object.mode) ?? '',
    status: textOf(object.status),
    paymentStatus: textOf(object.payment_status) ?? 'unpaid',
    paymentFailed:
      eventType === 'checkout.session.async_payment_failed' || intentFailed(object.payment_intent),
    currency: textOf(object.currency)?.toLowerCase() ?? null,
    paymentIntentId: idOf(object.payment_intent),
    subscriptionId: idOf(object.subscription),
    customerId: idOf(object.customer),
    subtotal: amountOf(object.amount_subtotal),
    total: amountOf(object.amount_total),
    discount: amountOf(details.amount_discount) ?? 0,
    shipping: amountOf(details.amount_shipping) ?? 0,
    tax: amountOf(details.amount_tax) ?? 0,
    credit: creditOf(object.invoice),
    lineItems: lineItemsOf(object.line_items),
  }
}
