// Owns refunds of orders: amounts that Stripe keeps, read anew for every refund event.
import type { Queryable } from '../../../ports/database.ts'
import { isJsonObject, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import type { Apply, AskStep, EventItem, Outcome, Plan } from '../projector.ts'
import { addHistory, causeText, findOrder, type OrderRow, setRefunded } from './row.ts'
import { notOurs } from './settle.ts'

const idOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  return isJsonObject(value) && typeof value.id === 'string' ? value.id : null
}

/** A refund event is about a charge, or about a refund that names its charge. */
function chargeIdOf(object: JsonObject): string | null {
  return object.object === 'charge' ? idOf(object.id) : idOf(object.charge)
}

async function knownOrder(read: Queryable, object: JsonObject): Promise<OrderRow | null> {
  const marker = markerOf(object)
  if (marker !== null) return await findOrder(read, 'id', marker, 'read')
  const intent = idOf(object.payment_intent)
  return intent === null ? null : await findOrder(read, 'payment_intent_id', intent, 'read')
}

/**
 * Refund events come in any order and a refund can fail after it succeeded, so the event is a
 * hint: the charge is asked for. An answer that is newer than the event has said it already. A
 * refund carries no marker of ours and may come before its order knows its payment, so only the
 * charge itself can tell that it is not ours.
 */
export async function planRefund(item: EventItem, read: Queryable): Promise<Plan> {
  const { object } = item
  const chargeId = chargeIdOf(object)
  const order = await knownOrder(read, object)
  if (order !== null && order.refund_ticket > item.seq) return apply(async () => ({ kind: 'done' }))
  if (order === null && markerOf(object) !== null) return apply(async () => UNKNOWN_ORDER)
  const foreign = order === null && object.object === 'charge'
  if (chargeId === null || foreign) return apply(async (scope) => notOurs(scope))
  return { kind: 'ask', ask: askForCharge(chargeId) }
}

const UNKNOWN_ORDER: Outcome = { kind: 'not_yet', reason: 'unknown_order' }

const apply = (run: Apply): Plan => ({ kind: 'apply', apply: run })

function askForCharge(chargeId: string): AskStep {
  return async ({ stripe, timeoutMs, ticket }) => {
    const answer: unknown = await stripe.charge(chargeId, { timeoutMs })
    if (!isJsonObject(answer)) return async () => UNKNOWN_ORDER
    return writeRefunded(answer, ticket)
  }
}

function writeRefunded(charge: JsonObject, ticket: bigint): Apply {
  return async (scope) => {
    const known = await knownOrder(scope.tx, charge)
    if (known === null) return markerOf(charge) === null ? notOurs(scope) : UNKNOWN_ORDER
    const before = await findOrder(scope.tx, 'id', known.id, 'lock')
    const refunded = charge.amount_refunded
    if (before === null || typeof refunded !== 'number') return UNKNOWN_ORDER
    const orderId = before.id
    const intent = idOf(charge.payment_intent)
    if (before.payment_intent_id !== null && before.payment_intent_id !== intent) {
      return { kind: 'quarantined', reason: 'order_state', holds: null }
    }
    const after = await setRefunded(scope.tx, orderId, refunded, ticket, intent)
    if (after === null || after.amount_refunded === before.amount_refunded) return { kind: 'done' }
    const note = `refunded ${refunded} of ${before.amount_total ?? 'an unknown total'}`
    const status = before.status
    await addHistory(scope.tx, {
      orderId,
      from: status,
      to: status,
      ...causeText(scope.cause),
      note,
    })
    scope.note({
      level: 'info',
      message: 'order refunds changed',
      fields: { orderId, state: status, seq: String(scope.item.seq) },
    })
    return { kind: 'done' }
  }
}
