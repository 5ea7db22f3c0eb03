// Owns the order's row: the statements that read and move it, and its shape for the app.
import type { DisputeStatus, Order } from '../../../model.ts'
import type { Queryable } from '../../../ports/database.ts'
import type { Cause, OrderStatus } from '../../../types.ts'
import type { OrderSnapshot, SessionFacts } from './judge.ts'
import { statusesBelow } from './states.ts'

export interface OrderRow extends Record<string, unknown> {
  readonly id: string
  readonly kind: 'payment' | 'subscription'
  readonly status: OrderStatus
  readonly failed: boolean
  readonly held_reason: string | null
  readonly livemode: boolean
  readonly item_id: string
  readonly quantity: number
  readonly price_id: string
  readonly currency: string
  readonly unit_amount: bigint
  readonly expected_subtotal: bigint
  readonly trial_days: number | null
  readonly buyer_id: bigint | null
  readonly user_id: string | null
  readonly browser_hash: string | null
  readonly session_id: string | null
  readonly payment_intent_id: string | null
  readonly subscription_id: string | null
  readonly amount_subtotal: bigint | null
  readonly amount_discount: bigint | null
  readonly amount_shipping: bigint | null
  readonly amount_tax: bigint | null
  readonly amount_total: bigint | null
  readonly amount_refunded: bigint
  readonly refund_ticket: bigint
  readonly dispute_status: DisputeStatus | null
  readonly paid_after_end: boolean
  readonly cancel_requested_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly fulfilled_at: Date | null
}

/** Stripe's amounts have at most 12 digits: far inside a safe integer. */
const amount = (value: bigint | null): number | null => (value === null ? null : Number(value))

export function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    failed: row.failed,
    held: row.held_reason !== null,
    heldReason: row.held_reason,
    itemId: row.item_id,
    quantity: row.quantity,
    priceId: row.price_id,
    currency: row.currency,
    unitAmount: Number(row.unit_amount),
    expectedSubtotal: Number(row.expected_subtotal),
    trialDays: row.trial_days,
    userId: row.user_id,
    sessionId: row.session_id,
    paymentIntentId: row.payment_intent_id,
    subscriptionId: row.subscription_id,
    amountSubtotal: amount(row.amount_subtotal),
    amountDiscount: amount(row.amount_discount),
    amountShipping: amount(row.amount_shipping),
    amountTax: amount(row.amount_tax),
    amountTotal: amount(row.amount_total),
    amountRefunded: Number(row.amount_refunded),
    disputeStatus: row.dispute_status,
    paidAfterEnd: row.paid_after_end,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    fulfilledAt: row.fulfilled_at,
  }
}

export function toSnapshot(row: OrderRow): OrderSnapshot {
  return {
    kind: row.kind,
    status: row.status,
    livemode: row.livemode,
    priceId: row.price_id,
    quantity: row.quantity,
    currency: row.currency,
    expectedSubtotal: Number(row.expected_subtotal),
    sessionId: row.session_id,
    paymentIntentId: row.payment_intent_id,
    subscriptionId: row.subscription_id,
    trialDays: row.trial_days,
    cancelRequested: row.cancel_requested_at !== null,
  }
}

/** One row or none; `for update` when the caller is about to move it. */
export async function findOrder(
  on: Queryable,
  by: 'id' | 'session_id' | 'payment_intent_id',
  value: string,
  lock: 'lock' | 'read',
): Promise<OrderRow | null> {
  const sql = `select * from quittance.orders where ${by} = $1`
  const rows = await on.query<OrderRow>(lock === 'lock' ? `${sql} for update` : sql, [value])
  return rows[0] ?? null
}

export interface HistoryEntry {
  readonly orderId: string
  readonly from: OrderStatus | null
  readonly to: string
  readonly cause: string
  readonly eventId: string | null
  readonly seq: bigint | null
  readonly note: string | null
}

const INSERT_HISTORY = `
insert into quittance.order_history
  (order_id, from_status, to_status, cause, event_id, seq, note, at)
values ($1, $2, $3, $4, $5, $6, $7, quittance.now())`

export async function addHistory(tx: Queryable, entry: HistoryEntry): Promise<void> {
  const { orderId, from, to, cause, eventId, seq, note } = entry
  await tx.query(INSERT_HISTORY, [orderId, from, to, cause, eventId, seq, note])
}

