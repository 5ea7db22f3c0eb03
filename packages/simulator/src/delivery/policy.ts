/** What follows from an attempt: the count of those who still wait, the next attempt, the end of an endpoint. */
import type { Store } from '../account/store.ts'
import type { AttemptResult } from './send.ts'

export interface DeliveryPolicy {
  /** Seconds of virtual time between the attempts of one delivery. */
  readonly retrySchedule: readonly number[]
  /** An endpoint whose every attempt failed for this long is disabled. */
  readonly disableAfterDays: number
}

/** Stripe says "three retries over a few hours" of test mode and "several days" of disabling; no figures. */
export const stripesPolicy: DeliveryPolicy = {
  retrySchedule: [60, 600, 3600],
  disableAfterDays: 7,
}

const daySeconds = 24 * 60 * 60

/** Any 2xx; a redirect is a failure and is not followed. */
export function isDelivered(result: AttemptResult): boolean {
  return 'status' in result && result.status >= 200 && result.status < 300
}

/** Those whose answers `pending_webhooks` counts. */
export function expectAnswers(db: Store, eventId: string, endpointIds: readonly string[]): void {
  if (endpointIds.length > 0) db.put('pending_delivery', { id: eventId, endpoints: endpointIds })
}

/** The first success of an endpoint counts, be it of a retry, a duplicate or a resend; no later one does. */
export function countAnswer(db: Store, eventId: string, endpointId: string): void {
  const waiting = db.find('pending_delivery', eventId)
  const event = db.find('event', eventId)
  if (!event || !waiting?.endpoints.includes(endpointId)) return
  const endpoints = waiting.endpoints.filter((id) => id !== endpointId)
  if (endpoints.length > 0) db.put('pending_delivery', { id: eventId, endpoints })
  else db.remove('pending_delivery', eventId)
  db.put('event', { ...event, pending_webhooks: endpoints.length })
}

/** Keeps since when an endpoint has only failed, and disables one that did so for too long. */
export function judgeHealth(
  db: Store,
  id: string,
  { delivered, at }: { readonly delivered: boolean; readonly at: number },
  { disableAfterDays }: DeliveryPolicy,
): void {
  const kept = db.find('endpoint_secret', id)
  if (delivered) forgetFailures(db, id)
  else if (kept && kept.failingSince === undefined) {
    db.put('endpoint_secret', { ...kept, failingSince: at })
  } else if (kept && at - (kept.failingSince ?? at) >= disableAfterDays * daySeconds) {
    disable(db, id)
  }
}

/** Whoever enables an endpoint again gives it the whole time anew. */
export function forgetFailures(db: Store, id: string): void {
  const kept = db.find('endpoint_secret', id)
  if (kept?.failingSince === undefined) return
  const { failingSince: _, ...healthy } = kept
  db.put('endpoint_secret', healthy)
}

/** Without an event: Stripe has none for it. */
function disable(db: Store, id: string): void {
  const endpoint = db.find('webhook_endpoint', id)
  if (endpoint) db.put('webhook_endpoint', { ...endpoint, status: 'disabled' })
  const destination = db.find('v2.core.event_destination', id)
  if (destination) db.put('v2.core.event_destination', { ...destination, status: 'disabled' })
}
