/** The routes of prices. */
import { previousAttributes } from '../account/transaction.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { missingParam, notSimulated, refuse } from '../http/errors.ts'
import {
  anything,
  decimal,
  flag,
  integer,
  list,
  metadataSpec,
  oneOf,
  required,
  shape,
  text,
  unsettable,
} from '../http/params.ts'
import { given, inParam, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { claimLookupKey, newPrice, recurringFields } from './price-object.ts'
import { newProduct } from './products.ts'

const createFields = {
  active: flag(),
  billing_scheme: oneOf('per_unit', 'tiered'),
  currency: required(text(3)),
  currency_options: anything(),
  custom_unit_amount: anything(),
  lookup_key: text(200),
  metadata: metadataSpec(),
  nickname: text(),
  product: text(),
  product_data: shape({
    id: text(),
    active: flag(),
    metadata: metadataSpec(),
    name: required(text()),
    statement_descriptor: text(22),
    tax_code: text(),
    tax_details: anything(),
    unit_label: text(12),
  }),
  recurring: shape(recurringFields),
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
  tiers: anything(),
  tiers_mode: oneOf('graduated', 'volume'),
  transfer_lookup_key: flag(),
  transform_quantity: anything(),
  unit_amount: integer(0),
  unit_amount_decimal: decimal(),
}

const beyond = ['currency_options', 'custom_unit_amount', 'tiers', 'transform_quantity'] as const

export const priceRoutes: readonly Route[] = [
  route('POST', '/v1/prices', createFields, ({ tx, params }) => {
    for (const key of beyond) {
      if (params[key] !== undefined) throw notSimulated(`the parameter '${key}' of prices`, key)
    }
    const { product, product_data: productData } = params
    if (product !== undefined && productData !== undefined) {
      throw refuse('You may only specify one of these parameters: product, product_data.', {
        code: 'parameters_exclusive',
        param: 'product',
      })
    }
    if (product === undefined && productData === undefined) throw missingParam('product')
    if (product !== undefined) inParam(tx, 'product', product, 'product')
    const made = productData && newProduct(tx, productData)
    if (made) tx.emit('product.created', made)
    const price = newPrice(tx, { ...params, product: made?.id ?? product ?? '' })
    tx.emit('price.created', price)
    return price
  }),
  route('GET', '/v1/prices/:id', {}, ({ tx, ids }) => inPath(tx, 'price', ids[0])),
  route(
    'POST',
    '/v1/prices/:id',
    {
      active: flag(),
      currency_options: anything(),
      lookup_key: unsettable(text(200)),
      metadata: metadataSpec(),
      nickname: unsettable(text()),
      tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
      transfer_lookup_key: flag(),
    },
    ({ tx, ids, params }) => {
      const before = inPath(tx, 'price', ids[0])
      const { metadata, lookup_key, transfer_lookup_key, active, nickname, tax_behavior } = params
      if (typeof lookup_key === 'string') {
        claimLookupKey(tx, lookup_key, transfer_lookup_key === true, before.id)
      }
      const after = tx.db.put('price', {
        ...before,
        ...given({ active, nickname, tax_behavior, lookup_key }),
        metadata:
          metadata === undefined ? before.metadata : mergeMetadata(before.metadata, metadata),
      })
      const previous = previousAttributes(before, after)
      if (previous) tx.emit('price.updated', after, previous)
      return after
    },
  ),
  route(
    'GET',
    '/v1/prices',
    {
      ...pageFields,
      active: flag(),
      created: timeRange(),
      currency: text(3),
      lookup_keys: list(text(), 10),
      product: text(),
      recurring: shape({
        interval: oneOf('day', 'month', 'week', 'year'),
        meter: text(),
        usage_type: oneOf('licensed', 'metered'),
      }),
      type: oneOf('one_time', 'recurring'),
    },
    ({ tx, params }) => {
      const { active, currency, lookup_keys: keys, product, recurring, type } = params
      const rows = tx.db
        .all('price')
        .filter(
          (price) =>
            within(price.created, params.created) &&
            (active === undefined || price.active === active) &&
            (currency === undefined || price.currency === currency) &&
            (product === undefined || price.product === product) &&
            (type === undefined || price.type === type) &&
            (recurring?.interval === undefined ||
              price.recurring?.interval === recurring.interval) &&
            (recurring?.usage_type === undefined ||
              price.recurring?.usage_type === recurring.usage_type) &&
            (keys === undefined || (price.lookup_key !== null && keys.includes(price.lookup_key))),
        )
      return page(rows, '/v1/prices', params)
    },
  ),
]
