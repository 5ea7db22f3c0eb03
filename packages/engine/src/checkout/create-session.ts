// Owns create-session: the order first, then Stripe, then the answer; a repeat sends the same bytes.
import type Stripe from 'stripe'
import type { CatalogueItem, CheckoutOptions, Identity } from '../config.ts'
import { EngineError } from '../errors.ts'
import { ATTEMPT_MARKER, ORDER_MARKER } from '../pipeline/inbox/lanes.ts'
import { findOrder, type OrderRow } from '../pipeline/projections/orders/row.ts'
import type { Random } from '../ports/clock.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { type StripePort, StripeRefusal } from '../ports/stripe.ts'
import type { Mode } from '../types.ts'
import {
  findByKey,
  findUnanswered,
  insertOrder,
  openAttempt,
  rebindBrowser,
  recordAnswer,
  recordRefusal,
} from './attempts.ts'
import type { Catalogue } from './catalogue.ts'
import { assertIdempotencyKey, type CheckoutRequest, hashBrowser, parseRequest } from './request.ts'

export interface CheckoutContext {
  readonly database: Database
  readonly stripe: StripePort
  readonly catalogue: Catalogue
  readonly mode: Mode
  readonly random: Random
  readonly logger: Logger
  readonly options: CheckoutOptions
  /** Unix seconds, for the session's expiry. */
  readonly nowSeconds: () => number
}

export interface SessionRequest {
  readonly body: unknown
  readonly identity: Identity | null
  readonly browser: string | null
  readonly idempotencyKey: string | null
}

export interface SessionMade {
  readonly orderId: string
  readonly sessionId: string
  readonly url: string
  /** The browser's binding: the one it came with, or a new one to set. */
  readonly browser: string
}

const BROWSER_BYTES = 32
const ORDER_ID_BYTES = 12
const SESSION_SECONDS_DEFAULT = 86_400

/**
 * @throws EngineError 422 codes for the input, `IDEMPOTENCY_MISMATCH`, `ORDER_CLOSED`, and
 * `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT` (repeat with the same key), `STRIPE_REFUSED`.
 */
export async function createSession(
  context: CheckoutContext,
  input: SessionRequest,
): Promise<SessionMade> {
  const request = parseRequest(input.body, context.catalogue)
  if (input.idempotencyKey !== null) assertIdempotencyKey(input.idempotencyKey)
  const known = hashBrowser(input.browser) === null ? null : input.browser
  const browser = known ?? context.random.hex(BROWSER_BYTES)
  const order = await takeOrder(context, input, request, browser, known !== null)
  const session =
    order.session_id === null
      ? await askForSession(context, order, input.identity)
      : await sessionOf(context, order.session_id)
  if (session?.url === null || session?.url === undefined || session.status !== 'open') {
    throw new EngineError('ORDER_CLOSED', `the session of order ${order.id} is no longer open`)
  }
  return { orderId: order.id, sessionId: session.id, url: session.url, browser }
}

const sessionOf = (context: CheckoutContext, sessionId: string) =>
  context.stripe.session(sessionId, { timeoutMs: context.options.timeoutMs })

/** Finds the order that this request means, or writes a new one. */
async function takeOrder(
  context: CheckoutContext,
  input: SessionRequest,
  request: CheckoutRequest,
  browser: string,
  cameBack: boolean,
): Promise<OrderRow> {
  const { database, random } = context
  const browserHash = hashBrowser(browser)
  const userId = input.identity?.userId ?? null
  // A key is the buyer's own secret word: another user's same word is another order.
  const scope = userId === null ? 'guest' : `user:${userId}`
  const key = input.idempotencyKey ?? `once:${random.hex(BROWSER_BYTES)}`
  const known = await findByKey(database, scope, key)
  if (known !== null) return await recognise(database, known, request, browserHash, cameBack)
  if (input.idempotencyKey === null && cameBack && browserHash !== null) {
    const unanswered = await findUnanswered(database, browserHash, request, userId)
    if (unanswered !== null) return unanswered
  }
  const price = await context.catalogue.price(request.itemId)
  const id = `ord_${random.hex(ORDER_ID_BYTES)}`
  const livemode = context.mode === 'live'
  const inserted = await insertOrder(database, {
    id,
    request,
    price,
    livemode,
    userId,
    browserHash,
    scope,
    key,
  })
  const order = await findByKey(database, scope, key)
  if (order === null) throw new TypeError(`takeOrder: order ${id} was not written`)
  if (inserted) context.logger.info('order created', { orderId: id, itemId: request.itemId })
  return assertSame(order, request)
}

