// Owns asking Stripe for an order's session: the stored bytes under the attempt's key, and what the answer means.
import type Stripe from 'stripe'
import type { Identity } from '../config.ts'
import { endsKey, refusedBy } from '../customers/context.ts'
import { ensureCustomer } from '../customers/ensure.ts'
import { markCustomerDeleted } from '../customers/row.ts'
import { EngineError } from '../errors.ts'
import { ATTEMPT_MARKER } from '../pipeline/inbox/lanes.ts'
import { findBuyer } from '../pipeline/projections/buyers/row.ts'
import { findOrder, type OrderRow } from '../pipeline/projections/orders/row.ts'
import { StripeRefusal } from '../ports/stripe.ts'
import {
  type AttemptRow,
  attemptOrClose,
  openAttempt,
  recordAnswer,
  recordRefusal,
} from './attempts.ts'
import type { CheckoutContext } from './context.ts'
import { type Payer, paramsOf } from './session-params.ts'

type Session = Stripe.Checkout.Session
type Params = Stripe.Checkout.SessionCreateParams

const sessionOf = (context: CheckoutContext, sessionId: string) =>
  context.stripe.session(sessionId, { timeoutMs: context.options.timeoutMs })

/** The session of an order, asked for if it has none. */
export async function sessionFor(
  context: CheckoutContext,
  order: OrderRow,
  identity: Identity | null,
): Promise<Session | null> {
  if (order.session_id !== null) return await sessionOf(context, order.session_id)
  const asked = await askForSession(context, order, identity)
  // Its customer is gone, and Stripe said so: a new one is made, and asked for once.
  return asked === 'customer_deleted'
    ? refusedTwice(order, await askForSession(context, order, identity))
    : asked
}

function refusedTwice(order: OrderRow, asked: Session | 'customer_deleted' | null): Session | null {
  if (asked !== 'customer_deleted') return asked
  throw new EngineError('STRIPE_REFUSED', `the customer of order ${order.id} was deleted again`)
}

/** A plan is a customer's; for anything else the buyer's customer is used when there is one. */
async function payerOf(
  context: CheckoutContext,
  order: OrderRow,
  identity: Identity | null,
): Promise<Payer> {
  if (identity === null) return { customerId: null, email: null }
  if (order.kind === 'subscription') {
    const { customerId } = await ensureCustomer(context.customers, identity)
    return { customerId, email: null }
  }
  const buyer = await findBuyer(context.database, 'user_id', identity.userId)
  const customerId = buyer?.customer_deleted === false ? buyer.customer_id : null
  return { customerId, email: identity.email ?? null }
}

/**
 * The parameters are stored before they are sent, and sent as stored: Stripe refuses the same
 * idempotency key with others. A new attempt opens only after a recorded refusal
 * or failure.
 */
async function askForSession(
  context: CheckoutContext,
  order: OrderRow,
  identity: Identity | null,
): Promise<Session | 'customer_deleted' | null> {
  const { database, options } = context
  const item = context.catalogue.get(order.item_id)
  const payer = await payerOf(context, order, identity)
  const built = paramsOf(order, item, payer, options, context.nowSeconds())
  const opened = await openAttempt(database, order.id, JSON.stringify(built))
  if (opened === 'has_session') return await sessionNow(context, order.id)
  if (opened === 'over') {
    throw new EngineError('ORDER_CLOSED', `order ${order.id} gets no session any more`)
  }
  try {
    return await send(context, order, opened)
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    if (await isCustomerDeleted(context, JSON.parse(opened.params), error)) {
      return 'customer_deleted'
    }
    throw refusedBy(error, context.logger, `a session for order ${order.id}`, {
      orderId: order.id,
    })
  }
}

const codeOf = (error: unknown): string =>
  error instanceof StripeRefusal ? (error.stripeCode ?? String(error.status)) : 'api_error'

/** Null when the order took another session meanwhile. */
async function send(
  context: CheckoutContext,
  order: OrderRow,
  opened: AttemptRow,
): Promise<Session | null> {
  const session = await create(context, order, opened)
  if (await recordAnswer(context.database, order.id, opened.attempt, session.id)) return session
  await expireSurplus(context, order, session.id)
  return null
}

async function create(
  { database, stripe, options }: CheckoutContext,
  order: OrderRow,
  { attempt, params }: AttemptRow,
): Promise<Session> {
  const stored: Params = JSON.parse(params)
  try {
    return await stripe.createSession(
      { ...stored, metadata: { ...stored.metadata, [ATTEMPT_MARKER]: String(attempt) } },
      { idempotencyKey: `${order.id}:${attempt}`, timeoutMs: options.timeoutMs },
    )
  } catch (error) {
    if (endsKey(error)) await recordRefusal(database, order.id, attempt, codeOf(error))
    throw error
  }
}

/** Nobody may pay this one. A refusal here is about its end: it was asked for, and made. */
async function expireSurplus(
  { stripe, logger, options }: CheckoutContext,
  order: OrderRow,
  sessionId: string,
): Promise<void> {
  try {
    await stripe.expireSession(sessionId, { timeoutMs: options.timeoutMs })
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    logger.warn('Stripe refused to expire a surplus session', {
      orderId: order.id,
      stripeCode: codeOf(error),
    })
  }
}

/**
 * Asks once more for the session of an order that stands in another one's way: its attempt may have
 * opened one that somebody can pay. Afterwards the order has its session, or the attempt is refused,
 * or there was none and the order is closed.
 * @throws EngineError `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT`: still unknown; `STRIPE_REFUSED`.
 */
export async function learnSession(context: CheckoutContext, order: OrderRow): Promise<void> {
  const attempt = await attemptOrClose(context.database, order.id)
  if (attempt === null) return
  try {
    await send(context, order, attempt)
  } catch (error) {
    if (endsKey(error)) return
    throw refusedBy(error, context.logger, `a session for order ${order.id}`, {
      orderId: order.id,
    })
  }
}

/** Only Stripe's own word that it was deleted counts: a wrong API key would see no customer at all. */
async function isCustomerDeleted(
  { database, stripe, options }: CheckoutContext,
  { customer: customerId }: Params,
  { stripeCode }: StripeRefusal,
): Promise<boolean> {
  if (customerId === undefined || stripeCode !== 'resource_missing') return false
  const customer = await stripe.customer(customerId, { timeoutMs: options.timeoutMs })
  if (customer === null || customer.deleted !== true) return false
  await markCustomerDeleted(database, customerId)
  return true
}

/** A request beside this one got the answer first. */
async function sessionNow(context: CheckoutContext, orderId: string): Promise<Session | null> {
  const order = await findOrder(context.database, 'id', orderId, 'read')
  return order?.session_id == null ? null : await sessionOf(context, order.session_id)
}