/** How a cause reads in the history. */
export function causeText(cause: Cause): { cause: string; eventId: string | null; seq: bigint } {
  const { seq } = cause
  if (cause.kind === 'event') return { cause: `event ${cause.type}`, eventId: cause.eventId, seq }
  if (cause.kind === 'check') return { cause: `check ${cause.origin}`, eventId: null, seq }
  return { cause: 'operator', eventId: cause.eventId, seq }
}

/** A compare-and-set: the row moves only from a lower rank. */
const MOVE = `
update quittance.orders set
  status = $2::text,
  session_id = coalesce(session_id, $4),
  payment_intent_id = coalesce($5, payment_intent_id),
  subscription_id = case when kind = 'subscription' then coalesce(subscription_id, $11) end,
  paid_after_end = paid_after_end
    or ($2::text = 'fulfilled' and status in ('expired', 'canceled', 'payment_failed')),
  fulfilled_at = case when $2::text = 'fulfilled' then quittance.now() end,
  amount_subtotal = $6, amount_discount = $7, amount_shipping = $8, amount_tax = $9,
  amount_total = $10,
  updated_at = quittance.now()
where id = $1 and status = any ($3::text[])
returning *`

/** Moves the order upward; null when it was not below `to`. */
export async function moveOrder(
  tx: Queryable,
  id: string,
  to: OrderStatus,
  session: SessionFacts,
): Promise<OrderRow | null> {
  const rows = await tx.query<OrderRow>(MOVE, [
    id,
    to,
    statusesBelow(to),
    session.id,
    session.paymentIntentId,
    session.subtotal,
    session.discount,
    session.shipping,
    session.tax,
    session.total,
    session.subscriptionId,
  ])
  return rows[0] ?? null
}

const FLAG_PAID_AFTER_END = `
update quittance.orders set paid_after_end = true, updated_at = quittance.now()
where id = $1 and status = 'fulfilled' and not paid_after_end returning id`

/** The end came to our ears after the payment: the same story, told the other way round. */
export async function flagPaidAfterEnd(tx: Queryable, id: string): Promise<void> {
  await tx.query(FLAG_PAID_AFTER_END, [id])
}

const CONFIRM = `
with moved as (
  update quittance.orders set status = 'confirmed', updated_at = quittance.now()
  where id = $1 and status = 'pending' returning id
)
insert into quittance.order_history (order_id, from_status, to_status, cause, at)
select id, 'pending', 'confirmed', 'redirect', quittance.now() from moved
returning order_id`

/** The buyer came back: proves nothing, moves pending to confirmed. Answers whether it moved. */
export async function confirmOrder(on: Queryable, id: string): Promise<boolean> {
  return (await on.query(CONFIRM, [id])).length > 0
}

const TAKE_INTENT = `
update quittance.orders set payment_intent_id = $2, updated_at = quittance.now()
where id = $1 and payment_intent_id is null and kind = 'payment'
returning *`

/** A charge with our marker may name the payment before the session does. Answers the row as it is. */
export async function takePaymentIntent(
  tx: Queryable,
  order: OrderRow,
  paymentIntentId: string | null,
): Promise<OrderRow> {
  if (order.payment_intent_id !== null || paymentIntentId === null) return order
  const rows = await tx.query<OrderRow>(TAKE_INTENT, [order.id, paymentIntentId])
  return rows[0] ?? order
}

const SET_BUYER = `
update quittance.orders set buyer_id = $2, updated_at = quittance.now()
where id = $1 and buyer_id is null returning id`

/** Whose the order is stays so; only a guest's becomes somebody's. */
export async function setBuyer(tx: Queryable, id: string, buyerId: bigint): Promise<void> {
  await tx.query(SET_BUYER, [id, buyerId])
}

const SET_PAYMENTS = `
update quittance.orders
set amount_refunded = $2, dispute_status = $3, refund_ticket = $4, updated_at = quittance.now()
where id = $1
returning *`

export interface OrderPayments {
  /** What Stripe says is refunded in all: set, never added. */
  readonly refunded: bigint
  readonly disputeStatus: DisputeStatus | null
  /** Of the newest answer that this follows from. */
  readonly ticket: bigint
}

export async function setPayments(
  tx: Queryable,
  id: string,
  { refunded, disputeStatus, ticket }: OrderPayments,
): Promise<OrderRow | null> {
  const rows = await tx.query<OrderRow>(SET_PAYMENTS, [id, refunded, disputeStatus, ticket])
  return rows[0] ?? null
}
