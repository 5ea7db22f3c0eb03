/** Draws the portal itself: plans, payment methods, the customer's details, invoices. */
import type { PaymentMethod } from '../account/tables.ts'
import { formatMoney } from '../catalogue/money.ts'
import { countryName } from '../hosted/countries.ts'
import { type Html, html } from '../hosted/html.ts'
import { shownDate } from '../hosted/terms-text.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { button, frame, section } from './frame.ts'
import { offeredPrices, quantityBounds, takesCodes } from './offers.ts'
import { type PlanView, planViewOf } from './plan-view.ts'
import { defaultMethodOf, methodsOf, subscriptionsOf, taxIdsOf, type Visit } from './visit.ts'

export interface News {
  /** What was just done. */
  readonly said?: string | undefined
  readonly error?: string | undefined
}

export function homePage(visit: Visit, { said, error }: News = {}): HostedResponse {
  const { features } = visit.configuration
  const body = html`${said !== undefined && html`<p class="said" role="status" tabindex="-1" autofocus>${said}</p>`}
${plans(visit)}
${methods(visit)}
${features.customer_update.enabled && details(visit)}
${features.invoice_history.enabled && history(visit)}`
  return frame(visit, {
    title: 'Your billing',
    body,
    error,
    status: error === undefined ? 200 : 400,
  })
}

function plans(visit: Visit): Html {
  const views = subscriptionsOf(visit).map((one) => planViewOf(visit.account, one))
  const body =
    views.length === 0
      ? html`<p class="lead">You have no plan at the moment.</p>`
      : html`${views.map((view) => plan(visit, view))}`
  return section('plans', views.length > 1 ? 'Current plans' : 'Current plan', body)
}

function plan(visit: Visit, view: PlanView): Html {
  const path = `${visit.home}/subscriptions/${view.id}`
  return html`<div class="plan"><h3>${view.name} <span class="state ${view.tone}">${view.badge}</span></h3>
<p class="price">${view.price}${view.quantity !== null && view.quantity > 1 && html` · Qty ${view.quantity}`}</p>
<p class="next">${view.next}</p>
<div class="actions">${view.payUrl !== null && html`<a class="mini" href="${view.payUrl}">Pay the open invoice</a>`}
${isChangeable(visit, view) && html`<a class="mini" href="${path}/update">Update plan<span class="hidden"> ${view.name}</span></a>`}
${end(visit, view, path)}</div></div>`
}

function isChangeable({ account, configuration }: Visit, view: PlanView): boolean {
  if (view.isCanceling || !view.isPlain || !configuration.features.subscription_update.enabled) {
    return false
  }
  const price = account.db.find('subscription', view.id)?.items.data[0]?.price.id ?? ''
  const { features } = configuration
  return (
    offeredPrices(features).length > 0 ||
    quantityBounds(features, price) !== undefined ||
    takesCodes(features)
  )
}

function end({ configuration }: Visit, view: PlanView, path: string): Html | false {
  if (!configuration.features.subscription_cancel.enabled) return false
  return view.isCanceling
    ? button({ path: `${path}/keep`, label: 'Don’t cancel plan', of: view.name })
    : html`<a class="mini" href="${path}/cancel">Cancel plan<span class="hidden"> ${view.name}</span></a>`
}

function methods(visit: Visit): Html {
  const rows = methodsOf(visit)
  const isOpen = visit.configuration.features.payment_method_update.enabled
  const preferred = defaultMethodOf(visit)
  const body = html`${rows.length === 0 ? html`<p class="lead">No payment method is saved.</p>` : html`<ul class="rows">${rows.map((row) => method(visit, row, row.id === preferred, isOpen))}</ul>`}
${isOpen && html`<a class="mini" href="${visit.home}/payment-methods/add">Add payment method</a>`}`
  return section('methods', 'Payment methods', body)
}

function method({ home }: Visit, row: PaymentMethod, isDefault: boolean, isOpen: boolean): Html {
  const fields = { method: row.id }
  const [name, note] = methodText(row)
  return html`<li><span class="what">${name}<small>${note}</small></span>
${isDefault ? html`<span class="state good">Default</span>` : isOpen && html`${button({ path: `${home}/payment-methods/default`, label: 'Make default', of: name, fields })}${button({ path: `${home}/payment-methods/remove`, label: 'Remove', of: name, fields })}`}</li>`
}

const brands: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
}

function methodText({ card, sepa_debit, us_bank_account, type }: PaymentMethod) {
  if (card) {
    const { brand, last4, exp_month: month, exp_year: year } = card
    const until = `Expires ${String(month).padStart(2, '0')} / ${year}`
    return [`${brands[brand] ?? brand} •••• ${last4}`, until] as const
  }
  const bank = sepa_debit ?? us_bank_account
  return [bank ? `Bank account •••• ${bank.last4}` : type.replaceAll('_', ' '), ''] as const
}

function details({ account, customer, home, configuration }: Visit): Html {
  const { address } = customer
  const place = [address?.postal_code, address?.city, address?.state].filter(Boolean).join(' ')
  const land = address?.country && countryName(address.country)
  const lines = [address?.line1, address?.line2, place, land].filter(Boolean)
  const row = (label: string, value: string | null | undefined) =>
    value && html`<div><dt>${label}</dt><dd>${value}</dd></div>`
  const body = html`<dl class="details">${row('Name', customer.name)}${row('Email', customer.email)}${row('Phone', customer.phone)}
${row('Tax ID', taxIdsOf(account, customer.id)[0]?.value)}
${lines.length > 0 && html`<div><dt>Address</dt><dd>${lines.map((line) => html`${line}<br>`)}</dd></div>`}</dl>
${configuration.features.customer_update.allowed_updates.length > 0 && html`<a class="mini" href="${home}/customer">Update information</a>`}`
  return section('details', 'Billing information', body)
}

const states: Readonly<Record<string, readonly [tone: string, label: string]>> = {
  paid: ['good', 'Paid'],
  open: ['wait', 'Open'],
  void: ['wait', 'Void'],
  uncollectible: ['bad', 'Uncollectible'],
}

const historyMax = 24

function history({ account, customer }: Visit): Html {
  const rows = account.db
    .all('invoice')
    .filter((one) => one.customer === customer.id && one.status !== 'draft')
    .slice(0, historyMax)
    .map((invoice) => {
      const [tone, label] = states[invoice.status ?? ''] ?? ['wait', invoice.status ?? '']
      return html`<tr><th scope="row">${shownDate(invoice.created)}</th><td>${formatMoney(invoice.total, invoice.currency)}</td>
<td><span class="state ${tone}">${label}</span></td>
<td><a href="${invoice.hosted_invoice_url}">View<span class="hidden"> invoice ${invoice.number}</span></a></td></tr>`
    })
  const body =
    rows.length === 0
      ? html`<p class="lead">There are no invoices yet.</p>`
      : html`<table aria-labelledby="history"><thead><tr><th scope="col">Date</th><th scope="col">Amount</th><th scope="col">Status</th><th scope="col">Invoice</th></tr></thead><tbody>${rows}</tbody></table>`
  return section('history', 'Invoice history', body)
}
