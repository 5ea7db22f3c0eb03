/** Draws `GET /`: what this simulator is, how to reach it, what to pay with, and what just happened. */
import type { HostedResponse } from '../http/hosted-port.ts'
import { type Html, html, trusted } from './html.ts'
import { landingScript } from './landing-script.ts'
import { landingStyles } from './landing-styles.ts'
import type { AccountRow, Address, AttemptRow, EventRow, LandingView } from './landing-view.ts'
import { lookOf, page, testModeBadge } from './layout.ts'
import { type TestEntry, testAccounts, testCards, testIbans } from './test-data.ts'

const look = lookOf({ styles: landingStyles, script: landingScript, mayFetchItself: true })
const apiKey = 'sk_test_simulator'

export function landingPage(view: LandingView): HostedResponse {
  const body = html`<body>
<div class="page landing">
<header class="summary"><div class="column">
${introduction}
${connections(view.address)}
${payments}
${footer}
</div></header>
<main class="pay">
${accountsPanel(view)}
${eventsPanel(view.events)}
${attemptsPanel(view.attempts)}
${footer}
</main>
</div>
<script>${trusted(landingScript)}</script>
</body>`
  return page(200, 'Stripe simulator', body, look)
}

const footer = html`<footer class="footer"><strong>Simulated.</strong> No card is charged, no money moves. Not affiliated with Stripe.</footer>`

const introduction = html`<div class="top">${testModeBadge}<span class="state" id="state" role="status" hidden></span>
<noscript><a href="/">Refresh</a></noscript></div>
<h1>A local Stripe for your&nbsp;code.</h1>
<p class="lead">API, checkout page and signed webhooks, kept in memory on this machine: no account, no internet.
Each key that begins <code>sk_test_</code> is an account of its own.</p>`

function connections({ url, port, socketPath }: Address): Html {
  const sdk = `new Stripe('${apiKey}', {\n  host: '127.0.0.1', port: ${port},\n  protocol: 'http',\n})`
  const trigger = 'stripe trigger checkout.session.completed'
  const cli = `${trigger} \\\n  --api-base ${url} \\\n  --api-key ${apiKey}`
  return html`<section class="block" aria-labelledby="sdk"><h2 id="sdk">Point the SDK at it</h2>${snippet(sdk, 'the SDK’s options')}</section>
<section class="block" aria-labelledby="cli"><h2 id="cli">Point the Stripe CLI at it</h2>${snippet(cli, 'the CLI’s command')}
${
  socketPath !== undefined &&
  html`<p class="note">Or without <code>--api-base</code>, through its socket:</p>
${snippet(`export STRIPE_CLI_UNIX_SOCKET=${shellWord(socketPath)}`, 'the socket’s variable')}`
}</section>`
}

/** As a POSIX shell reads it back, whatever the path holds. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function snippet(code: string, name: string): Html {
  return html`<div class="snippet"><pre><code>${code}</code></pre>${copyButton(code, name)}</div>`
}

function copyButton(text: string, name: string): Html {
  return html`<button class="copy" type="button" data-copy="${text}" aria-label="Copy ${name}" hidden>Copy</button>`
}

const payments = html`<section class="block" aria-labelledby="numbers"><h2 id="numbers">Pay with</h2>
${numbers(testCards)}
<p class="note">Any later date, any code.</p>
<details class="fold"><summary>SEPA Direct Debit, in euro</summary>${numbers(testIbans)}</details>
<details class="fold"><summary>US bank account, in dollars</summary>${numbers(testAccounts)}</details>
</section>`

function numbers(entries: readonly TestEntry[]): Html {
  return html`<ul class="numbers">${entries.map(
    ({ shown, does }) =>
      html`<li><code>${shown}</code><span>${does}</span>${copyButton(shown, shown)}</li>`,
  )}</ul>`
}

interface Panel {
  readonly id: string
  readonly title: string
  readonly aside: Html
  readonly columns: readonly string[]
  readonly rows: readonly Html[]
  /** Said instead of rows. */
  readonly empty: string
}

