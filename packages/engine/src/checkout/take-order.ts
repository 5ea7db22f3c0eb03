// Owns which order a request means: the one of its key, an unanswered or open one, or a new one.
import type Stripe from 'stripe'
import { isPlan } from '../catalogue.ts'
import { userIdOf } from '../customers/context.ts'
import { EngineError } from '../errors.ts'
import type { OrderRow } from '../pipeline/projections/orders/row.ts'
import type { Database } from '../ports/database.ts'
import {
  assertSame,
  findByKey,
  findUnanswered,
  holdBuyer,
  insertOrder,
  type NewOrder,
  rebindBrowser,
} from './attempts.ts'
import type { CheckoutContext, SessionRequest } from './context.ts'
import { type CheckoutRequest, hashBrowser } from './request.ts'
import { takeSignUp } from './sign-up.ts'

export const BROWSER_BYTES = 32
const ORDER_ID_BYTES = 12

export interface Asked {
  readonly input: SessionRequest
  readonly request: CheckoutRequest
  readonly browser: string
  /** The browser brought its binding: it was here before. */
  readonly cameBack: boolean
}

export interface Taken {
  readonly order: OrderRow
  /** Its session, where Stripe was just asked for it. */
  readonly session: Stripe.Checkout.Session | null
}

/** Finds the order that this request means, or writes a new one. */
export async function takeOrder(context: CheckoutContext, asked: Asked): Promise<Taken> {
  const { input, request, browser, cameBack } = asked
  const { database, random } = context
  const browserHash = hashBrowser(browser)
  const userId = input.identity === null ? null : userIdOf(input.identity.userId)
  // A key is the buyer's own secret word: another user's same word is another order.
  const scope = userId === null ? 'guest' : `user:${userId}`
  const key = input.idempotencyKey ?? `once:${random.hex(BROWSER_BYTES)}`
  const known = await findByKey(database, scope, key)
  if (known !== null) {
    return { order: await recognise(database, known, asked, browserHash), session: null }
  }
  const item = context.catalogue.get(request.itemId)
  const plan = item !== undefined && isPlan(item) ? item : null
  const isSignedUp = plan !== null && userId !== null
  if (input.idempotencyKey === null && cameBack && browserHash !== null && !isSignedUp) {
    const unanswered = await findUnanswered(database, browserHash, request, userId)
    if (unanswered !== null) return { order: unanswered, session: null }
  }
  const order: NewOrder = {
    id: `ord_${random.hex(ORDER_ID_BYTES)}`,
    kind: plan === null ? 'payment' : 'subscription',
    request,
    price: await context.catalogue.price(request.itemId),
    livemode: context.mode === 'live',
    trialDays: plan?.trialDays ?? null,
    userId,
    browserHash,
    scope,
    key,
  }
  if (isSignedUp) return await takeSignUp(context, plan, { ...order, userId })
  return { order: await place(context, order), session: null }
}

async function place(context: CheckoutContext, order: NewOrder): Promise<OrderRow> {
  const { database, logger } = context
  const { id, scope, key, request, userId } = order
  const inserted = await database.transaction(async (tx) => {
    if (userId !== null) await holdBuyer(tx, userId)
    return await insertOrder(tx, order)
  })
  const placed = await findByKey(database, scope, key)
  if (placed === null) throw new TypeError(`takeOrder: order ${id} was not written`)
  if (inserted) logger.info('order created', { orderId: id, itemId: request.itemId })
  return assertSame(placed, request)
}

/** The order of a key that was used before: for the same request, and the same browser if known. */
async function recognise(
  database: Database,
  order: OrderRow,
  { request, cameBack }: Asked,
  browserHash: string | null,
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
