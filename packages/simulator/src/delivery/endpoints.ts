/** Webhook endpoints: the objects, their secrets, and what Stripe's Dashboard sends them by hand. */
import type { WebhookEndpoint } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, refuse } from '../http/errors.ts'
import { inPath } from '../http/route.ts'
import type { Publisher } from './publisher.ts'
import { targetsMax, tooManyTargets } from './targets.ts'
import { isEventType } from './test-event.ts'

export interface EndpointEntry {
  readonly url: string
  readonly enabledEvents: string[]
  readonly secret?: string
  readonly apiVersion?: string | null
  readonly connect?: boolean
  readonly description?: string | null
  readonly metadata?: Record<string, string>
}

export function createEndpoint(
  tx: Transaction,
  entry: EndpointEntry,
): { endpoint: WebhookEndpoint; secret: string } {
  if (tooManyTargets(tx.db)) {
    throw refuse(`You have reached the maximum of ${targetsMax} test webhook endpoints.`)
  }
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
    url: checkedUrl(entry.url, 'url'),
  })
  const { connect = false } = entry
  tx.db.put('endpoint_secret', { id: endpoint.id, secret, ...(connect ? { connect } : {}) })
  return { endpoint, secret }
}

export function checkedUrl(text: string, param: string): string {
  if (isUrl(text)) return text
  throw badParam(
    'Invalid URL: An explicit scheme (such as https) must be provided.',
    param,
    'url_invalid',
  )
}

export function isUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return isDecodable(username) && isDecodable(password)
}

/** Whoever sends there decodes them for the Authorization header. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** As the button in Stripe's Dashboard does. */
export function sendTestWebhook(
  tx: Transaction,
  publisher: Publisher,
  endpointId: string,
  type: string,
): void {
  const { status } = inPath(tx, 'webhook_endpoint', endpointId)
  if (status === 'disabled') throw refuse(`The webhook endpoint '${endpointId}' is disabled.`)
  if (!isEventType(type)) throw refuse(`'${type}' is no type of event.`)
  tx.afterCommit(() => publisher.sendTest(type, endpointId))
}
