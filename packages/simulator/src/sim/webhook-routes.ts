/** The calls of `/_sim/…` that do by hand what Stripe's Dashboard does to webhooks: endpoints, tests, resends. */
import type { Account } from '../world/account.ts'
import { BadSimRequest, type Json, numberIn, textIn } from './bodies.ts'
import { asApi, concerned, holder, ownerOf, type SimCall, type SimRoute } from './call.ts'

export const webhookRoutes: readonly SimRoute[] = [
  {
    method: 'POST',
    path: '/_sim/webhook_endpoints',
    run(call) {
      const [account, ...others] = concerned(call)
      if (!account || others.length > 0) throw new BadSimRequest('Name one account.')
      const added = asApi(account, '/v1/webhook_endpoints', endpointIn(call.body))
      const { id, secret } = Object(added)
      return { id, secret }
    },
  },
  {
    method: 'POST',
    path: '/_sim/webhook_endpoints/:id/enable',
    run: (call) => setStatus(ownerOf(call), call.id, 'enable'),
  },
  {
    method: 'POST',
    path: '/_sim/webhook_endpoints/:id/disable',
    run: (call) => setStatus(ownerOf(call), call.id, 'disable'),
  },
  {
    method: 'POST',
    path: '/_sim/webhook_endpoints/:id/roll',
    run(call) {
      const overlapSeconds = numberIn(call.body, 'overlap') ?? 0
      return { secret: ownerOf(call).rollWebhookSecret(call.id, { overlapSeconds }) }
    },
  },
  {
    method: 'POST',
    path: '/_sim/webhook_endpoints/:id/test',
    run(call) {
      const type = textIn(call.body, 'type')
      if (type === undefined) throw new BadSimRequest('Pass {"type": the type of the event}.')
      ownerOf(call).sendTestWebhook(call.id, type)
    },
  },
  {
    method: 'POST',
    path: '/_sim/events/:id/resend',
    run(call) {
      const endpoint = textIn(call.body, 'endpoint')
      asApi(eventHolder(call), `/v1/events/${call.id}/retry`, {
        ...(endpoint === undefined ? {} : { webhook_endpoint: endpoint }),
      })
    },
  },
]

function eventHolder(call: SimCall): Account {
  return holder(call, 'event', ({ db }) => db.find('event', call.id) !== undefined)
}

function endpointIn(body: Json) {
  const { events = ['*'] } = body
  if (!Array.isArray(events) || !events.every((event) => typeof event === 'string')) {
    throw new BadSimRequest('events must be a list of event types.')
  }
  const version = textIn(body, 'apiVersion')
  return {
    url: textIn(body, 'url') ?? '',
    enabled_events: events,
    ...(version === undefined ? {} : { api_version: version }),
  }
}

function setStatus(account: Account, id: string, change: 'enable' | 'disable'): void {
  if (account.db.find('webhook_endpoint', id)) {
    asApi(account, `/v1/webhook_endpoints/${id}`, { disabled: String(change === 'disable') })
  } else {
    asApi(account, `/v2/core/event_destinations/${id}/${change}`)
  }
}
