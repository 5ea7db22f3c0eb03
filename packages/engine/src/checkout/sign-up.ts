// Owns the sign-up of a known buyer: one open session, one subscription of a group, one trial.
import type Stripe from 'stripe'
import { groupOf, type PlanItem } from '../catalogue.ts'
import { EngineError } from '../errors.ts'
import { insertCheck } from '../pipeline/inbox/checks.ts'
import { laneOfOrder } from '../pipeline/inbox/lanes.ts'
import { buyerOf, lockBuyer } from '../pipeline/projections/buyers/row.ts'
import { findOrder, type OrderRow } from '../pipeline/projections/orders/row.ts'
import { ORDER_STATES } from '../pipeline/projections/orders/states.ts'
import type { Transaction } from '../ports/database.ts'
import { learnSession } from './ask-session.ts'
import { assertSame, findByKey, insertOrder, type NewOrder } from './attempts.ts'
import type { CheckoutContext } from './context.ts'
import { expire } from './return.ts'
import { findOpenSignUps, hadSignUp, hasSubscription } from './sign-up-rows.ts'

export interface SignUp extends NewOrder {
  readonly userId: string
}

interface Offer {
  readonly order: SignUp
  /** The group's plans, this one included. */
  readonly mates: readonly string[]
  readonly onlyOne: boolean
  readonly trialOnce: boolean
}

type Taken = { readonly order: OrderRow; readonly session: Stripe.Checkout.Session | null }

/** Each turn asks Stripe about one open order of the group; a buyer has one, or two. */
const TURNS_MAX = 20

/** The orders of which Stripe was asked, and which are not in the way. */
interface Looked {
  /** Open where a buyer may hold several, or complete: what their rows say counts. */
  readonly passed: Set<string>
  /** Ended unpaid, whatever their rows say yet. */
  readonly over: Set<string>
}

/**
 * The row of the buyer is locked while we look and write, so that of two tabs the second finds the
 * first one's order; Stripe is asked in between, under no lock.
 * @throws EngineError `SUBSCRIPTION_EXISTS`, `IDEMPOTENCY_MISMATCH` and what `expire` throws.
 */
export async function takeSignUp(
  context: CheckoutContext,
  plan: PlanItem,
  order: SignUp,
): Promise<Taken> {
  const { second = 'refuse', trials = 'once' } = context.groups[groupOf(plan)] ?? {}
  const mates = context.catalogue.groupMates(plan)
  const offer = { order, mates, onlyOne: second === 'refuse', trialOnce: trials === 'once' }
  const looked: Looked = { passed: new Set(), over: new Set() }
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const found = await context.database.transaction((tx) => look(tx, offer, looked))
    if (found.kind === 'merged') continue
    if (found.kind === 'taken') {
      if (found.isNew) {
        context.logger.info('order created', { orderId: order.id, itemId: order.request.itemId })
      }
      return { order: found.order, session: null }
    }
    if (found.kind === 'unanswered') {
      await learnSession(context, found.order)
      continue
    }
    const session = await visit(context, offer, found.order)
    if (typeof session === 'object') return { order: found.order, session }
    looked[session].add(found.order.id)
  }
  throw exists()
}

const exists = () =>
  new EngineError('SUBSCRIPTION_EXISTS', 'this buyer has a subscription of this group already')

type Found =
  | { readonly kind: 'taken'; readonly order: OrderRow; readonly isNew: boolean }
  /** Its session was asked for, or will be, and may be opened beside ours. */
  | { readonly kind: 'unanswered'; readonly order: OrderRow }
  /** An open order whose session may have ended: Stripe knows. */
  | { readonly kind: 'ask'; readonly order: OrderRow }
  /** Its row became another one between look and lock: look again. */
  | { readonly kind: 'merged' }

