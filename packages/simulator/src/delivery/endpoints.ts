/** Webhook endpoints: the objects and their secrets. */
import type { WebhookEndpoint } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

/** Stripe's own limit for an account. */
const endpointsMax = 16

export interface EndpointEntry {
  readonly url: string
  readonly enabledEvents: string[]
  readonly secret?: string
  readonly apiVersion?: string | null
  readonly description?: string | null
  readonly metadata?: Record<string, string>
}

export function createEndpoint(
  tx: Transaction,
  entry: EndpointEntry,
): { endpoint: WebhookEndpoint; secret: string } {
  const secret = entry.secret ?? tx.newId('whsec_', 32)
  const endpoint = tx.db.put('webhook_endpoint', {
    id: tx.newId('we_1'),
    object: 'webhook_endpoint',
    api_version: entry.apiVersion ?? null,
    application: null,
    created: tx.now,
    description: entry.description ?? null,
    enabled_events: entry.enabledEvents,
    livemode: false,
    metadata: entry.metadata ?? {},
    status: 'enabled',
    url: entry.url,
  })
  tx.db.put('endpoint_secret', { id: endpoint.id, secret })
  return { endpoint, secret }
}

export function tooManyEndpoints(tx: Transaction): boolean {
  return tx.db.all('webhook_endpoint').length >= endpointsMax
}
