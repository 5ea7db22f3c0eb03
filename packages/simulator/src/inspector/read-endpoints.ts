/** Reads where an account's events go: webhook endpoints, event destinations, and who listens by the CLI. */

import { isListener } from '../cli-channel/sessions.ts'
import { targetOf, targetsOf } from '../delivery/targets.ts'
import { defaultApiVersion } from '../wire.ts'
import type { Account } from '../world/account.ts'
import { maskedUrl } from './mask.ts'

export interface EndpointSeen {
  readonly id: string
  /** User and values of the query masked. */
  readonly url: string
  readonly status: 'enabled' | 'disabled'
  readonly payload: 'snapshot' | 'thin'
  readonly apiVersion: string | null
  readonly events: readonly string[]
  /** Hears of connected accounts instead of its own. */
  readonly connect: boolean
  /** Virtual seconds since when every attempt failed. */
  readonly failingSince: number | null
  /** How many secrets sign at present: more than one after a roll with overlap. */
  readonly secrets: number
}

export function endpointsSeen(account: Account): EndpointSeen[] {
  const { db } = account
  return targetsOf(db).map(({ id, url, enabled, payload, apiVersion, names, connect }) => {
    const kept = db.find('endpoint_secret', id)
    const old = (kept?.retired ?? []).filter(({ until }) => until > account.now())
    return {
      id,
      url: maskedUrl(url),
      status: enabled ? 'enabled' : 'disabled',
      payload,
      apiVersion: payload === 'thin' ? null : (apiVersion ?? defaultApiVersion),
      events: names,
      connect,
      failingSince: kept?.failingSince ?? null,
      secrets: 1 + old.length,
    }
  })
}

/** How a delivery's endpoint is called. */
export function endpointName({ db }: Account, id: string): string {
  if (isListener(id)) return 'stripe listen'
  const url = targetOf(db, id)?.url
  return url === undefined ? 'deleted endpoint' : maskedUrl(url)
}
