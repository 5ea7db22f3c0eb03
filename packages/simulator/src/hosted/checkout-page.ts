/** Draws the page on which a buyer pays: the order on the left, the form on the right. */
import type { HostedResponse } from '../http/hosted-port.ts'
import { formFields } from './form-fields.ts'
import { type Html, html } from './html.ts'
import { arrowLeft } from './icons.ts'
import { page, scriptTag, testModeBadge } from './layout.ts'
import { formatMoney } from './money.ts'
import type { FieldError, FieldValues } from './pay-form.ts'

export interface OrderLine {
  readonly name: string
  readonly description: string | null
  readonly quantity: number
  readonly unitAmount: number | null
  readonly amount: number
}

export interface OrderView {
  readonly merchant: string
  readonly cancelUrl: string | null
  readonly currency: string
  readonly lines: readonly OrderLine[]
  readonly subtotal: number
  readonly discount: number
  readonly shipping: number
  readonly tax: number
  readonly total: number
}

export type MethodName = 'card' | 'sepa_debit' | 'us_bank_account'

export interface CheckoutView {
  readonly order: OrderView
  readonly action: string
  /** The verb of the button: Pay, Book, Donate. */
  readonly verb: string
  readonly methods: readonly MethodName[]
  /** The merchant named the buyer's e-mail; it cannot be changed here. */
  readonly isEmailFixed: boolean
  readonly values: FieldValues
  readonly errors: readonly FieldError[]
}

export function checkoutPage(status: number, view: CheckoutView): HostedResponse {
  const { order } = view
  const due = formatMoney(order.total, order.currency)
  const submit = order.total === 0 ? 'Complete order' : `${view.verb} ${due}`
  const body = html`<body>
<div class="page">
<header class="summary">${summary(order, due)}</header>
<main class="pay">
<div class="column">
<form method="post" action="${view.action}" novalidate data-pay>
${formFields(view)}
<button class="submit" type="submit">${submit}</button>
<p class="small">A simulated payment: no card is charged, no money moves.</p>
</form>
${footer}
</div>
</main>
</div>
${scriptTag}
</body>`
  return page(status, `${submit} · ${order.merchant}`, body)
}

const footer = html`<footer class="footer"><strong>Simulated checkout.</strong> Not affiliated with Stripe.</footer>`

function summary(order: OrderView, due: string): Html {
  return html`<div class="column">
<div class="merchant">${backLink(order)} ${testModeBadge}</div>
<p class="heading">Pay ${order.merchant}</p>
<h1 class="total-large">${due}</h1>
<ul class="lines" aria-label="Your order">${order.lines.map((line) => orderLine(line, order.currency))}</ul>
<dl class="sums">${sums(order)}</dl>
${footer}
</div>`
}

function backLink(order: OrderView): Html {
  if (order.cancelUrl === null) return html`<strong>${order.merchant}</strong>`
  return html`<a class="back" href="${order.cancelUrl}" aria-label="Back to ${order.merchant}">${arrowLeft}<span>${order.merchant}</span></a>`
}

function orderLine(line: OrderLine, currency: string): Html {
  const each =
    line.quantity > 1 && line.unitAmount !== null
      ? html`<span>${formatMoney(line.unitAmount, currency)} each</span>`
      : null
  return html`<li class="line">
<span class="tile" aria-hidden="true">${[...line.name][0]?.toUpperCase()}</span>
<div><p class="line-name">${line.name}</p>
${line.description && html`<p class="line-note">${line.description}</p>`}
<p class="line-note">Qty ${line.quantity}</p></div>
<p class="line-amount">${formatMoney(line.amount, currency)}${each}</p>
</li>`
}

function sums(order: OrderView): readonly (Html | false)[] {
  const row = (label: string, amount: number, kind: string) =>
    html`<div class="${kind}"><dt>${label}</dt><dd>${formatMoney(amount, order.currency)}</dd></div>`
  return [
    row('Subtotal', order.subtotal, 'part'),
    order.discount > 0 && row('Discount', -order.discount, 'part'),
    order.shipping > 0 && row('Shipping', order.shipping, 'part'),
    order.tax > 0 && row('Tax', order.tax, 'part'),
    row('Total due', order.total, 'due'),
  ]
}