/** The scrolling box takes focus, so that a keyboard can scroll it. */
function panel({ id, title, aside, columns, rows, empty }: Panel): Html {
  return html`<section class="panel-box ${id}" aria-labelledby="${id}-title">
<div class="panel-head"><h2 id="${id}-title">${title}</h2>${aside}</div>
<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}-title"><table aria-labelledby="${id}-title">
<thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody id="${id}" data-live>${
    rows.length > 0
      ? rows
      : html`<tr class="empty"><td colspan="${columns.length}">${empty}</td></tr>`
  }</tbody></table></div></section>`
}

function accountsPanel({ accounts, accountsTotal }: LandingView): Html {
  const left = accountsTotal - accounts.length
  return panel({
    id: 'accounts',
    title: 'Accounts',
    aside: html`<span class="aside" id="accounts-left" data-live>${left > 0 && `and ${left} older`}</span>`,
    columns: ['API key', 'Account', 'Events', 'Endpoints', 'Its clock (UTC)'],
    rows: accounts.map(accountRow),
    empty: 'None yet. The first call with a key makes one.',
  })
}

function accountRow({ key, id, events, endpoints, now }: AccountRow): Html {
  return html`<tr><td class="key"><code>${key}</code></td><td class="dim"><code>${id}</code></td><td data-unit="events">${events}</td><td data-unit="endpoints">${endpoints}</td><td class="dim">${moment(now)}</td></tr>`
}

function eventsPanel(events: readonly EventRow[]): Html {
  return panel({
    id: 'events',
    title: 'Recent events',
    aside: html`<span class="aside">newest 20</span>`,
    columns: ['Time (UTC)', 'Type', 'Webhooks', 'API key', 'Event'],
    rows: events.map(eventRow),
    empty: 'None yet. Make a checkout session, or let the CLI trigger something.',
  })
}

function eventRow({ at, type, eventId, key, pending }: EventRow): Html {
  const webhooks = pending > 0 ? `${pending} pending` : 'none pending'
  return html`<tr><td class="dim">${moment(at)}</td><td class="type">${breakable(type)}</td><td class="dim">${webhooks}</td>${origin(key, eventId)}</tr>`
}

function attemptsPanel(attempts: readonly AttemptRow[]): Html {
  return panel({
    id: 'attempts',
    title: 'Webhook deliveries',
    aside: html`<a href="/_sim/deliveries">every attempt, as JSON</a>`,
    columns: ['Time (UTC)', 'Answer', 'Type', 'Attempt', 'Endpoint', 'API key', 'Event'],
    rows: attempts.map(attemptRow),
    empty: 'None yet. Events are delivered to the webhook endpoints of their account.',
  })
}

function attemptRow(row: AttemptRow): Html {
  const tone = row.isDelivered ? 'good' : 'bad'
  return html`<tr><td class="dim">${moment(row.at)}</td><td class="outcome"><span class="pill ${tone}">${row.outcome}</span></td><td class="type">${breakable(row.type)}</td><td data-unit="attempt">${row.attempt}</td><td class="host"><span title="${row.host}">${row.host}</span></td>${origin(row.key, row.eventId)}</tr>`
}

/** May go on in a second line after a dot, and after an underscore where that is not enough. */
function breakable(type: string): Html[] {
  return type.split(/(?<=[._])/).map((part, index) => html`${index > 0 && trusted('<wbr>')}${part}`)
}

function origin(key: string, eventId: string): Html {
  return html`<td class="dim"><code>${key}</code></td><td class="dim id"><code title="${eventId}">${eventId}</code></td>`
}

/** An account's clock can be moved past what a date can hold. */
function moment(seconds: number): Html | number {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return seconds
  const iso = date.toISOString()
  return html`<time datetime="${iso}">${iso.slice(-19, -5).replace('T', ' ')}</time>`
}
