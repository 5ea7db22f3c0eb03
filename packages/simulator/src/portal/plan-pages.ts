/** Draws the pages on which a customer ends a plan or changes it. */
import type { Coupon, Price, PromotionCode, Subscription } from '../account/tables.ts'
import { formatMoney } from '../catalogue/money.ts'
import { type Html, html } from '../hosted/html.ts'
import { shownDate } from '../hosted/terms-text.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { lastEnd } from '../subscriptions/items.ts'
import { isSameCadence } from '../subscriptions/periods.ts'
import { cadenceOf } from '../subscriptions/prices.ts'
import { button, frame } from './frame.ts'
import { type Bounds, offeredPrices, quantityBounds, takesCodes } from './offers.ts'
import { planViewOf, priceText, productName } from './plan-view.ts'
import type { Visit } from './visit.ts'

interface Around {
  readonly visit: Visit
  readonly plan: Subscription
  readonly path: string
  readonly backTo: string | null
  readonly error?: string | undefined
}

const reasons: Readonly<Record<string, string>> = {
  too_expensive: 'It’s too expensive',
  missing_features: 'I need more features',
  switched_service: 'I found an alternative',
  unused: 'I no longer need it',
  customer_service: 'Customer service was less than expected',
  too_complex: 'Ease of use was less than expected',
  low_quality: 'Quality was less than expected',
  other: 'Other reason',
}

export function cancelPage(around: Around, offer: Coupon | undefined): HostedResponse {
  const { visit, plan, path, backTo, error } = around
  const { mode, proration_behavior: proration } = visit.configuration.features.subscription_cancel
  const { name } = planViewOf(visit.account, plan)
  const until = shownDate(plan.status === 'trialing' ? (plan.trial_end ?? 0) : lastEnd(plan))
  const ends =
    mode === 'immediately'
      ? `${name} ends at once.${proration === 'none' ? '' : ' What is left of the paid period is credited to you.'}`
      : `${name} stays yours until ${until}, and then ends. Until then you can change your mind.`
  const body = html`<p class="lead">${ends}</p>
${offer && retention(offer, path)}
<form method="post" action="${path}" class="narrow">
${whyFields(visit)}
<button class="submit danger" type="submit">Cancel plan</button>
</form>
<div class="narrow"><a class="quiet" href="${backTo ?? visit.returnUrl ?? visit.home}">Keep plan</a></div>`
  return frame(visit, {
    title: 'Cancel your plan',
    body,
    backTo,
    error,
    status: error === undefined ? 200 : 402,
  })
}

function retention(coupon: Coupon, path: string): Html {
  const off =
    coupon.percent_off !== null
      ? `${coupon.percent_off}%`
      : formatMoney(coupon.amount_off ?? 0, coupon.currency ?? 'usd')
  return html`<div class="offer narrow"><h2>Stay, with ${off} off?</h2>
<p class="note">${durations[coupon.duration]?.(coupon.duration_in_months ?? 1) ?? ''}</p>
${button({ path, label: `Keep plan with ${off} off`, look: 'submit', fields: { stay: 'yes' } })}</div>`
}

const durations: Readonly<Record<string, (months: number) => string>> = {
  once: () => 'On your next invoice.',
  forever: () => 'On every invoice from now on.',
  repeating: (months) => `For ${months} months.`,
}

function whyFields({ configuration }: Visit): Html | false {
  const { enabled, options } = configuration.features.subscription_cancel.cancellation_reason
  const choice = (option: string) =>
    html`<div class="method"><label class="choice"><input type="radio" name="feedback" value="${option}">${reasons[option] ?? option}</label></div>`
  return (
    enabled &&
    html`<fieldset class="choices"><legend>Why do you cancel?</legend><div class="methods">${options.map(choice)}</div></fieldset>
<div class="field"><label for="comment">Anything else? <span class="optional">(optional)</span></label><textarea id="comment" name="comment" maxlength="500"></textarea></div>`
  )
}

