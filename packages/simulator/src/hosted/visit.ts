/** One visit to the page of a session: what everything on it is drawn and judged from. */

import type { Customer } from '../account/tables.ts'
import { readSession, type SessionView } from '../checkout/pay.ts'
import { renewalTotal } from '../checkout/totals.ts'
import type { HostedResponse, PageRequest } from '../http/hosted-port.ts'
import type { Account } from '../world/account.ts'
import { type Asks, asksOf } from './asks.ts'
import { checkoutPage } from './checkout-page.ts'
import { defaultCountry } from './countries.ts'
import {
  answerName,
  type FieldError,
  type FieldValues,
  readFields,
  type SomeValues,
} from './fields.ts'
import type { Said } from './order-summary.ts'
import { type OrderView, orderOf } from './order-view.ts'
import { type Renewal, renewalOf } from './terms-text.ts'

export interface Visit {
  readonly request: PageRequest
  readonly account: Account
  readonly view: SessionView
  readonly asks: Asks
  readonly order: OrderView
  readonly home: string
}

export function visitOf(
  request: PageRequest,
  account: Account,
  sessionId: string,
): Visit | undefined {
  const view = readSession(account, sessionId)
  if (!view) return undefined
  const asks = asksOf(view, {
    customer: customerOf(account, view),
    findRate: (id) => account.db.find('shipping_rate', id),
  })
  return { request, account, view, asks, order: order(account, view), home: `/c/pay/${sessionId}` }
}

function customerOf(account: Account, { session }: SessionView): Customer | undefined {
  return account.db.find('customer', session.customer ?? '')
}

function order(account: Account, view: SessionView): OrderView {
  const { session, lineItems } = view
  return orderOf({
    session,
    lineItems,
    isBegun: view.intent !== undefined,
    renewal: renewal(account, { session, lineItems }),
    findProduct: (id) => account.db.find('product', id),
    discountName: discountName(account, session),
  })
}

function renewal(
  account: Account,
  { session, lineItems }: Pick<SessionView, 'session' | 'lineItems'>,
): Renewal | undefined {
  const recurring = lineItems.find(({ price }) => price?.recurring)?.price?.recurring
  const secret = account.db.find('session_secret', session.id)
  if (!recurring || !secret) return undefined
  const { trial_period_days: days, trial_end: end } = secret.asked.subscription_data ?? {}
  const now = account.now()
  const amount = renewalTotal({ db: account.db, now }, session, secret)
  const until = end ?? (days === undefined ? undefined : now + days * 24 * 60 * 60)
  return renewalOf(
    recurring,
    { amount, currency: session.currency ?? 'usd' },
    until === undefined ? null : { now, end: until },
  )
}

function discountName(account: Account, session: SessionView['session']): string {
  const [discount] = session.discounts ?? []
  const code = account.db.find('promotion_code', discount?.promotion_code ?? '')?.code
  return code ?? account.db.find('coupon', discount?.coupon ?? '')?.name ?? ''
}

interface Drawing {
  readonly status?: number
  readonly errors?: readonly FieldError[]
  readonly said?: Said
}

export function drawForm(
  { view, asks, order, home }: Visit,
  values: FieldValues,
  { status = 200, errors = [], said }: Drawing = {},
): HostedResponse {
  const text = view.session.custom_text
  return checkoutPage(status, {
    order,
    asks,
    home,
    words: {
      submit: text.submit?.message ?? null,
      after_submit: text.after_submit?.message ?? null,
      shipping_address: text.shipping_address?.message ?? null,
      terms_of_service_acceptance: text.terms_of_service_acceptance?.message ?? null,
    },
    values,
    errors,
    said,
  })
}

/** What was posted, or what is known before the buyer types. */
export function valuesOf(visit: Visit, form: URLSearchParams): FieldValues {
  const { asks } = visit
  const starting = startingValues(visit)
  const keys = asks.customFields.map(({ key }) => key)
  const entered = readFields(form, starting, keys)
  const method = asks.methods.find((name) => name === entered.method) ?? asks.methods[0] ?? ''
  return { ...entered, method, ...(asks.isEmailFixed ? { email: starting.email ?? '' } : {}) }
}

/** The merchant's word, else what an interrupted payment held. */
function startingValues({ request, account, view, asks }: Visit): SomeValues {
  const { session } = view
  const buyer = account.db.find('session_secret', session.id)?.buyer
  const { address, shipping } = buyer ?? {}
  const customer = customerOf(account, view)
  const prefilled = request.query.get('email')
  const answers = asks.customFields.map(({ key, dropdown, numeric, text }) => {
    const preset = dropdown?.default_value ?? numeric?.default_value ?? text?.default_value
    return [answerName(key), buyer?.answers?.[key] ?? preset ?? '']
  })
  return {
    email: session.customer_email ?? customer?.email ?? buyer?.email ?? prefilled ?? '',
    phone: buyer?.phone ?? customer?.phone ?? '',
    shippingName: shipping?.name ?? '',
    shippingLine1: shipping?.address.line1 ?? '',
    shippingLine2: shipping?.address.line2 ?? '',
    shippingCity: shipping?.address.city ?? '',
    shippingState: shipping?.address.state ?? '',
    shippingPostalCode: shipping?.address.postal_code ?? '',
    shippingCountry: shipping?.address.country ?? homeAmong(asks.shippingCountries ?? []),
    shippingRate: session.shipping_cost?.shipping_rate ?? '',
    billingName: buyer?.name ?? '',
    sameAddress: 'yes',
    billingLine1: address?.line1 ?? '',
    billingLine2: address?.line2 ?? '',
    billingCity: address?.city ?? '',
    billingState: address?.state ?? '',
    country: address?.country ?? defaultCountry,
    postalCode: address?.postal_code ?? '',
    ...Object.fromEntries(answers),
  }
}

function homeAmong(countries: readonly string[]): string {
  return countries.includes(defaultCountry) ? defaultCountry : (countries[0] ?? defaultCountry)
}
