// Owns the order and its attempts at a session: written before Stripe is asked, closed by its answer.
import { EngineError } from '../errors.ts'
import { buyerOf } from '../pipeline/projections/buyers/row.ts'
import type { OrderRow } from '../pipeline/projections/orders/row.ts'
import type { Database, Queryable, Transaction } from '../ports/database.ts'
import type { PriceSnapshot } from './catalogue.ts'
import type { CheckoutRequest } from './request.ts'
import { ASK_HOURS } from './sign-up-rows.ts'

export interface NewOrder {
  readonly id: string
  readonly kind: OrderRow['kind']
  readonly request: CheckoutRequest
  readonly price: PriceSnapshot
  readonly livemode: boolean
  /** Of a plan that begins with a trial. */
  readonly trialDays: number | null
  readonly userId: string | null
  readonly browserHash: string | null
  readonly scope: string
  readonly key: string
}

const INSERT_ORDER = `
with placed as (
  insert into quittance.orders (id, livemode, item_id, quantity, price_id, currency, unit_amount,
    expected_subtotal, user_id, browser_hash, request_scope, request_key, kind, trial_days,
    buyer_id, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::bigint, $8::bigint, $9, $10, $11, $12, $13, $14,
    (select id from quittance.buyers where user_id = $9), quittance.now(), quittance.now())
  on conflict (request_scope, request_key) do nothing
  returning id
), history as (
  insert into quittance.order_history (order_id, from_status, to_status, cause, at)
  select id, null, 'pending', 'checkout', quittance.now() from placed
)
select id from placed`

/** The lock that the order's reference takes anyway: orders of one buyer do not wait for each other. */
const HOLD_BUYER = 'select id from quittance.buyers where user_id = $1 for key share'
/** A row that an adoption takes from the user between look and lock makes another turn. */
const HOLDS_MAX = 3

/**
 * Held until the order is written: by its snapshot alone a statement would find the row that an
 * adoption takes from the user at that moment, and leave the order to a guest.
 */
export async function holdBuyer(tx: Transaction, userId: string): Promise<void> {
  for (let turn = 1; turn <= HOLDS_MAX; turn += 1) {
    await buyerOf(tx, 'user_id', userId)
    // None when the row that it waited for is no longer this user's.
    if ((await tx.query(HOLD_BUYER, [userId])).length > 0) return
  }
  throw new TypeError('holdBuyer: the row does not come to rest')
}

/** Answers false when the request's key was used before. A user's row of buyers is locked by now. */
export async function insertOrder(on: Queryable, order: NewOrder): Promise<boolean> {
  const { request, price } = order
  const rows = await on.query(INSERT_ORDER, [
    order.id,
    order.livemode,
    request.itemId,
    request.quantity,
    price.priceId,
    price.currency,
    price.unitAmount,
    price.unitAmount * request.quantity,
    order.userId,
    order.browserHash,
    order.scope,
    order.key,
    order.kind,
    order.trialDays,
  ])
  return rows.length > 0
}

export async function findByKey(
  on: Queryable,
  scope: string,
  key: string,
): Promise<OrderRow | null> {
  const rows = await on.query<OrderRow>(
    'select * from quittance.orders where request_scope = $1 and request_key = $2',
    [scope, key],
  )
  return rows[0] ?? null
}

/** @throws EngineError `IDEMPOTENCY_MISMATCH`: its key was used for something else. */
export function assertSame(order: OrderRow, request: CheckoutRequest): OrderRow {
  if (order.item_id === request.itemId && order.quantity === request.quantity) return order
  throw new EngineError(
    'IDEMPOTENCY_MISMATCH',
    'this Idempotency-Key was used with another item or quantity',
    { field: 'Idempotency-Key' },
  )
}

/**
 * A browser that asks again for the same thing while its first request has no answer means the
 * same order: otherwise a time-out would leave two sessions behind.
 */
const FIND_UNANSWERED = `
select o.* from quittance.orders o
join quittance.checkout_attempts a on a.order_id = o.id and a.state = 'asked'
where o.browser_hash = $1 and o.item_id = $2 and o.quantity = $3 and o.status = 'pending'
  and o.user_id is not distinct from $4
  and o.session_id is null and o.created_at > quittance.now() - interval '1 hour'
order by o.created_at desc limit 1`

export async function findUnanswered(
  on: Queryable,
  browserHash: string,
  request: CheckoutRequest,
  userId: string | null,
): Promise<OrderRow | null> {
  const rows = await on.query<OrderRow>(FIND_UNANSWERED, [
    browserHash,
    request.itemId,
    request.quantity,
    userId,
  ])
  return rows[0] ?? null
}