export function updatePage(around: Around): HostedResponse {
  const { visit, plan, path, backTo, error } = around
  const { features } = visit.configuration
  const item = plan.items.data[0]
  const offered = offeredPrices(features)
    .map((id) => visit.account.db.find('price', id))
    .filter((price) => price !== undefined)
    .filter((price) => price.active && price.currency === plan.currency)
  const ids = offered.map(({ id }) => id)
  const bounds = [item?.price.id ?? '', ...ids]
    .map((id) => quantityBounds(features, id))
    .find((found) => found !== undefined)
  const choice = (price: Price) =>
    html`<div class="method"><label class="choice price-choice"><input type="radio" name="price" value="${price.id}"${price.id === item?.price.id && html` checked`}><span>${productName(visit.account, price)}<small>${priceText(price)}</small></span>${price.id === item?.price.id && html`<span class="state good">Current</span>`}</label></div>`
  const body = html`<form method="post" action="${path}" class="narrow">
${offered.length > 0 && html`<fieldset class="choices"><legend>Choose a plan</legend><div class="methods">${offered.map(choice)}</div></fieldset>`}
${bounds && quantityField(item?.quantity ?? 1, bounds)}
${takesCodes(features) && html`<div class="field"><label for="code">Promotion code <span class="optional">(optional)</span></label><input id="code" name="code" type="text" autocomplete="off" spellcheck="false"></div>`}
<button class="submit" type="submit">Continue</button></form>`
  return frame(visit, {
    title: 'Update your plan',
    body,
    backTo,
    error,
    status: error === undefined ? 200 : 400,
  })
}

function quantityField(quantity: number, { min, max }: Bounds): Html {
  return html`<div class="field"><label for="quantity">Quantity</label><input id="quantity" name="quantity" type="number" inputmode="numeric" min="${min}" max="${max}" value="${quantity}"></div>`
}

export interface Chosen {
  readonly price: Price
  readonly quantity: number
  readonly promotion?: PromotionCode | undefined
}

export function confirmPage(
  around: Around,
  { price, quantity, promotion }: Chosen,
): HostedResponse {
  const { visit, plan, path, backTo, error } = around
  const before = planViewOf(visit.account, plan)
  const row = (label: string, text: string) => html`<div><dt>${label}</dt><dd>${text}</dd></div>`
  const code = promotion?.code ?? ''
  const fields = { price: price.id, quantity: String(quantity), code, confirm: 'yes' }
  const body = html`<dl class="facts narrow">
${row('Now', `${before.name}, ${before.price}`)}
${row('From now on', `${productName(visit.account, price)}, ${priceText(price, quantity)}`)}
${quantity > 1 && row('Quantity', String(quantity))}
${code !== '' && row('Promotion code', code)}</dl>
<p class="lead narrow">${consequence(visit, plan, price)}</p>
<div class="narrow">${button({ path, label: 'Confirm', look: 'submit', fields })}</div>`
  return frame(visit, {
    title: 'Confirm your new plan',
    body,
    backTo,
    error,
    status: error === undefined ? 200 : 402,
  })
}

/** What the change means for the next bill. */
function consequence({ configuration }: Visit, plan: Subscription, price: Price): string {
  const rules = configuration.features.subscription_update
  const current = plan.items.data[0]?.price
  if (plan.status === 'trialing') {
    return rules.trial_update_behavior === 'end_trial'
      ? 'Your trial ends, and the new plan is paid today.'
      : 'Your trial goes on; after it you pay the new price.'
  }
  if (current && !isSameCadence(cadenceOf(current), cadenceOf(price))) {
    return 'A new billing period begins and is paid today, less what is left of the current one.'
  }
  if (rules.proration_behavior === 'always_invoice') return 'The difference is paid today.'
  return rules.proration_behavior === 'none'
    ? 'You pay the new price from the next billing date.'
    : 'The difference comes onto your next invoice.'
}
