/** Where events go: webhook endpoints and event destinations, seen alike. */
import type { Store } from '../account/store.ts'
import { hasTwin, isEnabled } from './event-names.ts'

export interface Target {
  readonly id: string
  readonly url: string
  readonly enabled: boolean
  readonly payload: 'snapshot' | 'thin'
  /** Null renders in the account's own version. */
  readonly apiVersion: string | null
  readonly names: readonly string[]
  /** Hears of connected accounts instead of its own. */
  readonly connect: boolean
}

/** Stripe's own limit for an account. */
export const targetsMax = 16

export function targetOf(db: Store, id: string): Target | undefined {
  const endpoint = db.find('webhook_endpoint', id)
  if (endpoint) {
    return {
      id,
      url: endpoint.url,
      enabled: endpoint.status === 'enabled',
      payload: 'snapshot',
      apiVersion: endpoint.api_version,
      names: endpoint.enabled_events,
      connect: db.find('endpoint_secret', id)?.connect ?? false,
    }
  }
  const destination = db.find('v2.core.event_destination', id)
  return (
    destination && {
      id,
      url: destination.webhook_endpoint?.url ?? '',
      enabled: destination.status === 'enabled',
      payload: destination.event_payload,
      apiVersion: destination.snapshot_api_version ?? null,
      names: destination.enabled_events,
      connect: !(destination.events_from ?? ['@self']).includes('@self'),
    }
  )
}

/** All of them: endpoints before destinations, each in the order in which they were made. */
export function targetsOf(db: Store): Target[] {
  const rows = [
    ...db.all('webhook_endpoint').reverse(),
    ...db.all('v2.core.event_destination').reverse(),
  ]
  return rows.map(({ id }) => targetOf(db, id)).filter((target) => target !== undefined)
}

/** Those that hear of an event, of the account's own or of a connected one; its thin twin goes out beside it. */
export function subscribersOf(db: Store, type: string, fromConnected = false): Target[] {
  return targetsOf(db).filter(
    ({ enabled, connect, payload, names }) =>
      enabled &&
      connect === fromConnected &&
      (payload === 'snapshot'
        ? isEnabled(names, type)
        : hasTwin(type) && isEnabled(names, `v1.${type}`)),
  )
}

/** Those that hear of a thin event that is no twin. */
export function thinSubscribersOf(db: Store, type: string, fromConnected = false): Target[] {
  return targetsOf(db).filter(
    ({ enabled, connect, payload, names }) =>
      enabled && connect === fromConnected && payload === 'thin' && isEnabled(names, type),
  )
}

export function tooManyTargets(db: Store): boolean {
  return db.count('webhook_endpoint') + db.count('v2.core.event_destination') >= targetsMax
}