async function look(
  tx: Transaction,
  { order, mates, onlyOne, trialOnce }: Offer,
  looked: Looked,
): Promise<Found> {
  const { id } = await buyerOf(tx, 'user_id', order.userId)
  const buyer = await lockBuyer(tx, id)
  // An adoption that we waited for may have left the row to a guest: what is the user's moved on.
  if (buyer === null || buyer.user_id !== order.userId) return { kind: 'merged' }
  // Of two requests with one key the second finds the first one's order, and closes nothing for it.
  const known = await findByKey(tx, order.scope, order.key)
  if (known !== null) {
    return { kind: 'taken', order: assertSame(known, order.request), isNew: false }
  }
  if (onlyOne && (await hasSubscription(tx, buyer, mates))) throw exists()
  const open = await findOpenSignUps(tx, buyer.id, mates)
  for (const each of open) {
    if (looked.over.has(each.id) || looked.passed.has(each.id)) continue
    if (each.session_id !== null) return { kind: 'ask', order: each }
    // Asked for, and not answered yet: the same request will get the same session.
    if (each.can_be_asked && isSame(each, order)) {
      return { kind: 'taken', order: each, isNew: false }
    }
    if (onlyOne) return { kind: 'unanswered', order: each }
  }
  const trialDays =
    order.trialDays !== null && trialOnce && (await hadSignUp(tx, buyer, mates, [...looked.over]))
      ? null
      : order.trialDays
  const isNew = await insertOrder(tx, { ...order, trialDays })
  const placed = await findByKey(tx, order.scope, order.key)
  if (placed === null) throw new TypeError(`takeSignUp: order ${order.id} was not written`)
  return { kind: 'taken', order: assertSame(placed, order.request), isNew }
}

const isSame = (open: OrderRow, { request, price }: NewOrder): boolean =>
  open.item_id === request.itemId &&
  open.quantity === request.quantity &&
  open.price_id === price.priceId

/** The open session that will do; or what became of one that will not. */
async function visit(
  context: CheckoutContext,
  { order, onlyOne }: Offer,
  open: OrderRow,
): Promise<Stripe.Checkout.Session | keyof Looked> {
  const { stripe, options } = context
  const sessionId = open.session_id ?? ''
  const session = await stripe.session(sessionId, { timeoutMs: options.timeoutMs })
  if (session?.status === 'open') {
    if (isSame(open, order)) return session
    if (!onlyOne) return 'passed'
    // Two open sessions of one group could both be paid.
    await expireBefore(context, open)
    return 'over'
  }
  await settleNow(context, open, sessionId)
  if (session?.status !== 'complete') return 'over'
  if (onlyOne) await assertEndedUnpaid(context, open)
  return 'passed'
}

/** The buyer may have just paid it: then that is the subscription. */
async function expireBefore(context: CheckoutContext, open: OrderRow): Promise<void> {
  await expire(context, open.id).catch((error: unknown) => {
    // It ended by itself a moment ago, and `assertEndedUnpaid` says how.
    if (!(error instanceof EngineError) || error.code !== 'ORDER_CLOSED') throw error
  })
  const now = await findOrder(context.database, 'id', open.id, 'read')
  if (now?.cancel_requested_at === null) await assertEndedUnpaid(context, open)
}

/** Its event is late or lost: Stripe's answer does the same. */
async function settleNow(
  { database, runCheck, options }: CheckoutContext,
  open: OrderRow,
  objectId: string,
): Promise<void> {
  const lane = laneOfOrder(open.id)
  const check = { objectType: 'checkout.session', objectId, lane, origin: 'redirect' } as const
  await runCheck(await insertCheck(database, check), lane, options.successWaitMs)
}

/** A session that is complete has its subscription, unless its payment failed later. */
async function assertEndedUnpaid({ database }: CheckoutContext, open: OrderRow): Promise<void> {
  const now = await findOrder(database, 'id', open.id, 'read')
  const unpaid = now !== null && ORDER_STATES[now.status].ended && now.status !== 'fulfilled'
  if (!unpaid) throw exists()
}
