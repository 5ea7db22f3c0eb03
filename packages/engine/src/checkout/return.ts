// Owns the buyer's return: the redirect confirms that somebody came back, and makes us ask Stripe.
import { EngineError } from '../errors.ts'
import type { Order } from '../model.ts'
import { insertCheck } from '../pipeline/inbox/checks.ts'
import { isId, laneOfOrder } from '../pipeline/inbox/lanes.ts'
import {
  addHistory,
  confirmOrder,
  findOrder,
  type OrderRow,
  toOrder,
} from '../pipeline/projections/orders/row.ts'
import { ORDER_STATES } from '../pipeline/projections/orders/states.ts'
import { StripeRefusal } from '../ports/stripe.ts'
import type { ShownOrderStatus } from '../types.ts'
import type { CheckoutContext } from './context.ts'
import { relationOf, type Visitor } from './visitor.ts'

export interface SuccessView {
  readonly orderId: string
  readonly status: ShownOrderStatus
  readonly order: Order | null
}

/** A failed event matters to the buyer only while the order has not got there. */
export const shownStatus = (order: OrderRow): ShownOrderStatus =>
  order.failed && order.status !== 'fulfilled' ? 'failed' : order.status

/** Null for a session that is malformed, unknown or somebody else's: all three look the same. */
export async function success(
  context: CheckoutContext,
  sessionId: string,
  visitor: Visitor,
): Promise<SuccessView | null> {
  if (!isId(sessionId)) return null
  const found = await findOrder(context.database, 'session_id', sessionId, 'read')
  if (found === null) return null
  const is = relationOf(found, visitor)
  if (is === 'stranger') return null
  const order = ORDER_STATES[found.status].ended ? found : await askNow(context, found, sessionId)
  return {
    orderId: order.id,
    status: shownStatus(order),
    order: is === 'buyer' ? toOrder(order) : null,
  }
}

async function askNow(
  context: CheckoutContext,
  order: OrderRow,
  sessionId: string,
): Promise<OrderRow> {
  const { database, logger, options } = context
  if (await confirmOrder(database, order.id)) {
    logger.info('order moved', {
      orderId: order.id,
      from: 'pending',
      to: 'confirmed',
      cause: 'redirect',
    })
  }
  // The session's own events share this lane, so the answer and they cannot cross.
  const lane = laneOfOrder(order.id)
  const check = { objectType: 'checkout.session', objectId: sessionId, lane } as const
  const seq = await insertCheck(database, { ...check, origin: 'redirect' })
  await context.runCheck(seq, lane, options.successWaitMs)
  return (await findOrder(database, 'id', order.id, 'read')) ?? order
}

/** The buyer turned back. The session stays open and can still be paid, so no status changes. */
export async function cancel(
  context: CheckoutContext,
  by: { readonly sessionId: string | null; readonly orderId: string | null },
  visitor: Visitor,
): Promise<boolean> {
  const order = await findReturned(context, by)
  if (order === null || relationOf(order, visitor) === 'stranger') return false
  await addHistory(context.database, {
    orderId: order.id,
    from: order.status,
    to: order.status,
    cause: 'cancel page',
    eventId: null,
    seq: null,
    note: 'the buyer turned back',
  })
  return true
}

async function findReturned(
  context: CheckoutContext,
  by: { readonly sessionId: string | null; readonly orderId: string | null },
): Promise<OrderRow | null> {
  if (by.sessionId !== null && isId(by.sessionId)) {
    return await findOrder(context.database, 'session_id', by.sessionId, 'read')
  }
  if (by.orderId !== null && isId(by.orderId)) {
    return await findOrder(context.database, 'id', by.orderId, 'read')
  }
  return null
}

const REQUEST_CANCEL = `
update quittance.orders set cancel_requested_at = quittance.now(), updated_at = quittance.now()
where id = $1 and status in ('pending', 'confirmed') returning id`

const WITHDRAW_CANCEL = `
update quittance.orders set cancel_requested_at = null, updated_at = quittance.now()
where id = $1 and status in ('pending', 'confirmed')`

/**
 * The merchant ends an open session. Noted before Stripe is asked, so that the `expired` event
 * reads as `canceled` whenever it comes; withdrawn when Stripe refuses, for then the session had
 * ended by itself, and the check says how. When the answer is lost the note stays and proves
 * nothing: the session may be open.
 * @throws EngineError `ORDER_NOT_FOUND`, `ORDER_CLOSED`, `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT`.
 */
export async function expire(context: CheckoutContext, orderId: string): Promise<void> {
  const { database, stripe, logger, options } = context
  const order = isId(orderId) ? await findOrder(database, 'id', orderId, 'read') : null
  const objectId = order?.session_id ?? null
  if (order === null || objectId === null) {
    throw new EngineError('ORDER_NOT_FOUND', `order ${orderId} has no session`)
  }
  if ((await database.query(REQUEST_CANCEL, [orderId])).length === 0) {
    throw new EngineError('ORDER_CLOSED', `order ${orderId} is ${order.status}`)
  }
  try {
    await stripe.expireSession(objectId, { timeoutMs: options.timeoutMs })
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    await database.query(WITHDRAW_CANCEL, [orderId])
    logger.warn('Stripe refused to expire the session', {
      orderId,
      stripeCode: error.stripeCode ?? String(error.status),
    })
  }
  const lane = laneOfOrder(orderId)
  const check = { objectType: 'checkout.session', objectId, lane } as const
  const seq = await insertCheck(database, { ...check, origin: 'operator' })
  await context.runCheck(seq, lane, options.successWaitMs)
}
