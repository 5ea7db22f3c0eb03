/** Draws the page on which a buyer pays: the order on the left, the form on the right. */
import type { HostedResponse } from '../http/hosted-port.ts'
import type { Asks } from './asks.ts'
import {
  type BuyerView,
  billingFields,
  contactFields,
  customFields,
  shippingFields,
  termsField,
} from './buyer-fields.ts'
import type { FieldError, FieldValues } from './fields.ts'
import { html } from './html.ts'
import { page, scriptTag } from './layout.ts'
import { linked } from './linked-text.ts'
import { methodFields } from './method-fields.ts'
import { footer, type Said, summary } from './order-summary.ts'
import type { OrderView } from './order-view.ts'

interface CheckoutView {
  readonly order: OrderView
  readonly asks: Asks
  /** The page's own path; what is posted goes there and below. */
  readonly home: string
  readonly words: BuyerView['words'] & {
    readonly submit: string | null
    readonly after_submit: string | null
  }
  readonly values: FieldValues
  readonly errors: readonly FieldError[]
  readonly said?: Said | undefined
}

export function checkoutPage(status: number, view: CheckoutView): HostedResponse {
  const { order, asks, home, words, values, errors, said } = view
  const form = { values, errors, asks, words, merchant: order.merchant, said }
  const body = html`<body>
<div class="page">
<header class="summary">${summary({ order, home, said })}</header>
<main class="pay">
<div class="column">
<form method="post" action="${home}" novalidate data-pay data-home="${home}">
${contactFields(form)}
${shippingFields(form)}
${methodFields({ values, errors, methods: asks.methods, hasBilling: asks.billingAddress })}
${billingFields(form)}
${customFields(form)}
${termsField(form)}
${words.submit && html`<p class="note words">${linked(words.submit)}</p>`}
<button class="submit" type="submit">${order.submit}</button>
${words.after_submit && html`<p class="note words">${linked(words.after_submit)}</p>`}
<p class="small">A simulated payment: no card is charged, no money moves.</p>
</form>
${footer}
</div>
</main>
</div>
${scriptTag}
</body>`
  const isWrong = errors.length > 0 || said?.ok === false
  return page(status, `${isWrong ? 'Error: ' : ''}${order.submit} · ${order.merchant}`, body)
}
