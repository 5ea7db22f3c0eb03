/** Answers `GET /`: what happens in each account, and everything that a developer can do to it. */

import { type Html, html, trusted } from '../hosted/html.ts'
import { page, testModeBadge } from '../hosted/layout.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import type { Account } from '../world/account.ts'
import type { Accounts } from '../world/accounts.ts'
import { clockView } from './clock-view.ts'
import { deliveriesView } from './deliveries-view.ts'
import { endpointsView, eventTypeList, notice } from './endpoints-view.ts'
import { eventsView } from './events-view.ts'
import { look } from './look.ts'
import { empty, moment } from './parts.ts'
import { hrefOf, type Place, placeOf, type Tab, tabs } from './place.ts'
import { type AccountSeen, accountSeen } from './read-accounts.ts'
import { requestsView } from './requests-view.ts'
import { script } from './script.ts'
import { billingView, chaosView } from './settings-views.ts'
import { type Address, startView } from './start-view.ts'
import { stateView } from './state-view.ts'
import type { View } from './view.ts'

export type { Address } from './start-view.ts'

const views: Readonly<Record<Exclude<Tab, 'start'>, (view: View) => Html>> = {
  requests: requestsView,
  events: eventsView,
  deliveries: deliveriesView,
  endpoints: endpointsView,
  clock: clockView,
  billing: billingView,
  chaos: chaosView,
  state: stateView,
}

/** The newest accounts of a long test run; the others have their addresses. */
const accountsShown = 50

export function inspector(
  accounts: Accounts,
  address: Address,
  query: URLSearchParams,
  wall: number,
): HostedResponse {
  const asked = placeOf(query)
  const newest = accounts.all().at(-1)
  const account = asked.account === '' ? newest : accounts.withId(asked.account)
  account?.catchUp()
  const isStart = asked.tab === 'start' || (asked.account === '' && !newest)
  const place = {
    ...asked,
    account: account?.id ?? '',
    tab: isStart ? 'start' : asked.tab,
  } as const
  const body = html`<body>
<a class="skip" href="#main">Skip to the content</a>
<div id="frame" data-place="${hrefOf({ ...place, account: account?.id ?? asked.account })}" data-title="${titleOf(place, account)}">
${topBar}
${sidebar(accounts, place)}
<main id="main" tabindex="-1">${isStart ? startView(address) : account ? accountView({ account, place, wall }) : lost(asked)}</main>
${eventTypeList}
</div>
${notice}
<script>${trusted(script)}</script>
</body>`
  return page(200, `${titleOf(place, account)} · Stripe simulator`, body, look)
}

function titleOf({ tab }: Place, account: Account | undefined): string {
  if (tab === 'start' || !account) return 'Connect your code'
  return tabs.find(([name]) => name === tab)?.[1] ?? ''
}

const topBar = html`<header class="bar"><a class="brand" href="/">Stripe simulator</a>${testModeBadge}<span class="state" id="state" role="status" data-still></span><noscript>Reload to see what is new.</noscript></header>`

function sidebar(accounts: Accounts, place: Place): Html {
  const all = accounts.all()
  const shown = all.slice(-accountsShown).reverse()
  const left = all.length - shown.length
  return html`<nav class="side" aria-label="Accounts"><h2>Accounts</h2>
${all.length > 0 ? html`<ul>${shown.flatMap((account) => account.family()).map((account) => sideRow(accountSeen(account), place))}</ul>` : empty('None yet. The first call with a key makes one.')}
${left > 0 && html`<p class="note">and ${left} older</p>`}
<p class="side-foot"><a href="${hrefOf({ ...place, tab: 'start', open: '', only: '' })}"${place.tab === 'start' && trusted(' aria-current="page"')}>Connect your code</a></p>
<p class="fine"><strong>Simulated.</strong> No card is charged, no money moves. Not affiliated with Stripe.</p></nav>`
}

function sideRow({ id, key, platform, events, chaos }: AccountSeen, place: Place): Html {
  const isHere = id === place.account && place.tab !== 'start'
  const tab = place.tab === 'start' ? 'requests' : place.tab
  const href = hrefOf({ account: id, tab, open: '', only: '' })
  return html`<li data-key="side-${id}"${platform !== null && trusted(' class="below"')}><a href="${href}"${isHere && trusted(' aria-current="true"')}><code>${platform === null ? key : id}</code><span class="count">${events}<span class="away"> ${events === 1 ? 'event' : 'events'}</span></span><span class="sub">${platform === null ? id : 'connected'}${chaos && html` · chaos`}</span></a></li>`
}

function accountView(view: View): Html {
  const { account, place } = view
  const seen = accountSeen(account)
  const tab = place.tab === 'start' ? 'requests' : place.tab
  return html`<div class="head"><h1><code>${seen.key}</code></h1><span class="note"><code>${seen.id}</code>${seen.platform !== null && html` connected to <a href="${hrefOf({ ...place, account: seen.platform, open: '' })}"><code>${seen.platform}</code></a>`}</span><span class="note now">${moment(seen.now)} UTC</span></div>
<nav class="tabs" aria-label="Views">${tabs.map(([name, text]) => html`<a href="${hrefOf({ ...place, tab: name, open: '', only: '' })}"${name === tab && trusted(' aria-current="page"')}>${text}${badge(name, seen)}</a>`)}</nav>
<div class="view" data-key="${tab}-${seen.id}">${views[tab](view)}</div>`
}

function badge(
  tab: Tab,
  { requests, events, endpoints, failing, chaos }: AccountSeen,
): Html | false {
  if (tab === 'chaos') return chaos && html` <span class="count hot">on</span>`
  if (tab === 'endpoints' && failing > 0)
    return html` <span class="count hot">${failing} failing</span>`
  const counts: Partial<Record<Tab, number>> = { requests, events, endpoints }
  const count = counts[tab]
  return count !== undefined && html` <span class="count">${count}</span>`
}

function lost({ account }: Place): Html {
  return html`<div class="head"><h1>Gone</h1></div>${empty(`There is no account ${account}.`)}<p><a href="/">To the newest account</a></p>`
}
