/** Payment links: a page with fixed terms that makes a checkout session for everyone who opens it. */
import type { LineItem, PaymentLink, Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, noSuch, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import { priceAmount } from './amounts.ts'
import { settingsOf } from './payment-link-settings.ts'
import { tellNewPrice } from './price-events.ts'
import { newPrice } from './price-object.ts'
import { newProduct } from './product-object.ts'

const path = '/v1/payment_links'

type Params = ParamsOf<'POST /v1/payment_links'>
type LineEntry = Params['line_items'][number]

/** What Connect, tax and cross-selling would have to do. */
const beyond = [
  'application_fee_amount',
  'application_fee_percent',
  'managed_payments',
  'on_behalf_of',
  'optional_items',
  'payment_method_options',
  'transfer_data',
]

function create(tx: Transaction, params: Params): PaymentLink {
  if (params.automatic_tax?.enabled) throw notSimulated('automatic tax', 'automatic_tax')
  if (params.line_items.length === 0) throw missingParam('line_items')
  const lineItems = params.line_items.map((entry, at) => lineItem(tx, entry, `line_items[${at}]`))
  const currency = lineItems[0]?.currency ?? ''
  if (lineItems.some((line) => line.currency !== currency)) {
    throw refuse('You cannot combine currencies on a single payment link.', { param: 'line_items' })
  }
  if (params.currency !== undefined && params.currency.toLowerCase() !== currency) {
    throw refuse(`None of the line items are in the currency ${params.currency}.`, {
      param: 'currency',
    })
  }
  const isSubscription = lineItems.some((line) => line.price?.recurring)
  const id = tx.newId('plink_1')
  const link = tx.db.put('payment_link', {
    id,
    object: 'payment_link',
    active: true,
    after_completion: {
      hosted_confirmation: { custom_message: null },
      type: 'hosted_confirmation',
    },
    allow_promotion_codes: false,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null },
    billing_address_collection: 'auto',
    consent_collection: null,
    currency,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_creation: isSubscription ? 'always' : 'if_required',
    inactive_message: null,
    invoice_creation: isSubscription
      ? null
      : {
          enabled: false,
          invoice_data: {
            account_tax_ids: null,
            custom_fields: null,
            description: null,
            footer: null,
            issuer: null,
            metadata: {},
            rendering_options: null,
          },
        },
    livemode: false,
    managed_payments: { enabled: false },
    on_behalf_of: null,
    payment_intent_data: null,
    payment_method_collection: 'always',
    payment_method_options: null,
    payment_method_types: null,
    phone_number_collection: { enabled: false },
    restrictions: null,
    shipping_address_collection: null,
    shipping_options: [],
    submit_type: 'auto',
    subscription_data: null,
    tax_id_collection: { enabled: false, required: 'never' },
    transfer_data: null,
    ...settingsOf(tx, params),
    metadata: mergeMetadata({}, params.metadata),
    url: `${tx.baseUrl}/b/${id}`,
  })
  tx.db.put('payment_link_secret', { id, lineItems })
  tx.emit('payment_link.created', link)
  return link
}

function lineItem(tx: Transaction, entry: LineEntry, at: string): LineItem {
  const price = priceOf(tx, entry, at)
  if (!price.active && !entry.price_data) {
    throw refuse('The price specified is inactive. This field only accepts active prices.', {
      param: `${at}[price]`,
    })
  }
  const { quantity, adjustable_quantity: adjustable } = entry
  if (quantity < 1) {
    const message = 'This value must be greater than or equal to 1.'
    throw badParam(message, `${at}[quantity]`, 'parameter_invalid_integer')
  }
  const { amount } = priceAmount(price, quantity)
  return {
    id: tx.newId('li_1'),
    object: 'item',
    adjustable_quantity: adjustable
      ? {
          enabled: adjustable.enabled,
          maximum: adjustable.enabled ? (adjustable.maximum ?? 99) : null,
          minimum: adjustable.enabled ? (adjustable.minimum ?? 0) : null,
        }
      : null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: tx.db.find('product', price.product)?.name ?? null,
    metadata: {},
    price,
    quantity,
  }
}

function priceOf(tx: Transaction, { price, price_data: data }: LineEntry, at: string): Price {
  if (price !== undefined) return inParam(tx, 'price', price, `${at}[price]`)
  if (!data) throw missingParam(`${at}[price]`)
  const { product, product_data: productData } = data
  if (product !== undefined) inParam(tx, 'product', product, `${at}[price_data][product]`)
  else if (!productData) throw missingParam(`${at}[price_data][product]`)
  const made = productData && newProduct(tx, productData)
  if (made) tx.emit('product.created', made)
  const owner = made?.id ?? product ?? ''
  const inline = newPrice(tx, { ...data, product: owner }, `${at}[price_data]`)
  tellNewPrice(tx, inline)
  return inline
}

function changeLines(
  tx: Transaction,
  link: PaymentLink,
  entries: ParamsOf<'POST /v1/payment_links/:id'>['line_items'] = [],
): void {
  if (entries.length === 0) return
  const before = linesOf(tx, link.id)
  for (const [at, { id }] of entries.entries()) {
    if (before.some((line) => line.id === id)) continue
    throw noSuch('line item', id, `line_items[${at}][id]`, 400)
  }
  const lineItems = before.map((line) => {
    const entry = entries.find(({ id }) => id === line.id)
    if (!entry || !line.price) return line
    const quantity = entry.quantity ?? line.quantity
    const amount = priceAmount(line.price, quantity ?? 1).amount
    const range = entry.adjustable_quantity
    return {
      ...line,
      ...(range
        ? {
            adjustable_quantity: {
              enabled: range.enabled,
              maximum: range.maximum ?? null,
              minimum: range.minimum ?? null,
            },
          }
        : {}),
      amount_subtotal: amount,
      amount_total: amount,
      quantity,
    }
  })
  tx.db.put('payment_link_secret', { id: link.id, lineItems })
}

/** What the link sells. */
export function linesOf(tx: Pick<Transaction, 'db'>, linkId: string): readonly LineItem[] {
  return tx.db.find('payment_link_secret', linkId)?.lineItems ?? []
}

export const paymentLinkRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), { refuses: beyond }),
  retrieveRoute(`GET ${path}/:id`, 'payment_link'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = inPath(tx, 'payment_link', ids[0])
      if (params.automatic_tax?.enabled) throw notSimulated('automatic tax', 'automatic_tax')
      changeLines(tx, before, params.line_items)
      const changes = { active: params.active, ...settingsOf(tx, params, before) }
      const event = 'payment_link.updated'
      return applyUpdate(tx, 'payment_link', before, changes, params.metadata, event)
    },
    { refuses: beyond },
  ),
  api(`GET ${path}/:id/line_items`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'payment_link', ids[0])
    return page(linesOf(tx, id), `${path}/${id}/line_items`, params)
  }),
  listRoute(`GET ${path}`, 'payment_link'),
]
