/** Draws the page of an invoice: what is billed on the left, how to pay it on the right. */
import type { HostedResponse } from '../http/hosted-port.ts'
import type { FieldError, FieldValues } from './fields.ts'
import { type Html, html } from './html.ts'
import { clock, download, question, tick } from './icons.ts'
import type { InvoiceRow, InvoiceState, InvoiceView } from './invoice-view.ts'
import { page, scriptTag, testModeBadge } from './layout.ts'
import { cardPanel } from './method-fields.ts'
import { footer } from './order-summary.ts'

interface InvoicePageView {
  readonly view: InvoiceView
  readonly home: string
  readonly values: FieldValues
  readonly errors: readonly FieldError[]
}

export function invoicePage(status: number, page_: InvoicePageView): HostedResponse {
  const { view, errors } = page_
  const body = html`<body>
<div class="page">
<header class="summary">${bill(page_)}</header>
<main class="pay"><div class="column">
${view.state === 'due' ? payForm(page_) : ended(view)}
${footer}
</div></main>
</div>
${scriptTag}
</body>`
  const wrong = errors.length > 0 ? 'Error: ' : ''
  return page(status, `${wrong}Invoice ${view.invoice.number ?? ''} · ${view.merchant}`, body)
}

const headings: Readonly<Record<InvoiceState, string>> = {
  due: 'Amount due',
  paid: 'Paid',
  processing: 'Payment under way',
  void: 'Void',
  uncollectible: 'Not collected',
}

function bill({ view, home }: InvoicePageView): Html {
  return html`<div class="column">
<div class="merchant"><strong>${view.merchant}</strong> ${testModeBadge}</div>
<p class="heading">${headings[view.state]}</p>
<h1 class="total-large">${view.amount}</h1>
<dl class="facts">${view.facts.map(([label, text]) => html`<div><dt>${label}</dt><dd>${text}</dd></div>`)}
<div><dt>Bill to</dt><dd>${view.billedTo.map((line) => html`${line}<br>`)}</dd></div></dl>
<a class="download" href="${home}/pdf">${download}Download invoice (PDF)</a>
<ul class="lines" aria-label="Items">${view.rows.map(item)}</ul>
<dl class="sums plain">${view.sums.map(({ label, amount, isDue }) => html`<div class="${isDue ? 'due' : 'part'}"><dt>${label}</dt><dd>${amount}</dd></div>`)}</dl>
${footer}
</div>`
}

function item(row: InvoiceRow): Html {
  return html`<li class="line flat"><div><p class="line-name">${row.name}</p>
${row.period && html`<p class="line-note">${row.period}</p>`}
${row.quantity && html`<p class="line-note">Qty ${row.quantity}</p>`}</div>
<p class="line-amount">${row.amount}${row.quantity !== '1' && row.unit && html`<span>${row.unit} each</span>`}</p></li>`
}

function payForm({ view, home, values, errors }: InvoicePageView): Html {
  return html`${view.challenged && authenticate(home)}
<form method="post" action="${home}" novalidate data-pay data-home="${home}">
<h2>Pay with a card</h2>
<div class="methods single">${cardPanel({ values, errors })}</div>
<button class="submit" type="submit">Pay ${view.amount}</button>
<p class="small">A simulated payment: no card is charged, no money moves.</p>
</form>`
}

function authenticate(home: string): Html {
  return html`<section class="ask" aria-labelledby="ask"><h2 id="ask">Your bank wants to hear from you</h2>
<p>A payment of this invoice waits for your authentication.</p>
<a class="submit" href="${home}/challenge">Authenticate payment</a>
<p class="note">Or pay with another card:</p></section>`
}

const words: Readonly<
  Record<Exclude<InvoiceState, 'due'>, readonly [string, Html, string, string]>
> = {
  paid: ['good', tick, 'This invoice is paid', 'There is nothing more to pay. Thank you.'],
  processing: [
    'wait',
    clock,
    'The payment is under way',
    'The bank has not settled it yet. This page shows when it has.',
  ],
  void: ['wait', question, 'This invoice is void', 'It does not have to be paid.'],
  uncollectible: [
    'wait',
    question,
    'This invoice is not collected any more',
    'Ask who sent it how it can still be paid.',
  ],
}

function ended({ state }: InvoiceView): Html | null {
  if (state === 'due') return null
  const [tone, mark, title, text] = words[state]
  return html`<div class="mark ${tone}">${mark}</div><h2>${title}</h2><p class="note">${text}</p>`
}
