// Owns settle(session): the one way in which a session changes an order, for event and check alike.
import type { CatalogueItems } from '../../../catalogue.ts'
import type { Queryable } from '../../../ports/database.ts'
import { assertNever } from '../../../types.ts'
import { insertCheck } from '../../inbox/checks.ts'
import { isJsonObject, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import type { AccessRules } from '../access/rules.ts'
import { settleBuyer } from '../access/settle-buyer.ts'
import { buyerOf, findBuyer } from '../buyers/row.ts'
import { hold } from '../hold.ts'
import { settleOrderPayments } from '../payments/settle-payments.ts'
import type { Apply, Asking, AskStep, Outcome, Scope } from '../projector.ts'
import { findSubscription } from '../subscriptions/row.ts'
import { type Allowances, judge, readSession, type SessionFacts } from './judge.ts'
import {
  addHistory,
  causeText,
  findOrder,
  flagPaidAfterEnd,
  moveOrder,
  type OrderRow,
  setBuyer,
  toOrder,
  toSnapshot,
} from './row.ts'
import { ORDER_STATES } from './states.ts'

export type AllowancesOf = (itemId: string) => Allowances

export function allowancesFrom(catalogue: CatalogueItems): AllowancesOf {
  return (itemId) => {
    const allow = Object.hasOwn(catalogue, itemId) ? catalogue[itemId]?.allow : undefined
    return {
      discount: allow?.discount === true,
      tax: allow?.tax === true,
      shipping: allow?.shipping === true,
    }
  }
}

/** A session belongs to an order by its id, else by our marker. client_reference_id proves nothing. */
async function orderOf(scope: Scope, object: JsonObject, session: SessionFacts) {
  const marker = markerOf(object)
  const bySession = await findOrder(scope.tx, 'session_id', session.id, 'lock')
  if (bySession !== null || marker === null) return { order: bySession, marker }
  return { order: await findOrder(scope.tx, 'id', marker, 'lock'), marker }
}

/**
 * Applies a session to its order. Safe any number of times, concurrently, in any order: the row is
 * locked, the move is a compare-and-set upward, and the effects are keyed by the fact. `doubt` is
 * what a first look at another copy of the session came to: only a paid session that matches in
 * all explains it away.
 */
export function settleSession(
  object: JsonObject,
  eventType: string | null,
  allowancesOf: AllowancesOf,
  rules: AccessRules,
  doubt: Outcome | null = null,
): Apply {
  return async (scope) => {
    const session = readSession(object, eventType)
    if (session === null) return { kind: 'quarantined', reason: 'unusable_payload', holds: null }
    const { order, marker } = await orderOf(scope, object, session)
    if (order === null) {
      return marker === null ? notOurs(scope) : { kind: 'not_yet', reason: 'unknown_order' }
    }
    if (marker !== null && marker !== order.id) {
      return { kind: 'quarantined', reason: 'session_mismatch', holds: null }
    }
    const judgement = judge(toSnapshot(order), session, allowancesOf(order.item_id))
    const explained = judgement.kind === 'move' && judgement.to === 'fulfilled'
    if (doubt !== null && !explained && judgement.kind !== 'mismatch') return doubt
    switch (judgement.kind) {
      case 'stay':
        return { kind: 'done' }
      case 'mismatch': {
        // Another session, or another payment, says nothing against the order itself.
        const foreign = ['session_mismatch', 'order_state'].includes(judgement.reason)
        return {
          kind: 'quarantined',
          reason: judgement.reason,
          holds: foreign ? null : order.id,
        }
      }
      case 'look_closer':
        return {
          kind: 'ask',
          ask: askForSession(session.id, eventType, allowancesOf, rules, {
            outcome: { kind: 'quarantined', reason: judgement.reason, holds: order.id },
            withInvoice: order.kind === 'subscription',
          }),
        }
      case 'move':
        if (explained && (await isOfOtherCustomer(scope.tx, order, session))) {
          return { kind: 'quarantined', reason: 'session_mismatch', holds: order.id }
        }
        return await move(scope, order, judgement.to, session, rules)
      default:
        return assertNever(judgement)
    }
  }
}

/**
 * A sign-up is asked for in the name of its buyer's customer. Paid by another one, its access would
 * go to somebody else than the order says, so a person has to look.
 */
async function isOfOtherCustomer(
  tx: Queryable,
  order: OrderRow,
  { customerId }: SessionFacts,
): Promise<boolean> {
  if (order.kind !== 'subscription' || order.buyer_id === null || customerId === null) return false
  const buyer = await findBuyer(tx, 'id', order.buyer_id)
  return buyer !== null && buyer.customer_id !== null && buyer.customer_id !== customerId
}

interface Doubt {
  /** What the first look came to. */
  readonly outcome: Outcome
  /** A balance may have paid a sign-up: its first invoice tells. */
  readonly withInvoice: boolean
}

/**
 * Fetches the session with its line items and judges that. A doubt that Stripe's answer does not
 * explain, or for which Stripe has no answer, stands.
 */
export function askForSession(
  sessionId: string,
  eventType: string | null,
  allowancesOf: AllowancesOf,
  rules: AccessRules,
  doubt: Doubt | null,
): AskStep {
  return async ({ stripe, timeoutMs }: Asking) => {
    const { outcome = null, withInvoice = false } = doubt ?? {}
    const answer: unknown = await stripe.session(sessionId, { timeoutMs, withInvoice })
    if (isJsonObject(answer)) return settleSession(answer, eventType, allowancesOf, rules, outcome)
    return async (scope) => {
      scope.note({
        level: 'warn',
        message: 'Stripe does not know this session',
        fields: {
          seq: String(scope.item.seq),
          lane: scope.item.lane,
          cure: 'Check that the API key is of the account and mode in which the order was made.',
        },
      })
      return outcome ?? { kind: 'done' }
    }
  }
}

/** The app may still handle the raw event; the log says how it would become ours. */
export function notOurs(scope: Scope): Outcome {
  const { item } = scope
  scope.note({
    level: 'info',
    message: 'ignored: the object carries no marker of ours',
    fields: {
      ...(item.kind === 'event' ? { eventId: item.eventId, type: item.type } : {}),
      seq: String(item.seq),
      reason: 'not_ours',
      cure: 'Sessions made by create-session carry metadata.quittance_order; payment links, other apps and CLI triggers do not.',
    },
  })
  return { kind: 'ignored', reason: 'not_ours' }
}

async function move(
  scope: Scope,
  order: OrderRow,
  to: OrderRow['status'],
  session: SessionFacts,
  rules: AccessRules,
): Promise<Outcome> {
  const { cause, eventId, seq } = causeText(scope.cause)
  // The usual duplicate fact: nothing to compare, nothing to set.
  if (order.status === to) return { kind: 'done' }
  const moved = await moveOrder(scope.tx, order.id, to, session)
  if (moved === null) {
    if (ORDER_STATES[to].ended) await flagPaidAfterEnd(scope.tx, order.id)
    scope.note({
      level: 'warn',
      message: 'refused an order transition',
      fields: { orderId: order.id, from: order.status, to, cause, seq: String(seq) },
    })
    return { kind: 'done' }
  }
  const note = moved.paid_after_end && !order.paid_after_end ? 'paid after its session ended' : null
  await addHistory(scope.tx, {
    orderId: order.id,
    from: order.status,
    to,
    cause,
    eventId,
    seq,
    note,
  })
  scope.note({
    level: note === null ? 'info' : 'warn',
    message: note === null ? 'order moved' : 'order moved: paid after its session ended',
    fields: { orderId: order.id, from: order.status, to, cause, seq: String(seq) },
  })
  if (to === 'fulfilled') await askForSubscription(scope, moved)
  const after = hold(scope)
  await settleOwner(after.scope, moved, session.customerId, rules)
  const { tells } = ORDER_STATES[to]
  if (tells !== null) {
    const key = `order:${order.id}:${tells.replace(/^order\./, '')}`
    const settled = await findOrder(scope.tx, 'id', order.id, 'read')
    scope.emit({ name: tells, key, about: { order: toOrder(settled ?? moved) } })
  }
  after.release()
  return { kind: 'done' }
}

/**
 * The buyer is back and wants what the subscription gives, while its own events are late or lost. An
 * event of the session comes with theirs, so it asks nothing. The question waits in this item's own
 * lane, so that its worker finds it without a bell.
 */
async function askForSubscription(
  { tx, item, cause }: Scope,
  { subscription_id: objectId }: OrderRow,
): Promise<void> {
  if (cause.kind !== 'check' || objectId === null) return
  if ((await findSubscription(tx, objectId)) !== null) return
  const { lane } = item
  await insertCheck(tx, { objectType: 'subscription', objectId, origin: 'question', lane })
}

/**
 * Access follows the buyer's orders. A guest's customer becomes a buyer of its own; an order with
 * neither has no access, but what went back of its payment may have come before this.
 */
async function settleOwner(
  scope: Scope,
  order: OrderRow,
  customerId: string | null,
  rules: AccessRules,
): Promise<void> {
  const { tx } = scope
  if (order.buyer_id !== null) {
    await settleBuyer(scope, order.buyer_id, rules)
    return
  }
  const { user_id: userId } = order
  if (userId === null && customerId === null) return await settleOrderPayments(scope, order)
  const buyer =
    userId === null
      ? await buyerOf(tx, 'customer_id', customerId ?? '')
      : await buyerOf(tx, 'user_id', userId)
  await setBuyer(tx, order.id, buyer.id)
  await settleBuyer(scope, buyer.id, rules)
}
