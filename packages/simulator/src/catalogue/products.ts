/** Products: their shape and their routes. */
import type { Product } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { refuse } from '../http/errors.ts'
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
import { newPrice, recurringFields } from './price-object.ts'

const dimensions = shape({
  height: required(decimal()),
  length: required(decimal()),
  weight: required(decimal()),
  width: required(decimal()),
})

const shared = {
  active: flag(),
  images: list(text(), 8),
  marketing_features: list(shape({ name: required(text(80)) }), 15),
  metadata: metadataSpec(),
  package_dimensions: unsettable(dimensions),
  shippable: flag(),
  statement_descriptor: text(22),
  tax_code: unsettable(text()),
  tax_details: anything(),
  unit_label: unsettable(text(12)),
}

export interface ProductEntry {
  readonly name: string
  readonly id?: string | undefined
  readonly active?: boolean | undefined
  readonly description?: string | null | undefined
  readonly images?: string[] | undefined
  readonly marketing_features?: { name: string }[] | undefined
  readonly metadata?: Record<string, string> | null | undefined
  readonly package_dimensions?: Record<'height' | 'length' | 'weight' | 'width', string> | null
  readonly shippable?: boolean | undefined
  readonly statement_descriptor?: string | undefined
  readonly tax_code?: string | null | undefined
  readonly unit_label?: string | null | undefined
  readonly url?: string | null | undefined
  readonly type?: 'good' | 'service' | undefined
}

function measured(dimension: ProductEntry['package_dimensions']): Product['package_dimensions'] {
  if (!dimension) return null
  return {
    height: Number(dimension.height),
    length: Number(dimension.length),
    weight: Number(dimension.weight),
    width: Number(dimension.width),
  }
}

export function newProduct(tx: Transaction, entry: ProductEntry): Product {
  if (entry.id !== undefined && tx.db.find('product', entry.id)) {
    throw refuse('Product already exists.', { code: 'resource_already_exists', param: 'id' })
  }
  const product = tx.db.put('product', {
    id: entry.id ?? tx.newId('prod_', 14),
    object: 'product',
    active: entry.active ?? true,
    created: tx.now,
    default_price: null,
    description: entry.description ?? null,
    images: entry.images ?? [],
    livemode: false,
    marketing_features: entry.marketing_features ?? [],
    metadata: mergeMetadata({}, entry.metadata),
    name: entry.name,
    package_dimensions: measured(entry.package_dimensions),
    shippable: entry.shippable ?? null,
    statement_descriptor: entry.statement_descriptor ?? null,
    tax_code: entry.tax_code ?? null,
    tax_details: null,
    type: entry.type ?? 'service',
    unit_label: entry.unit_label ?? null,
    updated: tx.now,
    url: entry.url ?? null,
  })
  return product
}

const createFields = {
  ...shared,
  id: text(),
  name: required(text()),
  description: text(40_000),
  default_price_data: shape({
    currency: required(text(3)),
    metadata: metadataSpec(),
    recurring: shape(recurringFields),
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer(0),
    unit_amount_decimal: decimal(),
  }),
  type: oneOf('good', 'service'),
  url: text(),
}

const updateFields = {
  ...shared,
  default_price: text(),
  description: unsettable(text(40_000)),
  name: text(),
  url: unsettable(text()),
}

export const productRoutes: readonly Route[] = [
  route('POST', '/v1/products', createFields, ({ tx, params }) => {
    const { default_price_data: priceData, package_dimensions, ...entry } = params
    const bare = newProduct(tx, {
      ...entry,
      ...(package_dimensions === undefined ? {} : { package_dimensions }),
    })
    tx.emit('product.created', bare)
    if (!priceData) return bare
    const price = newPrice(tx, { ...priceData, product: bare.id }, 'default_price_data')
    tx.emit('price.created', price)
    const product = tx.db.put('product', { ...bare, default_price: price.id })
    tx.emit('product.updated', product, previousAttributes(bare, product))
    return product
  }),
  route('GET', '/v1/products/:id', {}, ({ tx, ids }) => inPath(tx, 'product', ids[0])),
  route('POST', '/v1/products/:id', updateFields, ({ tx, ids, params }) => {
    const before = inPath(tx, 'product', ids[0])
    const { metadata, package_dimensions, tax_details: _, default_price, ...rest } = params
    if (default_price !== undefined) inParam(tx, 'price', default_price, 'default_price')
    const after = tx.db.put('product', {
      ...before,
      ...given(rest),
      ...given({ default_price }),
      ...(package_dimensions === undefined
        ? {}
        : { package_dimensions: measured(package_dimensions) }),
      metadata: metadata === undefined ? before.metadata : mergeMetadata(before.metadata, metadata),
      updated: tx.now,
    })
    const previous = previousAttributes(before, after)
    if (previous) tx.emit('product.updated', after, previous)
    return after
  }),
  route('DELETE', '/v1/products/:id', {}, ({ tx, ids }) => {
    const product = inPath(tx, 'product', ids[0])
    if (tx.db.all('price').some((price) => price.product === product.id)) {
      throw refuse('This product cannot be deleted because it has one or more user-created prices.')
    }
    tx.db.remove('product', product.id)
    tx.emit('product.deleted', product)
    return { id: product.id, object: 'product', deleted: true }
  }),
  route(
    'GET',
    '/v1/products',
    {
      ...pageFields,
      active: flag(),
      created: timeRange(),
      ids: list(text()),
      shippable: flag(),
      type: oneOf('good', 'service'),
      url: text(),
    },
    ({ tx, params }) => {
      const rows = tx.db
        .all('product')
        .filter(
          (product) =>
            within(product.created, params.created) &&
            (params.active === undefined || product.active === params.active) &&
            (params.shippable === undefined || product.shippable === params.shippable) &&
            (params.url === undefined || product.url === params.url) &&
            (params.type === undefined || product.type === params.type) &&
            (params.ids === undefined || params.ids.includes(product.id)),
        )
      return page(rows, '/v1/products', params)
    },
  ),
]
