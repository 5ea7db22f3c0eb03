/** Ends, keeps and changes plans at the customer's word. */
import type { Subscription } from '../account/tables.ts'
import { codeTyped } from '../catalogue/promotion-codes.ts'
import { seeOther } from '../hosted/layout.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { cancelPlan, changePlan, type Farewell, keepPlan, stayFor } from './actions.ts'
import { homePage } from './home-page.ts'
import { priceOffered, quantityBounds, takesCodes } from './offers.ts'
import { type Chosen, cancelPage, confirmPage, updatePage } from './plan-pages.ts'
import { backTo, finished } from './steps.ts'
import { subscriptionOf, type Visit } from './visit.ts'

function around(visit: Visit, plan: Subscription, deed: 'cancel' | 'update') {
  const path = `${visit.home}/subscriptions/${plan.id}/${deed}`
  return { visit, plan, path, backTo: backTo(visit) }
}

function toHome({ home }: Visit): HostedResponse {
  return seeOther(`${home}/home`)
}

export function showCancel(visit: Visit, id: string, error?: string): HostedResponse {
  const plan = subscriptionOf(visit, id)
  if (!plan || plan.cancel_at !== null) return toHome(visit)
  return cancelPage({ ...around(visit, plan, 'cancel'), error }, offerFor(visit, id))
}

/** What the merchant's flow offers for staying. */
function offerFor({ account, session }: Visit, id: string) {
  const { subscription, retention } = session.flow?.subscription_cancel ?? {}
  return subscription === id
    ? account.db.find('coupon', retention?.coupon_offer?.coupon ?? '')
    : undefined
}

export function endPlan(visit: Visit, id: string): HostedResponse {
  const plan = subscriptionOf(visit, id)
  if (!plan || plan.cancel_at !== null) return toHome(visit)
  const offer = visit.request.form.get('stay') === null ? undefined : offerFor(visit, id)
  const done = offer ? stayFor(visit, plan, offer.id) : cancelPlan(visit, plan, farewell(visit))
  if (done.ok) return finished(visit, offer ? 'stayed' : 'canceled')
  return showCancel(visit, id, done.error.message)
}

function farewell({ request, configuration }: Visit): Farewell {
  const { enabled, options } = configuration.features.subscription_cancel.cancellation_reason
  if (!enabled) return {}
  const feedback = options.find((option) => option === request.form.get('feedback'))
  const comment = (request.form.get('comment') ?? '').trim().slice(0, 500)
  return {
    ...(feedback === undefined ? {} : { feedback }),
    ...(comment === '' ? {} : { comment }),
  }
}

export function resumePlan(visit: Visit, id: string): HostedResponse {
  const plan = subscriptionOf(visit, id)
  if (!plan || plan.cancel_at === null) return toHome(visit)
  const done = keepPlan(visit, plan)
  return done.ok ? finished(visit, 'kept') : homePage(visit, { error: done.error.message })
}

export function showUpdate(visit: Visit, id: string): HostedResponse {
  const plan = changeable(visit, id)
  if (!plan) return toHome(visit)
  const wanted = visit.session.flow?.subscription_update_confirm?.items[0]
  const chosen = wanted && chosenIn(visit, plan, wanted.price, wanted.quantity)
  const shown = around(visit, plan, 'update')
  return typeof chosen === 'object' ? confirmPage(shown, chosen) : updatePage(shown)
}

function changeable(visit: Visit, id: string): Subscription | undefined {
  const plan = subscriptionOf(visit, id)
  return plan?.cancel_at === null && plan.items.data.length === 1 ? plan : undefined
}

export function updatePlan(visit: Visit, id: string): HostedResponse {
  const { form } = visit.request
  const plan = changeable(visit, id)
  const item = plan?.items.data[0]
  if (!plan || !item) return toHome(visit)
  const shown = around(visit, plan, 'update')
  const typed = form.get('quantity')
  const quantity = typed === null ? undefined : /^\d{1,6}$/.test(typed) ? Number(typed) : -1
  const chosen = chosenIn(visit, plan, form.get('price'), quantity, form.get('code') ?? '')
  if (typeof chosen === 'string') return updatePage({ ...shown, error: chosen })
  const isSame = chosen.price.id === item.price.id && chosen.quantity === (item.quantity ?? 1)
  if (isSame && !chosen.promotion)
    return updatePage({ ...shown, error: 'This is your current plan.' })
  if (form.get('confirm') === null) return confirmPage(shown, chosen)
  const done = changePlan(visit, plan, {
    item: item.id,
    price: chosen.price.id,
    quantity: chosen.quantity,
    promotion: chosen.promotion?.id,
  })
  if (done.ok) return finished(visit, 'updated')
  return confirmPage({ ...shown, error: done.error.message }, chosen)
}

/** What was chosen, or why it cannot be. */
function chosenIn(
  { account, configuration }: Visit,
  plan: Subscription,
  priceId: string | null,
  quantity: number | undefined,
  code = '',
): Chosen | string {
  const item = plan.items.data[0]
  const { features } = configuration
  const price = account.db.find('price', priceId ?? item?.price.id ?? '')
  if (!item || !price) return 'Choose one of the plans.'
  if (price.id !== item.price.id && !priceOffered(features, price.id)) {
    return 'Choose one of the plans.'
  }
  const bounds = quantityBounds(features, price.id)
  const current = item.quantity ?? 1
  const wanted = bounds === undefined ? current : (quantity ?? current)
  if (bounds && (wanted < bounds.min || wanted > bounds.max)) {
    return `Choose a quantity from ${bounds.min} to ${bounds.max}.`
  }
  const promotion = code === '' || !takesCodes(features) ? undefined : codeTyped(account, code)
  if (code !== '' && !promotion) return 'This code is invalid.'
  return { price, quantity: wanted, promotion }
}
