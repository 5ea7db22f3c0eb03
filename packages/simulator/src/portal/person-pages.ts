/** Draws the pages on which a customer adds a card or changes their details. */
import { addressFields, everyCountry, type FormView, field, select } from '../hosted/form-fields.ts'
import { type Html, html } from '../hosted/html.ts'
import { cardPanel } from '../hosted/method-fields.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { frame } from './frame.ts'
import { taxIdChoices } from './tax-id-types.ts'
import type { Visit } from './visit.ts'

interface Shown {
  readonly visit: Visit
  readonly form: FormView
  readonly backTo: string | null
  readonly status?: number
}

export function cardPage({ visit, form, backTo, status = 200 }: Shown): HostedResponse {
  const body = html`<form method="post" action="${visit.home}/payment-methods/add" novalidate data-pay class="narrow">
<div class="methods single">${cardPanel(form)}</div>
<button class="submit" type="submit">Save card</button>
<p class="small">It becomes your default: the next payments are made with it.</p></form>`
  return frame(visit, { title: 'Add a payment method', body, backTo, status })
}

export function customerPage({ visit, form, backTo, status = 200 }: Shown): HostedResponse {
  const allowed: readonly string[] = visit.configuration.features.customer_update.allowed_updates
  const parts: readonly (readonly [name: string, part: () => Html])[] = [
    ['name', () => field(form, 'billingName', 'Name', { autocomplete: 'name' })],
    ['email', () => field(form, 'email', 'Email', { type: 'email', autocomplete: 'email' })],
    ['phone', () => field(form, 'phone', 'Phone number', { type: 'tel', autocomplete: 'tel' })],
    [
      'address',
      () =>
        html`<div class="block"><h2>Billing address</h2>${addressFields(form, { prefix: 'billing', title: 'Billing', choices: everyCountry })}</div>`,
    ],
    [
      'shipping',
      () =>
        html`<div class="block"><h2>Shipping address</h2>${field(form, 'shippingName', 'Full name', { autocomplete: 'shipping name' })}${addressFields(form, { prefix: 'shipping', title: 'Shipping', choices: everyCountry })}</div>`,
    ],
    [
      'tax_id',
      () =>
        html`<div class="block"><h2>Tax ID</h2><div class="field"><label for="taxIdType">Kind of tax ID</label>${select(form, 'taxIdType', taxIdChoices(form.values.taxIdType))}</div>${field(form, 'taxId', 'Number', { autocomplete: 'off', optional: true })}</div>`,
    ],
  ]
  const body = html`<form method="post" action="${visit.home}/customer" novalidate data-pay class="narrow">
${parts.filter(([name]) => allowed.includes(name)).map(([, part]) => part())}
<button class="submit" type="submit">Save</button></form>`
  return frame(visit, { title: 'Update your information', body, backTo, status })
}
