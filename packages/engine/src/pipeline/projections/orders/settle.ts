// Owns settle(session): the one way in which a session changes an order, for event and check alike.
import type { CatalogueItem } from '../../../config.ts'
import { assertNever } from '../../../types.ts'
import { isJsonObject, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import type { Apply, Asking, AskStep, Outcome, Scope } from '../projector.ts'
import { type Allowances, judge, readSession, type SessionFacts } from './judge.ts'
import {
  addHistory,
  causeText,
  findOrder,
  flagPaidAfterEnd,
  moveOrder,
  type OrderRow,
  toOrder,
  toSnapshot,
} from './row.ts'
import { ORDER_STATES } from './states.ts'

export type AllowancesOf = (itemId: string) => Allowances

export function allowancesFrom(catalogue: {
  readonly [itemId: string]: CatalogueItem
}): AllowancesOf {
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
          ask: askForSession(session.id, eventType, allowancesOf, {
            kind: 'quarantined',
            reason: judgement.reason,
            holds: order.id,
          }),
        }
      case 'move':
        return await move(scope, order, judgement.to, session)
      default:
        return assertNever(judgement)
    }
  }
}

/**
 * Fetches the session with its line items and judges that. A doubt that Stripe's answer does not
 * explain, or for which Stripe has no answer, stands.
 */
export function askForSession(
  sessionId: string,
  eventType: string | null,
  allowancesOf: AllowancesOf,
  doubt: Outcome | null,
): AskStep {
  return async ({ stripe, timeoutMs }: Asking) => {
    const answer: unknown = await stripe.session(sessionId, { timeoutMs })
    if (isJsonObject(answer)) return settleSession(answer, eventType, allowancesOf, doubt)
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
      return doubt ?? { kind: 'done' }
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
  const { fact } = ORDER_STATES[to]
  if (fact !== null) await scope.emit(fact, toOrder(moved))
  return { kind: 'done' }
}
