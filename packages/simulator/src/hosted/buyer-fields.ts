/** Draws what the form asks about the buyer: contact, delivery, the bill, the merchant's own questions, the terms. */
import type { ShippingRate } from '../account/tables.ts'
import { formatMoney } from '../catalogue/money.ts'
import type { Asks } from './asks.ts'
import { answerName } from './fields.ts'
import {
  addressFields,
  countryChoices,
  errorsOf,
  everyCountry,
  type FormView,
  field,
  select,
  tickBox,
} from './form-fields.ts'
import { type Html, html } from './html.ts'
import { linked } from './linked-text.ts'
import { type Said, saidOf } from './order-summary.ts'

export interface BuyerView extends FormView {
  readonly asks: Asks
  readonly merchant: string
  /** What became of another way of shipping. */
  readonly said?: Said | undefined
  /** The merchant's words at these places; null where there are none. */
  readonly words: {
    readonly shipping_address: string | null
    readonly terms_of_service_acceptance: string | null
  }
}

export function contactFields(view: BuyerView): Html {
  const { asks } = view
  return html`<h2>Contact information</h2>
${field(view, 'email', 'Email', { type: 'email', autocomplete: 'email', placeholder: 'you@example.com', readonly: asks.isEmailFixed })}
${asks.phone && field(view, 'phone', 'Phone number', { type: 'tel', inputmode: 'tel', autocomplete: 'tel', placeholder: '+1 555 555 0123' })}`
}

export function shippingFields(view: BuyerView): Html | false {
  const { asks, words } = view
  const address =
    asks.shippingCountries &&
    html`<div class="block"><h2>Shipping address</h2>
${words.shipping_address && html`<p class="note">${linked(words.shipping_address)}</p>`}
${field(view, 'shippingName', 'Full name', { autocomplete: 'shipping name', placeholder: 'First and last name' })}
${addressFields(view, { prefix: 'shipping', title: 'Shipping', choices: countryChoices(asks.shippingCountries) })}</div>`
  return (address || asks.shippingRates.length > 0) && html`${address}${rates(view)}`
}

function rates(view: BuyerView): Html | false {
  const { shippingRates } = view.asks
  const said = view.said?.about === 'shipping' ? view.said : undefined
  return (
    shippingRates.length > 0 &&
    html`<fieldset class="block"><legend class="heading-2">Shipping method</legend>
${said && saidOf(said, 'shipping-said')}
<div class="methods">${shippingRates.map((rate) => rateChoice(view, rate))}</div></fieldset>`
  )
}

function rateChoice(view: BuyerView, rate: ShippingRate): Html {
  const { amount = 0, currency = 'usd' } = rate.fixed_amount ?? {}
  const isChosen = view.values.shippingRate === rate.id
  const days = estimateText(rate.delivery_estimate)
  return html`<div class="method"><label class="choice"><input type="radio" name="shippingRate" value="${rate.id}" data-revise${isChosen && html` checked`}>
<span>${rate.display_name ?? 'Shipping'}${days && html`<small class="days">${days}</small>`}</span><span class="cost">${amount === 0 ? 'Free' : formatMoney(amount, currency)}</span></label></div>`
}

function estimateText(estimate: ShippingRate['delivery_estimate']): string | null {
  const least = estimate?.minimum
  const most = estimate?.maximum
  const unit = (most ?? least)?.unit.replace('_', ' ')
  if (unit === undefined) return null
  if (least && most && least.value !== most.value) return `${least.value}–${most.value} ${unit}s`
  const one = (most ?? least)?.value ?? 1
  const range = most ? '' : 'at least '
  return `${range}${one} ${unit}${one === 1 ? '' : 's'}`
}

export function billingFields(view: BuyerView): Html | false {
  const { asks } = view
  const fields = addressFields(view, {
    prefix: 'billing',
    title: 'Billing',
    choices: everyCountry,
  })
  return (
    asks.billingAddress &&
    html`<div class="block"><h2>Billing address</h2>
${asks.shippingCountries ? html`${tickBox(view, 'sameAddress', 'Same as the shipping address')}<div class="other-address">${fields}</div>` : fields}</div>`
  )
}

export function customFields(view: BuyerView): Html | false {
  const { customFields: fields } = view.asks
  return (
    fields.length > 0 &&
    html`<div class="block">${fields.map((one) => customField(view, one))}</div>`
  )
}

function customField(view: BuyerView, asked: Asks['customFields'][number]): Html {
  const name = answerName(asked.key)
  const label = asked.label.custom ?? asked.key
  const { optional } = asked
  if (!asked.dropdown) {
    const digits = asked.numeric ? { inputmode: 'numeric' } : {}
    return field(view, name, label, { autocomplete: 'off', optional, ...digits })
  }
  const none = { value: '', label: optional ? 'None' : 'Choose…' }
  return html`<div class="field"><label for="${name}">${label}${optional && html` <span class="optional">(optional)</span>`}</label>
${select(view, name, [none, ...asked.dropdown.options])}
${errorsOf(view, [name])}</div>`
}

export function termsField(view: BuyerView): Html | false {
  const words = view.words.terms_of_service_acceptance
  const text = words
    ? linked(words)
    : `I agree to the terms of service and the privacy policy of ${view.merchant}.`
  return view.asks.terms && html`<div class="block">${tickBox(view, 'terms', text)}</div>`
}
