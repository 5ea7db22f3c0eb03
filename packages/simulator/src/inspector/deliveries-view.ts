/** What was sent to each endpoint, attempt by attempt, and what is still to come. */

import type { TimedAttempt } from '../delivery/attempt-log.ts'
import { targetOf } from '../delivery/targets.ts'
import { type Html, html } from '../hosted/html.ts'
import type { Account } from '../world/account.ts'
import { act, breakable, button, empty, fixed, moment, pill, span } from './parts.ts'
import { hrefOf, type Place } from './place.ts'
import { type DeliverySeen, deliveriesSeen, succeeded } from './read-deliveries.ts'
import { endpointName, endpointsSeen } from './read-endpoints.ts'
import { filters } from './split.ts'
import type { View } from './view.ts'

/** Of each endpoint. */
const deliveriesShown = 50

export function deliveriesView({ account, place }: View): Html {
  const all = deliveriesSeen(account)
  const shown = place.only === 'failed' ? all.filter(({ state }) => state !== 'delivered') : all
  const known = endpointsSeen(account).map(({ id }) => id)
  const ids = [...new Set([...known, ...all.map(({ endpointId }) => endpointId)])]
  const groups = ids.map((id) => group(account, place, id, shown))
  return html`<div class="tools">${filters(
    place,
    [
      ['', 'All'],
      ['failed', 'Not delivered'],
    ],
    'Which deliveries',
  )}${act({ path: 'drain', account: account.id, done: 'Everything due has been attempted', content: button('Send what is due') })}</div>
${ids.length > 0 ? groups : empty('There is no endpoint yet: add one under Endpoints, or run stripe listen.')}`
}

function group(account: Account, place: Place, id: string, all: readonly DeliverySeen[]): Html {
  const own = all.filter(({ endpointId }) => endpointId === id)
  const failed = own.filter(({ state }) => state !== 'delivered').length
  const left = own.length - deliveriesShown
  return html`<section class="group" data-key="group-${id}" aria-labelledby="group-${id}"><h2 id="group-${id}">${endpointName(account, id)} <span class="note"><code>${id}</code>${failed > 0 && ` · ${failed} not delivered`}</span></h2>
${own.length > 0 ? html`<div class="deliveries">${own.slice(0, deliveriesShown).map((delivery, index) => deliveryView(account, place, delivery, index))}</div>` : empty('Nothing here.')}
${left > 0 && html`<p class="note">and ${left} before these</p>`}</section>`
}

function deliveryView(account: Account, place: Place, delivery: DeliverySeen, index: number): Html {
  const { eventId, type, endpointId, attempts, at, state, next } = delivery
  const event = account.db.find('event', eventId)
  const isTest = attempts[0]?.trigger === 'test'
  // Test webhooks all have one id.
  const key = isTest
    ? `${endpointId}-${eventId}-${type}-${at}-${index}`
    : `${endpointId}-${eventId}`
  return html`<details data-key="${key}"><summary>${deliveryPill(delivery)}<strong>${breakable(type)}</strong><span class="end"><span class="chips">${isTest && pill('plain', 'test')}${attempts.slice(-6).map(chip)}</span><span class="when">${next !== null && state !== 'delivered' && html`next in ${span(next - account.now())} · `}${moment(at, account.now())}</span></span></summary>
<div class="inside"><table><thead><tr><th scope="col">Attempt</th><th scope="col">Answer</th><th scope="col">Time</th><th scope="col">Took</th><th scope="col">API version</th></tr></thead><tbody>
${attempts.map((attempt) => attemptRow(attempt))}
${next !== null && html`<tr><td>next</td><td class="none">–</td><td>${moment(next)}</td><td></td><td></td></tr>`}</tbody></table>
<div class="inside-foot">${event ? html`<a href="${hrefOf({ ...place, tab: 'events', only: '', open: eventId })}"><code>${eventId}</code></a>` : html`<code>${eventId}</code>`}
${
  event &&
  targetOf(account.db, endpointId)?.enabled &&
  act({
    path: `events/${eventId}/resend`,
    account: account.id,
    done: 'Event is on its way',
    content: html`${fixed('endpoint', endpointId)}${button('Resend')}`,
  })
}</div></div></details>`
}

function attemptRow(attempt: TimedAttempt): Html {
  const { durationMs, apiVersion, trigger, attempt: number, at } = attempt
  return html`<tr><td>${trigger ?? number}</td><td>${chip(attempt)}</td><td>${moment(at)}</td><td>${durationMs !== undefined && `${Math.round(durationMs)} ms`}</td><td>${apiVersion}</td></tr>`
}

function chip(attempt: TimedAttempt): Html {
  return pill(succeeded(attempt) ? 'good' : 'bad', attempt.status ?? attempt.error ?? 'unknown')
}

export function deliveryPill({ state }: DeliverySeen): Html {
  if (state === 'delivered') return pill('good', 'delivered')
  return state === 'waiting' ? pill('wait', 'waiting') : pill('bad', 'failed')
}
