/** The routes of events and webhook endpoints. */
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { badParam, refuse } from '../http/errors.ts'
import { flag, list, metadataSpec, required, type Spec, text, unsettable } from '../http/params.ts'
import { given, inParam, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { createEndpoint, tooManyEndpoints } from './endpoints.ts'

/** Stripe lists events of the last 30 days only. */
const eventsKeptSeconds = 30 * 24 * 60 * 60
const typesMax = 20

function url(): Spec<string> {
  return {
    read(value, path) {
      const found = text().read(value, path)
      if (/^https?:\/\/\S+$/.test(found) && URL.canParse(found)) return found
      throw badParam(
        'Invalid URL: An explicit scheme (such as https) must be provided.',
        path,
        'url_invalid',
      )
    },
  }
}

/** `invoice.*` names a group, `*` everything. */
function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

const eventRoutes: readonly Route[] = [
  route('GET', '/v1/events/:id', {}, ({ tx, ids }) => inPath(tx, 'event', ids[0])),
  route(
    'POST',
    '/v1/events/:id/retry',
    { for_stripecli: flag(), webhook_endpoint: text(), account: text() },
    ({ tx, ids, params, account }) => {
      const event = inPath(tx, 'event', ids[0])
      const named = params.webhook_endpoint
      const to =
        named === undefined
          ? account.dispatcher.subscribers(event.type)
          : [inParam(tx, 'webhook_endpoint', named, 'webhook_endpoint')]
      // A resend adds a delivery; the automatic retries of the first one go on, as at Stripe.
      account.dispatcher.announce(event, to)
      return event
    },
  ),
  route(
    'GET',
    '/v1/events',
    {
      ...pageFields,
      created: timeRange(),
      delivery_success: flag(),
      type: text(),
      types: list(text(), typesMax),
    },
    ({ tx, params }) => {
      const { type, types, delivery_success: delivered } = params
      if (type !== undefined && types !== undefined) {
        throw refuse('You may only specify one of these parameters: type, types.', {
          code: 'parameters_exclusive',
          param: 'type',
        })
      }
      const wanted = types ?? (type === undefined ? ['*'] : [type])
      const rows = tx.db
        .all('event')
        .filter(
          (event) =>
            event.created > tx.now - eventsKeptSeconds &&
            within(event.created, params.created) &&
            wanted.some((pattern) => matchesType(pattern, event.type)) &&
            (delivered === undefined || (event.pending_webhooks === 0) === delivered),
        )
      return page(rows, '/v1/events', params)
    },
  ),
]

const path = '/v1/webhook_endpoints'

const endpointRoutes: readonly Route[] = [
  route(
    'POST',
    path,
    {
      api_version: text(),
      connect: flag(),
      description: unsettable(text()),
      enabled_events: required(list(text())),
      metadata: metadataSpec(),
      url: required(url()),
    },
    ({ tx, params }) => {
      if (params.enabled_events.length === 0) {
        throw badParam('Invalid array: enabled_events needs at least one event.', 'enabled_events')
      }
      if (tooManyEndpoints(tx)) {
        throw refuse('You have reached the maximum of 16 test webhook endpoints.')
      }
      const { endpoint, secret } = createEndpoint(tx, {
        url: params.url,
        enabledEvents: params.enabled_events,
        apiVersion: params.api_version ?? null,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
      })
      // The only answer that ever carries the secret.
      return { ...endpoint, secret }
    },
  ),
  route('GET', `${path}/:id`, {}, ({ tx, ids }) => inPath(tx, 'webhook_endpoint', ids[0])),
  route(
    'POST',
    `${path}/:id`,
    {
      description: unsettable(text()),
      disabled: flag(),
      enabled_events: list(text()),
      metadata: metadataSpec(),
      url: url(),
    },
    ({ tx, ids, params }) => {
      const endpoint = inPath(tx, 'webhook_endpoint', ids[0])
      const { disabled, metadata, ...rest } = params
      return tx.db.put('webhook_endpoint', {
        ...endpoint,
        ...given(rest),
        metadata: mergeMetadata(endpoint.metadata, metadata),
        ...(disabled === undefined ? {} : { status: disabled ? 'disabled' : 'enabled' }),
      })
    },
  ),
  route('DELETE', `${path}/:id`, {}, ({ tx, ids }) => {
    const { id } = inPath(tx, 'webhook_endpoint', ids[0])
    tx.db.remove('webhook_endpoint', id)
    tx.db.remove('endpoint_secret', id)
    return { id, object: 'webhook_endpoint', deleted: true }
  }),
  route('GET', path, pageFields, ({ tx, params }) =>
    page(tx.db.all('webhook_endpoint'), path, params),
  ),
]

export const deliveryRoutes: readonly Route[] = [...eventRoutes, ...endpointRoutes]
