// Owns refunds of orders: amounts that Stripe keeps, read anew for every refund event.
import type { Queryable } from '../../../ports/database.ts'
import { isJsonObject, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import type { Apply, AskStep, EventItem, Plan } from '../projector.ts'
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
 * hint: the charge is asked for. An answer that is newer than the event has said it already.
 */
export async function planRefund(item: EventItem, read: Queryable): Promise<Plan> {
  const { object } = item
  const chargeId = chargeIdOf(object)
  const order = await knownOrder(read, object)
  if (order === null) {
    const ours = markerOf(object) !== null
    const missing: Apply = async (scope) =>
      ours ? { kind: 'not_yet', reason: 'unknown_order' } : notOurs(scope)
    return { kind: 'apply', apply: missing }
  }
  if (chargeId === null || order.refund_ticket > item.seq) {
    return { kind: 'apply', apply: async () => ({ kind: 'done' }) }
  }
  return { kind: 'ask', ask: askForCharge(chargeId, order.id) }
}

function askForCharge(chargeId: string, orderId: string): AskStep {
  return async ({ stripe, timeoutMs, ticket }) => {
    const charge = await stripe.charge(chargeId, { timeoutMs })
    if (charge === null) return async () => ({ kind: 'done' })
    return writeRefunded(orderId, charge.amount_refunded, idOf(charge.payment_intent), ticket)
  }
}

function writeRefunded(
  orderId: string,
  refunded: number,
  paymentIntentId: string | null,
  ticket: bigint,
): Apply {
  return async (scope) => {
    const before = await findOrder(scope.tx, 'id', orderId, 'lock')
    if (before === null) return { kind: 'not_yet', reason: 'unknown_order' }
    const paidBy = before.payment_intent_id
    if (paidBy !== null && paidBy !== paymentIntentId) {
      return { kind: 'quarantined', reason: 'order_state', holds: null }
    }
    const after = await setRefunded(scope.tx, orderId, refunded, ticket)
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
