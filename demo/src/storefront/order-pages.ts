// Owns the pages around one order: the return from payment, the cancel page, the order, the list.
import type { HistoryRow, Order, ShownOrderStatus, SuccessView } from '@quittance/engine'
import { html, raw } from 'hono/html'
import type { Delivery } from '../deliveries.ts'
import { priceText } from '../goods.ts'
import { dateText, type Html, page, timeText } from './layout.ts'
import { soldAs } from './sold.ts'
import { isFinal, type PageStatus, statusLabel, timeline } from './timeline.ts'

export interface OrderStory {
  readonly order: Order
  readonly history: readonly HistoryRow[]
  readonly delivery: Delivery | null
  /** The simulator no longer knows its payment page: it can never be paid. */
  readonly isForgotten: boolean
}

interface Headline {
  readonly title: string
  readonly text: string
}

const HEADLINES: Readonly<Record<PageStatus, Headline>> = {
  pending: { title: 'Not paid yet', text: 'We have your order. Its payment page is still open.' },
  confirmed: { title: 'One moment', text: 'Welcome back. We ask Stripe about the payment.' },
  awaiting_payment: {
    title: 'Thank you, almost there',
    text: 'Your bank has the debit. We begin as soon as the money is here.',
  },
  fulfilled: { title: 'Thank you', text: 'Your payment is here, and your order is done.' },
  expired: { title: 'This order has expired', text: 'You can order again whenever you like.' },
  canceled: { title: 'This order was canceled', text: 'You can order again whenever you like.' },
  payment_failed: { title: 'The payment failed', text: 'Please try again, perhaps another way.' },
  failed: { title: 'We are looking into it', text: 'Your payment is safe with us.' },
  gone: {
    title: 'This payment page is gone',
    text: 'The simulator has forgotten it. Buy it again.',
  },
}

/** A trial costs nothing yet, so nobody is thanked for a payment. */
const SIGNED_UP: Headline = { title: 'Welcome', text: 'You are signed up. The first door is open.' }

const headlineOf = (status: PageStatus, order: Order | null): Headline =>
  order?.kind === 'subscription' && status === 'fulfilled' ? SIGNED_UP : HEADLINES[status]

const shownStatus = (order: Order): ShownOrderStatus =>
  order.failed && order.status !== 'fulfilled' ? 'failed' : order.status

const pageStatus = ({ order, isForgotten }: OrderStory): PageStatus =>
  isForgotten ? 'gone' : shownStatus(order)

/** Where no payment can come any more, so that buying again pays for nothing twice. */
const AGAIN: ReadonlySet<PageStatus> = new Set(['gone', 'expired', 'canceled', 'payment_failed'])

/** Where the shop window shows the item. */
const buyAgain = (itemId: string): Html =>
  html`<p><a class="button" href="${soldAs(itemId).home}">Buy it again</a></p>`

/** Where `/success` leads. Without an order, the browser has not shown that it is the buyer's. */
export function successPage(
  view: SuccessView,
  story: OrderStory | null,
  simulatorUrl: string,
): Html {
  const status = story === null ? view.status : pageStatus(story)
  return page(
    { title: headlineOf(status, view.order).title, simulatorUrl, here: null, scripts: ['live.js'] },
    story === null
      ? html`<section class="sheet narrow" data-live="" data-status="${view.status}">
${headline(HEADLINES[view.status])}${timeline(view.status, null, [])}</section>`
      : liveOrder(story),
  )
}

export function orderPage(story: OrderStory, simulatorUrl: string): Html {
  const { history } = story
  return page(
    { title: 'Your order', simulatorUrl, here: 'orders', scripts: ['live.js'] },
    html`${liveOrder(story)}
<section class="sheet history" aria-labelledby="history-title"><h2 id="history-title">History</h2>
<p class="hint">Every change of this order, as it is written in the shop’s own database.</p>
<div class="scroll"><table><thead><tr><th scope="col">Time</th><th scope="col">From</th><th scope="col">To</th>
<th scope="col">Because of</th></tr></thead>
<tbody>${history.map(historyRow)}</tbody></table></div></section>`,
  )
}

function historyRow(row: HistoryRow): Html {
  const because = row.note === null ? row.cause : `${row.cause}: ${row.note}`
  return html`<tr><td><time datetime="${row.at.toISOString()}">${timeText(row.at)}</time></td>
<td>${row.from === null ? '–' : statusLabel(row.from)}</td><td>${row.to.replaceAll('_', ' ')}</td>
<td>${because}${row.eventId === null ? html`` : html` <code>${row.eventId}</code>`}</td></tr>`
}

/** Replaces itself while the order is on its way; see assets/live.js. */
function liveOrder(story: OrderStory): Html {
  return html`<section class="sheet" data-live="/orders/${story.order.id}/progress" data-status="${pageStatus(story)}">
${progress(story)}</section>`
}

