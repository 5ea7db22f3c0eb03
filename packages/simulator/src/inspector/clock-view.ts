/** The time of an account and of its test clocks, and how to move it. */
import { type Html, html } from '../hosted/html.ts'
import { act, button, empty, field, fixed, moment, pill, span } from './parts.ts'
import { hrefOf } from './place.ts'
import { type ClockSeen, testClocksSeen } from './read-settings.ts'
import type { View } from './view.ts'

const steps = [
  ['+ 1 hour', 'advance:number', 3600],
  ['+ 1 day', 'advance:number', 86_400],
  ['+ 1 month', 'months:number', 1],
] as const

export function clockView({ account, place, wall }: View): Html {
  const now = account.now()
  const ahead = now - wall
  const { platform } = account
  const clocks = testClocksSeen(account)
  return html`<section class="group" aria-labelledby="own"><h2 id="own">This account</h2>
<p class="clock">${moment(now)} <span class="note">UTC${ahead > 1 ? `, ${span(ahead)} ahead of the wall clock` : ', as the wall clock'}</span></p>
${
  platform
    ? html`<p class="note">A connected account follows <a href="${hrefOf({ ...place, account: platform.id })}">its platform’s clock</a>.</p>`
    : html`<p class="note">It only moves forward. What falls due on the way happens in order: renewals, retries, expiries, webhooks.</p>${mover('clock', account.id, now, 'own')}`
}</section>
<section class="group" aria-labelledby="test-clocks"><h2 id="test-clocks">Test clocks</h2>
${clocks.length > 0 ? html`<div class="cards">${clocks.map((clock) => clockCard(account.id, clock))}</div>` : empty('None. A test clock holds the time of the customers that are made with it.')}</section>`
}

function clockCard(account: string, { id, name, frozenTime, status, customers }: ClockSeen): Html {
  return html`<section class="card" data-key="${id}" aria-labelledby="name-${id}"><div class="card-head"><h3 id="name-${id}">${name ?? id}</h3>${pill(status === 'ready' ? 'good' : 'wait', status)}</div>
<p class="clock small">${moment(frozenTime)} <span class="note">UTC, frozen</span></p><p class="note"><code>${id}</code> · ${customers} ${customers === 1 ? 'customer' : 'customers'}</p>${mover(`test_clocks/${id}/advance`, account, frozenTime, id)}</section>`
}

function mover(path: string, account: string, now: number, key: string): Html {
  const done = 'Clock moved'
  return html`<div class="actions">${steps.map(([text, name, value]) =>
    act({ path, account, done, content: html`${fixed(name, value)}${button(text)}` }),
  )}${act({
    path,
    account,
    done,
    className: 'act row-form inline',
    content: html`${field({ name: 'to:date', label: `To (UTC)`, type: 'datetime-local', value: inputDate(now), more: `required data-key="to-${key}" step="1"` })}${button('Move')}`,
  })}</div>`
}

function inputDate(seconds: number): string {
  const date = new Date(Math.ceil(seconds / 86_400) * 86_400_000)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19)
}