/** The order of a key that was used before: for the same request, and the same browser if known. */
async function recognise(
  database: Database,
  order: OrderRow,
  request: CheckoutRequest,
  browserHash: string | null,
  cameBack: boolean,
): Promise<OrderRow> {
  assertSame(order, request)
  if (order.user_id !== null || browserHash === null || order.browser_hash === browserHash) {
    return order
  }
  if (cameBack) {
    throw new EngineError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key is another browser’s', {
      field: 'Idempotency-Key',
    })
  }
  return (await rebindBrowser(database, order.id, browserHash)) ?? order
}

function assertSame(order: OrderRow, request: CheckoutRequest): OrderRow {
  if (order.item_id === request.itemId && order.quantity === request.quantity) return order
  throw new EngineError(
    'IDEMPOTENCY_MISMATCH',
    'this Idempotency-Key was used with another item or quantity',
    { field: 'Idempotency-Key' },
  )
}

/**
 * The parameters are stored before they are sent, and sent as stored: Stripe refuses the same
 * idempotency key with others. A new attempt opens only after a recorded refusal.
 */
async function askForSession(
  context: CheckoutContext,
  order: OrderRow,
  identity: Identity | null,
): Promise<Stripe.Checkout.Session | null> {
  const { database, stripe, options, logger } = context
  const item = context.catalogue.get(order.item_id) ?? {}
  const email = identity?.email
  const built = paramsOf(context, order, item, email)
  const opened = await openAttempt(database, order.id, JSON.stringify(built))
  if (opened === null) return await sessionNow(context, order.id)
  const stored: Stripe.Checkout.SessionCreateParams = JSON.parse(opened.params)
  try {
    const session = await stripe.createSession(
      { ...stored, metadata: { ...stored.metadata, [ATTEMPT_MARKER]: String(opened.attempt) } },
      { idempotencyKey: `${order.id}:${opened.attempt}`, timeoutMs: options.timeoutMs },
    )
    if (await recordAnswer(database, order.id, opened.attempt, session.id)) return session
    // The order took another session meanwhile: nobody may pay this one.
    await stripe.expireSession(session.id, { timeoutMs: options.timeoutMs })
    return null
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    const stripeCode = error.stripeCode ?? String(error.status)
    // A wrong API key says nothing about an attempt whose outcome may be a session.
    if (error.aboutRequest) await recordRefusal(database, order.id, opened.attempt, stripeCode)
    logger.error('Stripe refused to create a session', {
      orderId: order.id,
      attempt: opened.attempt,
      stripeCode,
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    })
    throw new EngineError('STRIPE_REFUSED', `Stripe refused a session for order ${order.id}`, {
      cause: error,
    })
  }
}

/** A request beside this one got the answer first. */
async function sessionNow(
  context: CheckoutContext,
  orderId: string,
): Promise<Stripe.Checkout.Session | null> {
  const order = await findOrder(context.database, 'id', orderId, 'read')
  return order?.session_id == null ? null : await sessionOf(context, order.session_id)
}

/** Our marker rides on the session and on the payment intent, so that charges carry it too. */
function paramsOf(
  context: CheckoutContext,
  order: OrderRow,
  item: CatalogueItem,
  email: string | undefined,
): Stripe.Checkout.SessionCreateParams {
  const { publicUrl, sessionSeconds } = context.options
  const metadata = { [ORDER_MARKER]: order.id }
  return {
    ...item.session,
    mode: 'payment',
    line_items: [{ price: order.price_id, quantity: order.quantity }],
    success_url: `${publicUrl}/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${publicUrl}/cancel?order=${order.id}`,
    client_reference_id: order.id,
    metadata,
    payment_intent_data: { metadata },
    ...(email === undefined ? {} : { customer_email: email }),
    ...(item.allow?.discount === true ? { allow_promotion_codes: true } : {}),
    // 24 hours is Stripe's default and its limit: a clock ahead of Stripe's would exceed it.
    ...(sessionSeconds === SESSION_SECONDS_DEFAULT
      ? {}
      : { expires_at: context.nowSeconds() + sessionSeconds }),
  }
}
