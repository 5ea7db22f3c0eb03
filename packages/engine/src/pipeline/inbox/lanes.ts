// Owns the one pure table that says which events must not run side by side.

/** Metadata keys that mark a Stripe object as ours. Everything with a marker shares its lane. */
export const ORDER_MARKER = 'quittance_order'
export const ATTEMPT_MARKER = 'quittance_attempt'

const ORDER_LANE = 'order:'

export const laneOfOrder = (orderId: string): string => `${ORDER_LANE}${orderId}`

/** The order whose lane this is, or null. */
export const orderOfLane = (lane: string): string | null =>
  lane.startsWith(ORDER_LANE) ? lane.slice(ORDER_LANE.length) : null

export type JsonObject = { readonly [key: string]: unknown }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What may name an object: Stripe's ids are opaque text of at most 255 characters. */
const ID = /^[\x21-\x7e]{1,255}$/

export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

/** An id, or the id of an expanded object. */
function reference(value: unknown): string | null {
  if (isId(value)) return value
  return isJsonObject(value) && isId(value.id) ? value.id : null
}

/** The order id in our own metadata, the only proof that an object belongs to an order of ours. */
export function markerOf(object: JsonObject): string | null {
  const { metadata } = object
  if (!isJsonObject(metadata)) return null
  const marker = metadata[ORDER_MARKER]
  return isId(marker) ? marker : null
}

function subscriptionOf(object: JsonObject): string | null {
  if (object.object === 'subscription') return reference(object.id)
  const parent = isJsonObject(object.parent) ? object.parent.subscription_details : undefined
  // Invoices name their subscription in `parent` since basil, at the top before.
  return reference(isJsonObject(parent) ? parent.subscription : object.subscription)
}

/** First match wins: what is most specific to one buyer's business comes first. */
const RULES: readonly ((object: JsonObject) => string | null)[] = [
  (object) => {
    const marker = markerOf(object)
    return marker === null ? null : laneOfOrder(marker)
  },
  subscriptionOf,
  (object) => (object.object === 'customer' ? reference(object.id) : reference(object.customer)),
  (object) =>
    object.object === 'payment_intent' ? reference(object.id) : reference(object.payment_intent),
  (object) => reference(object.id),
]

/** Two events of one lane are never in flight together. */
export function laneOf(eventId: string, object: JsonObject): string {
  for (const rule of RULES) {
    const lane = rule(object)
    if (lane !== null) return lane
  }
  return eventId
}