export interface AttemptRow extends Record<string, unknown> {
  readonly attempt: number
  readonly params: string
}

/** A sign-up that was closed, or is too old to be found beside the group's others, gets no session. */
const LOCK_ORDER = `
select session_id, cancel_requested_at is not null or kind = 'subscription'
  and created_at <= quittance.now() - interval '${ASK_HOURS} hours' as is_over
from quittance.orders where id = $1 for update`

interface LockedOrder extends Record<string, unknown> {
  readonly session_id: string | null
  readonly is_over: boolean
}

const FIND_OPEN = `
select attempt, params from quittance.checkout_attempts where order_id = $1 and state = 'asked'`

const OPEN_ATTEMPT = `
insert into quittance.checkout_attempts (order_id, attempt, params, asked_at)
select $1, coalesce(max(attempt), 0) + 1, $2, quittance.now()
from quittance.checkout_attempts where order_id = $1
returning attempt, params`

/**
 * The attempt to send: the open one, as it was, or a new one. The order is locked, because the
 * answer of a concurrent request may just be recorded.
 */
export async function openAttempt(
  database: Database,
  orderId: string,
  params: string,
): Promise<AttemptRow | 'has_session' | 'over'> {
  return await database.transaction(async (tx) => {
    const [order] = await tx.query<LockedOrder>(LOCK_ORDER, [orderId])
    if (order === undefined || order.session_id !== null) return 'has_session'
    if (order.is_over) return 'over'
    const open = await tx.query<AttemptRow>(FIND_OPEN, [orderId])
    const [attempt] =
      open.length > 0 ? open : await tx.query<AttemptRow>(OPEN_ATTEMPT, [orderId, params])
    return attempt ?? 'has_session'
  })
}

const CLOSE = `
with closed as (
  update quittance.orders set cancel_requested_at = quittance.now(), updated_at = quittance.now()
  where id = $1 and session_id is null and status in ('pending', 'confirmed')
  returning id, status
)
insert into quittance.order_history (order_id, from_status, to_status, cause, note, at)
select id, status, status, 'checkout', 'closed without a session: another plan was asked for',
  quittance.now() from closed`

/**
 * The open attempt of an order, whose outcome may be a session; null when there is none, and then
 * there will be none: the order is closed under the lock that a new attempt would need.
 */
export async function attemptOrClose(
  database: Database,
  orderId: string,
): Promise<AttemptRow | null> {
  return await database.transaction(async (tx) => {
    const [order] = await tx.query<LockedOrder>(LOCK_ORDER, [orderId])
    if (order === undefined || order.session_id !== null) return null
    const [attempt] = await tx.query<AttemptRow>(FIND_OPEN, [orderId])
    if (attempt === undefined) await tx.query(CLOSE, [orderId])
    return attempt ?? null
  })
}

/** The parameters have done their work, and may hold the buyer's address. */
const RECORD_ANSWER = `
with answered as (
  update quittance.checkout_attempts
  set state = 'answered', session_id = $3, params = null, answered_at = quittance.now()
  where order_id = $1 and attempt = $2 and state = 'asked'
)
update quittance.orders set session_id = $3, updated_at = quittance.now()
where id = $1 and (session_id is null or session_id = $3)
returning id`

/** Answers whether the order took this session; else it has another one by now. */
export async function recordAnswer(
  on: Queryable,
  orderId: string,
  attempt: number,
  sessionId: string,
): Promise<boolean> {
  return (await on.query(RECORD_ANSWER, [orderId, attempt, sessionId])).length > 0
}

const REBIND = `
update quittance.orders set browser_hash = $2, updated_at = quittance.now()
where id = $1 returning *`

/**
 * The answer that carried the cookie was lost: the key alone proves that this is the same buyer,
 * and the browser that got the address of the payment page must be the one that may see the order.
 */
export async function rebindBrowser(
  on: Queryable,
  orderId: string,
  browserHash: string,
): Promise<OrderRow | null> {
  const rows = await on.query<OrderRow>(REBIND, [orderId, browserHash])
  return rows[0] ?? null
}

/** Stripe's last word on an attempt that made no session. Its parameters are not needed any more. */
const RECORD_REFUSAL = `
update quittance.checkout_attempts
set state = 'refused', stripe_code = $3, params = null, answered_at = quittance.now()
where order_id = $1 and attempt = $2 and state = 'asked'`

export async function recordRefusal(
  on: Queryable,
  orderId: string,
  attempt: number,
  stripeCode: string,
): Promise<void> {
  await on.query(RECORD_REFUSAL, [orderId, attempt, stripeCode])
}
