/** The routes of customers and of their payment methods. */
import type { Customer } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import {
  addressFields,
  fullAddress,
  pageFields,
  shippingFields,
  timeRange,
  within,
} from '../http/common-params.ts'
import { noSuch } from '../http/errors.ts'
import {
  anything,
  integer,
  list,
  metadataSpec,
  oneOf,
  type Read,
  shape,
  text,
  unsettable,
} from '../http/params.ts'
import { given, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { newCustomer } from './customer-object.ts'
import { attach, findMethod } from './instruments.ts'

const fields = {
  address: unsettable(shape(addressFields)),
  balance: integer(),
  business_name: unsettable(text()),
  cash_balance: anything(),
  coupon: anything(),
  description: unsettable(text()),
  email: unsettable(text(512)),
  individual_name: unsettable(text()),
  invoice_prefix: text(12),
  invoice_settings: shape({
    custom_fields: anything(),
    default_payment_method: text(),
    footer: text(),
    rendering_options: anything(),
  }),
  metadata: metadataSpec(),
  name: unsettable(text()),
  next_invoice_sequence: integer(1),
  payment_method: text(),
  phone: unsettable(text(20)),
  preferred_locales: list(text()),
  shipping: unsettable(shape(shippingFields)),
  source: anything(),
  tax: anything(),
  tax_exempt: oneOf('exempt', 'none', 'reverse'),
  tax_id_data: anything(),
  test_clock: anything(),
}

type Params = Read<typeof fields>

function shippingOf(entry: Params['shipping']): Customer['shipping'] {
  if (!entry) return null
  return {
    ...given({ carrier: entry.carrier, name: entry.name, tracking_number: entry.tracking_number }),
    address: fullAddress(entry.address),
    phone: entry.phone ?? null,
  }
}

function create(tx: Transaction, params: Params): Customer {
  const customer = newCustomer(tx, {
    ...given({
      balance: params.balance,
      description: params.description,
      email: params.email,
      name: params.name,
      phone: params.phone,
      preferredLocales: params.preferred_locales,
      taxExempt: params.tax_exempt,
      defaultPaymentMethod: params.invoice_settings?.default_payment_method,
    }),
    address: params.address ? fullAddress(params.address) : null,
    metadata: mergeMetadata({}, params.metadata),
    shipping: shippingOf(params.shipping),
  })
  if (params.payment_method !== undefined) {
    attach(tx, findMethod(tx, params.payment_method, 'payment_method'), customer)
  }
  return customer
}

function update(tx: Transaction, before: Customer, params: Params): Customer {
  const { balance, description, email, name, phone, preferred_locales, tax_exempt } = params
  const defaultMethod = params.invoice_settings?.default_payment_method
  const after = tx.db.put('customer', {
    ...before,
    ...given({ balance, description, email, name, phone, preferred_locales, tax_exempt }),
    ...(params.address === undefined
      ? {}
      : { address: params.address ? fullAddress(params.address) : null }),
    ...(params.shipping === undefined ? {} : { shipping: shippingOf(params.shipping) }),
    invoice_settings:
      defaultMethod === undefined
        ? before.invoice_settings
        : { ...before.invoice_settings, default_payment_method: defaultMethod },
    metadata: mergeMetadata(before.metadata, params.metadata),
  })
  const previous = previousAttributes(before, after)
  if (previous) tx.emit('customer.updated', after, previous)
  return after
}

const path = '/v1/customers'

export const customerRoutes: readonly Route[] = [
  route('POST', path, fields, ({ tx, params }) => create(tx, params)),
  route('GET', `${path}/:id`, {}, ({ tx, ids }) => {
    const gone = tx.db.find('tombstone', ids[0] ?? '')
    return gone?.object === 'customer' ? gone : inPath(tx, 'customer', ids[0])
  }),
  route('POST', `${path}/:id`, fields, ({ tx, ids, params }) =>
    update(tx, inPath(tx, 'customer', ids[0]), params),
  ),
  route('DELETE', `${path}/:id`, {}, ({ tx, ids }) => {
    const customer = inPath(tx, 'customer', ids[0])
    tx.db.remove('customer', customer.id)
    tx.emit('customer.deleted', customer)
    return tx.db.put('tombstone', { id: customer.id, object: 'customer', deleted: true })
  }),
  route(
    'GET',
    path,
    { ...pageFields, created: timeRange(), email: text(512), test_clock: text() },
    ({ tx, params }) => {
      const rows = tx.db
        .all('customer')
        .filter(
          (customer) =>
            within(customer.created, params.created) &&
            (params.email === undefined || customer.email === params.email),
        )
      return page(rows, path, params)
    },
  ),
  route(
    'GET',
    `${path}/:id/payment_methods`,
    { ...pageFields, allow_redisplay: text(), type: text() },
    ({ tx, ids, params }) => {
      const customer = inPath(tx, 'customer', ids[0])
      const rows = tx.db
        .all('payment_method')
        .filter(
          (method) =>
            method.customer === customer.id &&
            (params.type === undefined || method.type === params.type),
        )
      return page(rows, `${path}/${customer.id}/payment_methods`, params)
    },
  ),
  route('GET', `${path}/:id/payment_methods/:method`, {}, ({ tx, ids }) => {
    const customer = inPath(tx, 'customer', ids[0])
    const method = inPath(tx, 'payment_method', ids[1])
    if (method.customer !== customer.id) {
      throw noSuch('PaymentMethod', method.id, 'payment_method', 404)
    }
    return method
  }),
]
