/** The routes of webhook endpoints. */
import { badParam } from '../http/errors.ts'
import { required, type Spec, text } from '../http/params.ts'
import { retrieveRoute } from '../http/resource.ts'
import { api, given, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import { checkedUrl, createEndpoint } from './endpoints.ts'
import { forgetFailures } from './policy.ts'

function url(): Spec<string> {
  return {
    read(value, path) {
      return checkedUrl(text().read(value, path), path)
    },
  }
}

function someEvents<T extends readonly string[]>(names: T): T {
  if (names.length > 0) return names
  throw badParam('Invalid array: enabled_events needs at least one event.', 'enabled_events')
}

export const endpointRoutes: readonly Route[] = [
  api(
    'POST /v1/webhook_endpoints',
    ({ tx, params }) => {
      const { endpoint, secret } = createEndpoint(tx, {
        url: params.url,
        enabledEvents: someEvents(params.enabled_events),
        apiVersion: params.api_version ?? null,
        connect: params.connect ?? false,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
      })
      // The only answer that ever carries the secret.
      return { ...endpoint, secret }
    },
    { fields: { url: required(url()) } },
  ),
  retrieveRoute('GET /v1/webhook_endpoints/:id', 'webhook_endpoint'),
  api(
    'POST /v1/webhook_endpoints/:id',
    ({ tx, ids, params }) => {
      const endpoint = inPath(tx, 'webhook_endpoint', ids[0])
      const { disabled, metadata, enabled_events: names, description, url } = params
      if (names) someEvents(names)
      if (disabled === false) forgetFailures(tx.db, endpoint.id)
      return tx.db.put('webhook_endpoint', {
        ...endpoint,
        ...given({ description, enabled_events: names, url }),
        metadata: mergeMetadata(endpoint.metadata, metadata),
        ...(disabled === undefined ? {} : { status: disabled ? 'disabled' : 'enabled' }),
      })
    },
    { fields: { url: url() } },
  ),
  api('DELETE /v1/webhook_endpoints/:id', ({ tx, ids }) => {
    const { id } = inPath(tx, 'webhook_endpoint', ids[0])
    tx.db.remove('webhook_endpoint', id)
    tx.db.remove('endpoint_secret', id)
    return { id, object: 'webhook_endpoint', deleted: true }
  }),
  api('GET /v1/webhook_endpoints', ({ tx, params }) =>
    page(tx.db.all('webhook_endpoint'), '/v1/webhook_endpoints', params),
  ),
]
