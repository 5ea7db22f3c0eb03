// Owns reading a subscription: the fields that matter, from shapes before basil and after it.
import type { SubscriptionStatus } from '../../../model.ts'
import { isId, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import { earliest, idOf, latest, listOf, objectOf, textOf, timeOf, wholeOf } from '../fields.ts'
import { isSubscriptionStatus, SUBSCRIPTION_STATES } from './states.ts'

export interface ItemFacts {
  readonly id: string
  readonly priceId: string
  readonly productId: string | null
  readonly lookupKey: string | null
  readonly quantity: number | null
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
}

/** A subscription as we read it, from an event or from Stripe's answer. */
export interface SubscriptionFacts {
  readonly id: string
  /** Where its periods were: in the items (basil and later), or at the top. */
  readonly shape: 'items' | 'top'
  readonly customerId: string
  /** The order in our own metadata. */
  readonly marker: string | null
  readonly livemode: boolean
  readonly status: SubscriptionStatus
  /** It says by itself that it has been let in at some time. */
  readonly begun: boolean
  readonly currency: string | null
  /** By whichever of Stripe's two ways; null while it goes on. */
  readonly cancelAt: Date | null
  readonly cancelAtPeriodEnd: boolean
  readonly canceledAt: Date | null
  readonly cancelReason: string | null
  readonly endedAt: Date | null
  readonly startedAt: Date | null
  readonly trialStart: Date | null
  readonly trialEnd: Date | null
  readonly pauseBehavior: string | null
  readonly pauseResumesAt: Date | null
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
  readonly latestInvoiceId: string | null
  readonly changePending: boolean
  readonly created: Date | null
  readonly items: readonly ItemFacts[]
}

interface Period {
  readonly start: Date | null
  readonly end: Date | null
}

const periodOf = (object: JsonObject): Period => ({
  start: timeOf(object.current_period_start),
  end: timeOf(object.current_period_end),
})

/** Items before basil have no period of their own: the subscription's is theirs. */
function readItem(item: JsonObject, top: Period): ItemFacts | null {
  const price = objectOf(item.price) ?? objectOf(item.plan) ?? {}
  const id = idOf(item)
  const priceId = idOf(item.price) ?? idOf(item.plan)
  if (id === null || priceId === null) return null
  const own = periodOf(item)
  return {
    id,
    priceId,
    productId: idOf(price.product),
    lookupKey: textOf(price.lookup_key),
    quantity: wholeOf(item.quantity),
    periodStart: own.start ?? top.start,
    periodEnd: own.end ?? top.end,
  }
}

/** What is sent as an invoice, or has a trial, waits for no payment before it begins. */
function hasBegun(object: JsonObject, status: SubscriptionStatus): boolean {
  const paused = objectOf(objectOf(object.status_details)?.paused)
  const cause = objectOf(paused?.subscription)?.type
  if (status === 'paused' && cause === 'first_payment_failure') return false
  if (status === 'incomplete' || status === 'incomplete_expired') return false
  return (
    SUBSCRIPTION_STATES[status].begun ||
    timeOf(object.trial_start) !== null ||
    object.collection_method === 'send_invoice'
  )
}

type Ending = Pick<
  SubscriptionFacts,
  'cancelAt' | 'cancelAtPeriodEnd' | 'canceledAt' | 'cancelReason' | 'endedAt'
>

const endingOf = (object: JsonObject, periodEnd: Date | null): Ending => ({
  cancelAt: timeOf(object.cancel_at) ?? (object.cancel_at_period_end === true ? periodEnd : null),
  cancelAtPeriodEnd: object.cancel_at_period_end === true,
  canceledAt: timeOf(object.canceled_at),
  cancelReason: textOf(objectOf(object.cancellation_details)?.reason),
  endedAt: timeOf(object.ended_at),
})

/** Reads a subscription; null when it is none, or one that we cannot make sense of. */
export function readSubscription(object: JsonObject): SubscriptionFacts | null {
  const { id, status } = object
  const customerId = idOf(object.customer)
  const listed = listOf(object.items)
  const known = object.object === 'subscription' && isId(id) && isSubscriptionStatus(status)
  if (!known || customerId === null || listed === null) return null
  const top = periodOf(object)
  const items = listed.map((item) => readItem(item, top))
  if (items.includes(null)) return null
  const read = items.filter((item) => item !== null)
  const periodEnd = latest(read.map((item) => item.periodEnd)) ?? top.end
  const pause = objectOf(object.pause_collection)
  return {
    id,
    shape: top.end === null ? 'items' : 'top',
    customerId,
    marker: markerOf(object),
    livemode: object.livemode === true,
    status,
    begun: hasBegun(object, status),
    currency: textOf(object.currency)?.toLowerCase() ?? null,
    ...endingOf(object, periodEnd),
    startedAt: timeOf(object.start_date),
    trialStart: timeOf(object.trial_start),
    trialEnd: timeOf(object.trial_end),
    pauseBehavior: textOf(pause?.behavior),
    pauseResumesAt: timeOf(pause?.resumes_at),
    periodStart: earliest(read.map((item) => item.periodStart)) ?? top.start,
    periodEnd,
    latestInvoiceId: idOf(object.latest_invoice),
    changePending: objectOf(object.pending_update) !== null,
    created: timeOf(object.created),
    items: read,
  }
}
