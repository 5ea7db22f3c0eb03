/** The routes of quotes. */
import type { LineItem, Quote } from '../account/tables.ts'
import type { QuoteLine } from '../account/tables-quotes.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { badParam, missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import { taxRates } from '../invoicing/invoice-object.ts'
import { readQuantity } from '../subscriptions/items.ts'
import { chosenPrice } from '../subscriptions/prices.ts'
import { readBillingMode } from '../subscriptions/terms.ts'
import { accept, cancel, finalize, requireDraft } from './life.ts'
import { quoteObject } from './object.ts'
import { Offers } from './offers.ts'
import { reckon, termsOf } from './totals.ts'

const path = '/v1/quotes'
const refuses = [
  'application_fee_amount',
  'application_fee_percent',
  'customer_account',
  'from_quote',
  'on_behalf_of',
  'transfer_data',
]

type CreateParams = ParamsOf<'POST /v1/quotes'>
type UpdateParams = ParamsOf<'POST /v1/quotes/:id'>

function create(tx: Transaction, params: CreateParams): Quote {
  const { test_clock: clock } = params
  if (clock !== undefined) inParam(tx, 'test_helpers.test_clock', clock, 'test_clock')
  const own = params.customer === undefined ? tx.on(clock ?? null) : inTimeOf(tx, params.customer)
  const customer =
    params.customer === undefined ? null : inParam(own, 'customer', params.customer, 'customer').id
  const blank = quoteObject(own, {
    customer,
    metadata: mergeMetadata({}, params.metadata),
    mode: modeOf(params),
  })
  const quote = own.db.put('quote', { ...blank, ...read(own, blank, params) })
  own.emit('quote.created', quote)
  return quote
}

/** As quotes show it: without a member for what a classic one does not have. */
function modeOf({
  subscription_data: data,
}: CreateParams): Quote['subscription_data']['billing_mode'] {
  const { type, flexible } = readBillingMode(data?.billing_mode)
  return flexible ? { flexible, type } : { type }
}

/** What the parameters say of a quote, with its sums worked out again. */
function read(tx: Transaction, before: Quote, params: UpdateParams): Partial<Quote> {
  const { customer, line_items: entries, subscription_data: data } = params
  if (params.automatic_tax?.enabled === true) {
    throw notSimulated('automatic tax', 'automatic_tax[enabled]')
  }
  if (data?.effective_date !== undefined && data.effective_date !== null) {
    throw notSimulated('quotes that take effect later', 'subscription_data[effective_date]')
  }
  if (customer !== undefined) inParam(tx, 'customer', customer, 'customer')
  const secret = tx.db.find('quote_secret', before.id)
  const offers = new Offers(tx, customer ?? before.customer, secret?.offers)
  const lines = entries ? readLines(tx, offers, entries) : (secret?.lines ?? [])
  if (params.expires_at !== undefined && params.expires_at <= tx.now) {
    throw badParam('expires_at must be in the future.', 'expires_at')
  }
  const told: Quote = {
    ...before,
    customer: customer ?? before.customer,
    collection_method: params.collection_method ?? before.collection_method,
    description: or(params.description, before.description),
    expires_at: params.expires_at ?? before.expires_at,
    footer: or(params.footer, before.footer),
    header: or(params.header, before.header),
    default_tax_rates:
      params.default_tax_rates === undefined
        ? (before.default_tax_rates ?? [])
        : taxRates(tx, params.default_tax_rates ?? [], 'default_tax_rates').map(({ id }) => id),
    discounts:
      params.discounts === undefined ? before.discounts : offers.read(params.discounts, ''),
    invoice_settings: invoiceSettings(params, before),
    subscription_data: {
      ...before.subscription_data,
      description: or(data?.description, before.subscription_data.description),
      // Declarative: what is told takes the place of what was.
      metadata:
        data?.metadata === undefined
          ? before.subscription_data.metadata
          : mergeMetadata({}, data.metadata),
      trial_period_days: or(data?.trial_period_days, before.subscription_data.trial_period_days),
    },
  }
  const isTrial = told.subscription_data.trial_period_days !== null
  const { lineItems, ...sums } = reckon(tx, lines, termsOf(tx, told), isTrial)
  tx.db.put('quote_secret', { id: before.id, lines, lineItems, offers: offers.all })
  return { ...told, ...sums }
}