/** What is inside the live section; answered alone when the page asks again. */
export function progress(story: OrderStory): Html {
  const { order, history, delivery } = story
  const status = pageStatus(story)
  const item = soldAs(order.itemId)
  return html`<div class="progress" data-status="${status}" data-final="${String(isFinal(status))}">
<p class="eyebrow">Ordered on ${dateText(order.createdAt)}</p>${headline(headlineOf(status, order))}${AGAIN.has(status) ? buyAgain(order.itemId) : html``}
<div class="columns">
<div>${timeline(status, order, history)}${deliveryNote(delivery)}${membershipNote(order)}</div>
<div class="receipt">
<div class="art">${raw(item.art)}</div>
<dl>
<div><dt>${item.name}</dt><dd>× ${order.quantity}</dd></div>
<div class="total"><dt>${order.trialDays === null ? 'Total' : 'Due today'}</dt><dd>${priceText(order.amountTotal ?? order.expectedSubtotal, order.currency)}</dd></div>
${order.amountRefunded > 0 ? html`<div><dt>Refunded</dt><dd>${priceText(order.amountRefunded, order.currency)}</dd></div>` : html``}
</dl>
<p class="hint">Order <a href="/orders/${order.id}"><code>${order.id}</code></a></p>
</div>
</div></div>`
}

function headline({ title, text }: Headline): Html {
  return html`<div aria-live="polite"><h1>${title}</h1><p class="lead">${text}</p></div>`
}

function deliveryNote(delivery: Delivery | null): Html {
  if (delivery === null) return html``
  const title = delivery.kind === 'licence' ? 'Your licence' : 'On its way'
  return html`<div class="delivery"><h2>${title}</h2>
${delivery.lines.map((line) => html`<p><code>${line}</code></p>`)}</div>`
}

/** A sign-up delivers nothing here: what it opens is the engine's to say, every time anew. */
function membershipNote({ kind, status }: Order): Html {
  if (kind !== 'subscription' || status !== 'fulfilled') return html``
  return html`<div class="delivery"><h2>Your membership</h2><p>What it opens, and until when, stands on a page of its own.</p>
<p><a class="button" href="/membership">See your membership</a></p></div>`
}

/** Says so, and changes nothing: the payment page stays open until it expires. */
export function cancelPage(simulatorUrl: string, itemId: string | null): Html {
  return page(
    { title: 'Not paid', simulatorUrl, here: null },
    html`<section class="sheet narrow"><p class="eyebrow">Nothing was charged</p>
<h1>You turned back</h1><p class="lead">Your order waits until its payment page expires. Begin again whenever you like.</p>
${itemId === null ? html`<p><a class="button" href="/">Back to the shop</a></p>` : buyAgain(itemId)}</section>`,
  )
}

export function notFoundPage(simulatorUrl: string): Html {
  return page(
    { title: 'Not found', simulatorUrl, here: null },
    html`<section class="sheet narrow"><p class="eyebrow">404</p><h1>Nothing here</h1>
<p class="lead">There is no such page, or it belongs to another browser.</p>
<p><a class="button" href="/">Back to the shop</a></p></section>`,
  )
}

/** For a moment without a database: the order is safe, it only cannot be read. */
export function unavailablePage(simulatorUrl: string): Html {
  return page(
    { title: 'One moment', simulatorUrl, here: null },
    html`<section class="sheet narrow"><p class="eyebrow">Nothing is lost</p><h1>One moment, please</h1>
<p class="lead">We cannot read your order right now. Reload this page in a moment, and do not pay again.</p></section>`,
  )
}

export function ordersPage(orders: readonly Order[], simulatorUrl: string): Html {
  return page(
    { title: 'Your orders', simulatorUrl, here: 'orders' },
    html`<section class="sheet"><p class="eyebrow">In this browser</p><h1>Your orders</h1>
${
  orders.length === 0
    ? html`<p class="lead">You have not ordered anything yet.</p><p><a class="button" href="/">To the shop</a></p>`
    : html`<ul class="orders">${orders.map(orderEntry)}</ul>`
}</section>`,
  )
}

function orderEntry(order: Order): Html {
  const status = shownStatus(order)
  const item = soldAs(order.itemId)
  return html`<li><a href="/orders/${order.id}"><span class="thumb">${raw(item.art)}</span>
<span class="what"><strong>${item.name}</strong> × ${order.quantity}
<small>${dateText(order.createdAt)}, ${timeText(order.createdAt)}</small></span>
<span class="badge ${status}">${statusLabel(status)}</span>
<span class="amount">${priceText(order.amountTotal ?? order.expectedSubtotal, order.currency)}</span></a></li>`
}
