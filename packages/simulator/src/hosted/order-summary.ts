/** Draws the order beside the form: what is bought, how much of it, with which code, for how much. */
import { type Html, html } from './html.ts'
import { arrowLeft, tag } from './icons.ts'
import { testModeBadge } from './layout.ts'
import type { OrderLine, OrderView } from './order-view.ts'

/** What the buyer last changed, and whether it could be. */
export interface Said {
  readonly about: 'quantity' | 'promotion' | 'shipping'
  /** The line that it was about. */
  readonly line?: string
  readonly ok: boolean
  readonly message: string
  /** The code that was typed. */
  readonly typed?: string
}

interface SummaryView {
  readonly order: OrderView
  readonly home: string
  readonly said: Said | undefined
}

export const footer = html`<footer class="footer"><strong>A simulator.</strong> Not affiliated with Stripe.</footer>`

export function summary(view: SummaryView): Html {
  const { order } = view
  return html`<div class="column">
<div class="merchant">${backLink(order)} ${testModeBadge}</div>
<p class="heading">${order.heading}</p>
<h1 class="total-large">${order.title}</h1>
${order.notes.map((note) => html`<p class="heading-note">${note}</p>`)}
${order.lines.length > 0 && html`<ul class="lines" aria-label="Your order">${order.lines.map((line) => orderLine(line, view))}</ul>`}
${promotion(view)}
${order.sums.length > 0 && html`<dl class="sums">${order.sums.map(sum)}</dl>`}
${footer}
</div>`
}

function backLink(order: OrderView): Html {
  if (order.cancelUrl === null) return html`<strong>${order.merchant}</strong>`
  return html`<a class="back" href="${order.cancelUrl}" aria-label="Back to ${order.merchant}">${arrowLeft}<span>${order.merchant}</span></a>`
}

function orderLine(line: OrderLine, view: SummaryView): Html {
  return html`<li class="line">
<span class="tile" aria-hidden="true">${[...line.name][0]?.toUpperCase()}</span>
<div><p class="line-name">${line.name}</p>
${line.description && html`<p class="line-note">${line.description}</p>`}
${line.bounds ? quantityForm(line, line.bounds, view) : line.quantity !== null && html`<p class="line-note">Qty ${line.quantity}</p>`}</div>
<p class="line-amount">${line.price}${line.each && html`<span>${line.each}</span>`}</p>
</li>`
}

type Bounds = NonNullable<OrderLine['bounds']>

function quantityForm(line: OrderLine, { min, max }: Bounds, { home, said }: SummaryView): Html {
  const own = said?.about === 'quantity' && said.line === line.id ? said : undefined
  const id = `quantity-${line.id}`
  return html`<form class="quantity" method="post" action="${home}/quantity" novalidate data-revise-form>
<input type="hidden" name="line" value="${line.id}">
<label for="${id}">Qty<span class="hidden"> of ${line.name}</span></label>
<input id="${id}" name="quantity" type="number" inputmode="numeric" value="${line.quantity}" min="${min}" max="${max}" step="1"${own && !own.ok && html` aria-invalid="true" aria-describedby="${id}-said"`}>
<button class="mini" type="submit">Update<span class="hidden"> quantity of ${line.name}</span></button>
</form>${own && saidOf(own, `${id}-said`)}`
}

function promotion({ order, home, said }: SummaryView): Html | false {
  const own = said?.about === 'promotion' ? said : undefined
  const outcome = own && saidOf(own, 'promotion-said')
  if (order.promotion === null) return false
  const { applied, saves } = order.promotion
  if (applied !== '') {
    return html`<div class="promotion"><form class="applied" method="post" action="${home}/promotion" data-revise-form>
<span class="code">${tag}${applied}</span><span class="saves">${saves}</span>
<button class="mini" type="submit" name="remove" value="yes">Remove<span class="hidden"> promotion code ${applied}</span></button></form>${outcome}</div>`
  }
  return html`<div class="promotion"><form class="code-form" method="post" action="${home}/promotion" novalidate data-revise-form>
<label class="hidden" for="code">Promotion code</label>
<input id="code" name="code" type="text" value="${own?.typed ?? ''}" placeholder="Promotion code" autocomplete="off" spellcheck="false"${own && !own.ok && html` aria-invalid="true" aria-describedby="promotion-said"`}>
<button class="mini" type="submit">Apply</button></form>${outcome}</div>`
}

/** Where the focus goes after the change, so that it is heard, too. */
export function saidOf({ ok, message }: Said, id: string): Html {
  return ok
    ? html`<p class="done" role="status" id="${id}" tabindex="-1" autofocus>${message}</p>`
    : html`<p class="error" role="alert" id="${id}" tabindex="-1" autofocus>${message}</p>`
}

function sum({ label, amount, isDue }: OrderView['sums'][number]): Html {
  return html`<div class="${isDue ? 'due' : 'part'}"><dt>${label}</dt><dd>${amount}</dd></div>`
}