function or<T>(given: T | null | undefined, before: T | null): T | null {
  return given === undefined ? before : given
}

function invoiceSettings(
  { invoice_settings: given }: UpdateParams,
  { invoice_settings: before }: Quote,
): Quote['invoice_settings'] {
  if (!given) return before
  if (given.issuer?.type === 'account') {
    throw notSimulated('invoices of connected accounts', 'invoice_settings[issuer]')
  }
  return {
    ...before,
    custom_fields: or(given.custom_fields, before.custom_fields),
    days_until_due: or(given.days_until_due, before.days_until_due),
    description: or(given.description, before.description),
    footer: or(given.footer, before.footer),
  }
}

function readLines(
  tx: Transaction,
  offers: Offers,
  entries: NonNullable<UpdateParams['line_items']>,
): QuoteLine[] {
  const lines = entries.map((entry, index) => {
    const at = `line_items[${index}]`
    const price = chosenPrice(tx, entry, at)
    if (!price) throw missingParam(`${at}[price]`)
    return {
      id: tx.newId('li_1'),
      price: price.id,
      currency: price.currency,
      quantity: readQuantity(entry.quantity, at),
      taxRates: taxRates(tx, entry.tax_rates ?? [], `${at}[tax_rates]`).map(({ id }) => id),
      discounts: offers.read(entry.discounts, at),
    }
  })
  const other = lines.findIndex(({ currency }) => currency !== lines[0]?.currency)
  if (other > 0) {
    throw refuse('All line items of a quote must be in the same currency.', {
      param: `line_items[${other}][price]`,
    })
  }
  return lines.map(({ currency: _, ...line }) => line)
}

function linesOf(tx: Transaction, id: string): readonly LineItem[] {
  return tx.db.find('quote_secret', id)?.lineItems ?? []
}

export const quoteRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), { refuses }),
  retrieveRoute(`GET ${path}/:id`, 'quote'),
  listRoute(`GET ${path}`, 'quote'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = inPath(tx, 'quote', ids[0])
      requireDraft(before)
      const own = inTimeOf(tx, params.customer ?? before.customer)
      const changes = read(own, before, params)
      return applyUpdate(own, 'quote', before, changes, params.metadata, null)
    },
    { refuses },
  ),
  api(`POST ${path}/:id/finalize`, ({ tx, ids, params }) =>
    finalize(tx, inPath(tx, 'quote', ids[0]), params.expires_at),
  ),
  api(`POST ${path}/:id/accept`, ({ tx, ids }) => accept(tx, inPath(tx, 'quote', ids[0]))),
  api(`POST ${path}/:id/cancel`, ({ tx, ids }) => cancel(tx, inPath(tx, 'quote', ids[0]))),
  api(`GET ${path}/:id/line_items`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'quote', ids[0])
    return page(linesOf(tx, id), `${path}/${id}/line_items`, params)
  }),
  api(`GET ${path}/:id/computed_upfront_line_items`, ({ tx, ids, params }) => {
    const { id, subscription_data: data } = inPath(tx, 'quote', ids[0])
    // In a trial, what recurs is not in the first bill.
    const isTrial = data.trial_period_days !== null
    const rows = linesOf(tx, id).filter(({ price }) => !isTrial || !price?.recurring)
    return page(rows, `${path}/${id}/computed_upfront_line_items`, params)
  }),
  api(`GET ${path}/:id/pdf`, ({ tx, ids }) => {
    inPath(tx, 'quote', ids[0])
    throw notSimulated('the PDF of quotes')
  }),
]
