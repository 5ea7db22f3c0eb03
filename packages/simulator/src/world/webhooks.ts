/** The webhook endpoints of an account as its handle adds and shows them. */

import type { Store } from '../account/store.ts'
import type { Transaction } from '../account/transaction.ts'
import { createEndpoint } from '../delivery/endpoints.ts'
import type { SimulatedAccount } from '../types.ts'

export type EndpointOptions = Parameters<SimulatedAccount['addWebhookEndpoint']>[0]

export function addEndpoint(tx: Transaction, options: EndpointOptions) {
  const { url, enabledEvents = ['*'], secret: wanted } = options
  const given = wanted === undefined ? {} : { secret: wanted }
  const { endpoint, secret } = createEndpoint(tx, { url, enabledEvents, ...given })
  return { id: endpoint.id, secret }
}

/** Oldest first. */
export function endpointsWithSecrets(db: Store) {
  const endpoints = db.all('webhook_endpoint').reverse()
  return endpoints.map(({ id, url }) => ({
    id,
    url,
    secret: db.find('endpoint_secret', id)?.secret ?? '',
  }))
}
