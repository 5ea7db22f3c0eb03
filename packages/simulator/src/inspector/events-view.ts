/** The events of an account, and one event with what changed, where it went, and a way to send it again. */

import type { StripeEvent } from '../account/tables.ts'
import { thinIdOf } from '../delivery/thin-events.ts'
import { type Html, html } from '../hosted/html.ts'
import type { Account } from '../world/account.ts'
import { deliveryPill } from './deliveries-view.ts'
import { type Changes, changeList, changesOf, jsonView } from './json-view.ts'
import { masked } from './mask.ts'
import { act, breakable, button, choice, copyButton, empty, moment, pill } from './parts.ts'
import { hrefOf, type Place } from './place.ts'
import { deliveriesSeen } from './read-deliveries.ts'
import { endpointName, endpointsSeen } from './read-endpoints.ts'
import { type EventSeen, eventsSeen } from './read-events.ts'
import { gone } from './requests-view.ts'
import { type Detail, facts, type Row, split } from './split.ts'
import type { View } from './view.ts'

const eventsShown = 200

export function eventsView({ account, place }: View): Html {
  const rows = eventsSeen(account, { type: place.only, limit: eventsShown })
  const event = account.db.find('event', place.open)
  return split({
    place,
    name: 'Events',
    tools: html`<form class="find" method="get" action="/" role="search">
<input type="hidden" name="account" value="${place.account}"><input type="hidden" name="tab" value="events">
<input type="search" name="only" value="${place.only}" placeholder="invoice.*" list="event-types" aria-label="Event type, or a group such as invoice.*"><button class="button plain" type="submit">Filter</button></form>
<span class="note">the newest ${eventsShown}</span>`,
    columns: ['Event', 'Webhooks', 'Time'],
    rows: rows.map((row) => rowOf(row, account.now())),
    empty:
      place.only === ''
        ? 'None yet. Every change of an object is told by an event.'
        : `There is no event of ${place.only}.`,
    detail: event ? detail(account, event, place) : gone(place.open, 'event'),
  })
}

function rowOf({ id, type, object, created, pending, account }: EventSeen, now: number): Row {
  return {
    id,
    link: html`<span class="what"><strong>${breakable(type)}</strong><span class="sub"><code>${object ?? id}</code>${account !== null && ` in ${account}`}</span></span>`,
    cells: [
      pending > 0 ? pill('wait', `${pending} pending`) : html`<span class="none">–</span>`,
      moment(created, now),
    ],
  }
}

function detail(account: Account, event: StripeEvent, place: Place): Detail {
  const shown = masked(event)
  const object = masked(event.data.object)
  const previous = masked(event.data.previous_attributes)
  const inside = changesOf(previous, object)
  const changes: Changes = new Map([
    [
      'data',
      new Map([
        ...(inside.size > 0 ? [['object', inside] as const] : []),
        ...(previous === undefined ? [] : [['previous_attributes', new Map()] as const]),
      ]),
    ],
  ])
  return {
    title: html`${breakable(event.type)}`,
    content: html`${facts([
      ['Event', html`<code>${event.id}</code>`],
      ['Time', moment(event.created)],
      ['Pending webhooks', String(event.pending_webhooks)],
      ['API version', event.api_version],
      ['Caused by', causeOf(account, event, place)],
      ['In', event.account ?? null],
    ])}
${changed(previous, object)}
${resend(account, event)}
${sent(account, event, place)}
<div class="block-head"><h3>Event</h3>${previous !== undefined && html`<span class="note"><mark>marked</mark>: what has changed</span>`}${copyButton(JSON.stringify(shown, null, 2), 'the event')}</div>
${jsonView(shown, 'Event', changes)}`,
  }
}

/** Longer values are in the JSON below. */
const valueShown = 80

function changed(previous: unknown, object: unknown): Html | false {
  const changes = changeList(previous, object)
  if (changes.length === 0) return false
  const value = (of: unknown) => {
    const text = JSON.stringify(of) ?? 'null'
    return text.length > valueShown ? `${text.slice(0, valueShown)}…` : text
  }
  return html`<div class="block-head"><h3>Changed</h3></div><ul class="lines">${changes.map(
    ({ path, before, after }) =>
      html`<li><code><span class="k">${path}</span> <del>${value(before)}</del> <span aria-hidden="true">→</span> <ins>${value(after)}</ins></code></li>`,
  )}</ul>`
}

function causeOf(account: Account, { request }: StripeEvent, place: Place): Html | null {
  if (request.id === null) return null
  if (!account.requests.find(request.id)) return html`<code>${request.id}</code>`
  const href = hrefOf({ ...place, tab: 'requests', only: '', open: request.id })
  return html`<a href="${href}"><code>${request.id}</code></a>`
}

function resend(account: Account, { id }: StripeEvent): Html {
  const endpoints = endpointsSeen(account).filter(({ status }) => status === 'enabled')
  if (endpoints.length === 0) return empty('There is no enabled endpoint to send it to.')
  return act({
    path: `events/${id}/resend`,
    account: account.id,
    done: 'Event is on its way',
    className: 'act row-form',
    content: html`${choice('endpoint', 'Send it again to', '', [
      ['', 'all that want it'],
      ...endpoints.map(({ id: endpoint, url }) => [endpoint, url] as const),
    ])}${button('Resend')}`,
  })
}

/** A thin destination knows the event by its twin's id. */
function sent(account: Account, { id }: StripeEvent, place: Place): Html | false {
  const own = deliveriesSeen(account).filter(({ eventId }) => [id, thinIdOf(id)].includes(eventId))
  if (own.length === 0) return false
  return html`<div class="block-head"><h3>Deliveries</h3><a href="${hrefOf({ ...place, tab: 'deliveries', only: '', open: '' })}">all of them</a></div>
<ul class="lines">${own.map(
    (delivery) =>
      html`<li>${deliveryPill(delivery)} ${endpointName(account, delivery.endpointId)} <span class="note">${delivery.attempts.length} ${delivery.attempts.length === 1 ? 'attempt' : 'attempts'}</span></li>`,
  )}</ul>`
}
