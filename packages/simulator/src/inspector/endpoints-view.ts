/** Where events go: each endpoint with what can be done to it, and a form for another one. */
import { eventTypes } from '../generated/event-types.ts'
import { type Html, html } from '../hosted/html.ts'
import { act, button, choice, copyButton, empty, field, moment, pill } from './parts.ts'
import { type EndpointSeen, endpointsSeen } from './read-endpoints.ts'
import type { View } from './view.ts'

/** Events named in full; the others are counted. */
const eventsNamed = 6

export function endpointsView({ account }: View): Html {
  const endpoints = endpointsSeen(account)
  return html`${
    endpoints.length > 0
      ? html`<div class="cards">${endpoints.map((endpoint) => card(account.id, endpoint))}</div>`
      : empty('None yet. Add the address at which your app takes webhooks.')
  }
<section class="group" aria-labelledby="add"><h2 id="add">Add an endpoint</h2>
${act({
  path: 'webhook_endpoints',
  account: account.id,
  done: 'Endpoint added. Its signing secret, shown this once:',
  className: 'act row-form',
  content: html`${field({ name: 'url', label: 'URL', type: 'url', more: 'required placeholder="http://127.0.0.1:3000/webhooks/stripe" size="34"' })}${field({ name: 'events:texts', label: 'Events', value: '*', hint: 'Types, with spaces between; * for all.' })}${button('Add endpoint', 'main')}`,
})}</section>`
}

function card(account: string, endpoint: EndpointSeen): Html {
  const { id, url, status, apiVersion, payload, events, connect, failingSince, secrets } = endpoint
  const isOn = status === 'enabled'
  const more = events.length - eventsNamed
  return html`<section class="card" data-key="${id}" aria-labelledby="url-${id}"><div class="card-head"><h2 id="url-${id}">${url}</h2>${pill(isOn ? 'good' : 'plain', status)}${failingSince !== null && html`<span class="pill bad">failing since ${moment(failingSince)}</span>`}</div>
<p class="note"><code>${id}</code> · ${payload === 'thin' ? 'thin events' : `API ${apiVersion}`}${connect && ' · of connected accounts'}${secrets > 1 && ` · ${secrets} secrets sign`}</p>
<p class="events">${events.slice(0, eventsNamed).map((name) => html`<code>${name === '*' ? 'all events' : name}</code> `)}${more > 0 && `and ${more} more`}</p>
<div class="actions">${act({
    path: `webhook_endpoints/${id}/${isOn ? 'disable' : 'enable'}`,
    account,
    done: isOn ? 'Endpoint disabled' : 'Endpoint enabled',
    content: button(isOn ? 'Disable' : 'Enable'),
  })}
<details data-key="roll-${id}"><summary class="button plain">Roll secret…</summary>${act({
    path: `webhook_endpoints/${id}/roll`,
    account,
    done: 'Secret rolled. The new one, shown this once:',
    className: 'act row-form',
    content: html`${choice('overlap:number', 'The old secret', '86400', [
      ['0', 'ends at once'],
      ['3600', 'signs on for an hour'],
      ['86400', 'signs on for a day'],
    ])}${button('Roll secret', 'main')}`,
  })}</details>
${payload === 'snapshot' && isOn && testForm(account, endpoint)}</div></section>`
}

function testForm(account: string, { id, events }: EndpointSeen): Html {
  const [first = '*'] = events
  const type = first === '*' ? 'checkout.session.completed' : first
  return html`<details data-key="test-${id}"><summary class="button plain">Send test webhook…</summary>${act(
    {
      path: `webhook_endpoints/${id}/test`,
      account,
      done: 'Test webhook is on its way',
      className: 'act row-form',
      content: html`${field({ name: 'type', label: 'Event type', value: type, hint: 'Its id is always evt_00000000000000, and the API has neither the event nor its object: what fetches them gets a 404.', more: 'required list="event-types" size="34"' })}${button('Send test webhook', 'main')}`,
    },
  )}</details>`
}

/** One for all inputs of the page. */
export const eventTypeList = html`<datalist id="event-types" data-key="event-types">${eventTypes.map((type) => html`<option value="${type}"></option>`)}</datalist>`

/** Empty until something is done. A new secret stands here until it is dismissed: no refresh takes it away. */
export const notice = html`<div class="notice" id="notice" role="status" data-still><p id="notice-text"></p><code id="notice-secret" hidden></code><span id="notice-tools" hidden>${copyButton('', 'the secret')}</span><button type="button" class="close" id="notice-close" aria-label="Dismiss">✕</button></div>`
