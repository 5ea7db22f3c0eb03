// Owns reading charges, refunds and disputes: the few fields that matter, from events and answers alike.
import { isJsonObject, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import { hasMore, idOf, textOf, timeOf, wholeOf } from '../fields.ts'

export interface ChargeFacts {
  readonly id: string
  /** The order in our own metadata; not stored, for the order takes the payment intent over. */
  readonly marker: string | null
  readonly intentId: string | null
  readonly customerId: string | null
  readonly currency: string
  readonly amount: number
  /** Stripe's sum of what was refunded and did not fail. */
  readonly amountRefunded: number
  readonly created: Date | null
}

export interface RefundFacts {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly status: string
  readonly reason: string | null
  readonly failureReason: string | null
  /** Null when it did not fail, or when Stripe does not say when. */
  readonly failedAt: Date | null
  readonly created: Date | null
}

export interface DisputeFacts {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly status: string
  readonly reason: string | null
  readonly dueAt: Date | null
  readonly created: Date | null
}

/** How a dispute was decided, for now: an appeal may follow. */
export type Decision = 'won' | 'lost'

/** A page of refunds, the newest first. */
export interface RefundPage {
  readonly refunds: readonly RefundFacts[]
  readonly hasMore: boolean
}

/** The charge that a refund event is about: the object itself, or the one that the refund names. */
export const chargeIdOf = (object: JsonObject): string | null =>
  object.object === 'charge' ? idOf(object.id) : idOf(object.charge)

/** Null when it lacks what no charge lacks. */
export function readCharge(object: JsonObject): ChargeFacts | null {
  const id = idOf(object.id)
  const currency = textOf(object.currency)
  const amount = wholeOf(object.amount)
  const amountRefunded = wholeOf(object.amount_refunded)
  if (id === null || currency === null || amount === null || amountRefunded === null) return null
  return {
    id,
    marker: markerOf(object),
    intentId: idOf(object.payment_intent),
    customerId: idOf(object.customer),
    currency: currency.toLowerCase(),
    amount,
    amountRefunded,
    created: timeOf(object.created),
  }
}

/** The money came back with a balance transaction of its own, whose time is the failure's. */
const failedAtOf = ({ failure_balance_transaction: back }: JsonObject): Date | null =>
  isJsonObject(back) ? timeOf(back.created) : null

function readRefund(object: JsonObject): RefundFacts | null {
  const id = idOf(object.id)
  const amount = wholeOf(object.amount)
  const currency = textOf(object.currency)
  if (id === null || amount === null || currency === null) return null
  return {
    id,
    amount,
    currency: currency.toLowerCase(),
    // Refunds of many years ago have none, and went through.
    status: textOf(object.status) ?? 'succeeded',
    reason: textOf(object.reason),
    failureReason: textOf(object.failure_reason),
    failedAt: failedAtOf(object),
    created: timeOf(object.created),
  }
}

/** A list as Stripe expands or pages it; none is an empty one. Null when it cannot be read. */
export function readRefundPage(list: unknown): RefundPage | null {
  if (list === undefined || list === null) return { refunds: [], hasMore: false }
  if (!isJsonObject(list) || !Array.isArray(list.data)) return null
  const refunds: RefundFacts[] = []
  for (const entry of list.data) {
    const refund = isJsonObject(entry) ? readRefund(entry) : null
    if (refund === null) return null
    refunds.push(refund)
  }
  return { refunds, hasMore: hasMore(list) }
}

export function readDispute(object: JsonObject): DisputeFacts | null {
  const id = idOf(object.id)
  const amount = wholeOf(object.amount)
  const currency = textOf(object.currency)
  const status = textOf(object.status)
  if (id === null || amount === null || currency === null || status === null) return null
  const details = isJsonObject(object.evidence_details) ? object.evidence_details : {}
  return {
    id,
    amount,
    currency: currency.toLowerCase(),
    status,
    reason: textOf(object.reason),
    dueAt: timeOf(details.due_by),
    created: timeOf(object.created),
  }
}

export const decisionOf = (status: unknown): Decision | null =>
  status === 'won' || status === 'lost' ? status : null
