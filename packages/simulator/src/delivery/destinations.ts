/** Event destinations of API v2: the objects, their secrets, what of them an answer shows. */
import type { EventDestination } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { given, mergeMetadata } from '../http/route.ts'
import { defaultApiVersion } from '../wire.ts'
import { isUrl } from './endpoints.ts'
import { isSnapshotName, isThinName } from './event-names.ts'
import { forgetFailures } from './policy.ts'
import { targetsMax, tooManyTargets } from './targets.ts'
import { rfc3339 } from './thin-events.ts'

export type CreateParams = ParamsOf<'POST /v2/core/event_destinations'>
export type UpdateParams = ParamsOf<'POST /v2/core/event_destinations/:id'>

export function createDestination(
  tx: Transaction,
  params: CreateParams,
): { destination: EventDestination; secret: string } {
  const { type, event_payload: payload, snapshot_api_version: version } = params
  if (type !== 'webhook_endpoint') throw notSimulated(`destinations of type '${type}'`, 'type')
  if (tooManyTargets(tx.db)) {
    throw refuse(`You have reached the maximum of ${targetsMax} test event destinations.`)
  }
  if (payload === 'thin' && version !== undefined) {
    throw badParam('Thin events are not pinned to an API version.', 'snapshot_api_version')
  }
  checkNames(params.enabled_events, payload)
  const destination = tx.db.put('v2.core.event_destination', {
    id: tx.newId('ed_test_6'),
    object: 'v2.core.event_destination',
    created: rfc3339(tx.now),
    description: params.description ?? '',
    enabled_events: params.enabled_events,
    event_payload: payload,
    events_from: params.events_from ?? ['@self'],
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name,
    ...(payload === 'snapshot' ? { snapshot_api_version: version ?? defaultApiVersion } : {}),
    status: 'enabled',
    type,
    updated: rfc3339(tx.now),
    webhook_endpoint: { url: urlOf(params.webhook_endpoint) },
  })
  const secret = tx.newId('whsec_', 32)
  tx.db.put('endpoint_secret', { id: destination.id, secret })
  return { destination, secret }
}

export function updateDestination(
  tx: Transaction,
  before: EventDestination,
  params: UpdateParams,
): EventDestination {
  const { name, description, enabled_events: names, metadata, webhook_endpoint: endpoint } = params
  if (names) checkNames(names, before.event_payload)
  return tx.db.put('v2.core.event_destination', {
    ...before,
    ...given({ name, description, enabled_events: names }),
    ...(endpoint === undefined ? {} : { webhook_endpoint: { url: urlOf(endpoint) } }),
    metadata: mergeMetadata(before.metadata ?? {}, metadata),
    updated: rfc3339(tx.now),
  })
}

export function setStatus(
  tx: Transaction,
  before: EventDestination,
  status: 'enabled' | 'disabled',
): EventDestination {
  const { status_details: _, ...rest } = before
  if (status === 'enabled') forgetFailures(tx.db, before.id)
  return tx.db.put('v2.core.event_destination', {
    ...rest,
    status,
    ...(status === 'disabled' ? { status_details: { disabled: { reason: 'user' } } } : {}),
    updated: rfc3339(tx.now),
  })
}

/** URL and secret are shown only to those who ask for them by name, the secret to its maker alone. */
export function shown(
  destination: EventDestination,
  include: readonly string[] = [],
  secret?: string,
): EventDestination {
  const { webhook_endpoint: endpoint, ...rest } = destination
  const wantsUrl = include.includes('webhook_endpoint.url')
  const wantsSecret = include.includes('webhook_endpoint.signing_secret')
  const details = {
    ...(wantsUrl && endpoint?.url !== undefined ? { url: endpoint.url } : {}),
    ...(wantsSecret && secret !== undefined ? { signing_secret: secret } : {}),
  }
  return Object.keys(details).length > 0 ? { ...rest, webhook_endpoint: details } : rest
}

function urlOf(endpoint: { readonly url: string } | undefined): string {
  if (endpoint && isUrl(endpoint.url)) return endpoint.url
  throw badParam(
    'A destination of type webhook_endpoint needs a URL with an explicit scheme.',
    'webhook_endpoint[url]',
  )
}

function checkNames(names: readonly string[], payload: 'snapshot' | 'thin'): void {
  const isName = payload === 'thin' ? isThinName : isSnapshotName
  const unknown = names.findIndex((name) => !isName(name))
  if (names.length === 0) throw badParam('At least one event is needed.', 'enabled_events')
  if (unknown < 0) return
  throw badParam(`'${names[unknown]}' is no ${payload} event.`, `enabled_events[${unknown}]`)
}
