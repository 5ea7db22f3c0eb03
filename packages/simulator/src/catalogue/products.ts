/** The routes of products. */
import type { Product } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { list, required, shape, text } from '../http/params.ts'
import { bury, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, given, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { tellNewPrice } from './price-events.ts'
import { newPrice } from './price-object.ts'
import { newProduct, taxDetails } from './product-object.ts'

const path = '/v1/products'

/** Stripe's limits. */
const limited = {
  images: list(text(), 8),
  marketing_features: list(shape({ name: required(text(80)) }), 15),
  statement_descriptor: text(22),
}

function create(tx: Transaction, params: ParamsOf<'POST /v1/products'>): Product {
  const { default_price_data: priceData, ...entry } = params
  const bare = newProduct(tx, entry)
  tx.emit('product.created', bare)
  if (!priceData) return bare
  const price = newPrice(tx, { ...priceData, product: bare.id }, 'default_price_data')
  tellNewPrice(tx, price)
  const product = tx.db.put('product', { ...bare, default_price: price.id })
  tx.emit('product.updated', product, previousAttributes(bare, product))
  return product
}

function update(
  tx: Transaction,
  before: Product,
  params: ParamsOf<'POST /v1/products/:id'>,
): Product {
  const { images, marketing_features, metadata, tax_details, default_price, ...rest } = params
  if (default_price !== undefined) {
    const price = inParam(tx, 'price', default_price, 'default_price')
    if (price.product !== before.id) {
      throw refuse(`The price ${price.id} does not belong to the product ${before.id}.`, {
        param: 'default_price',
      })
    }
  }
  const changed = {
    ...before,
    ...given(rest),
    ...given({ default_price }),
    ...(images === undefined ? {} : { images: images ?? [] }),
    ...(marketing_features === undefined ? {} : { marketing_features: marketing_features ?? [] }),
    ...(tax_details === undefined ? {} : { tax_details: taxDetails(tax_details) }),
    metadata: mergeMetadata(before.metadata, metadata === undefined ? {} : metadata),
  }
  if (!previousAttributes(before, changed)) return before
  const after = tx.db.put('product', { ...changed, updated: tx.now })
  tx.emit('product.updated', after, previousAttributes(before, after))
  return after
}

export const productRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: { ...limited, description: text(40_000), unit_label: text(12) },
  }),
  retrieveRoute(`GET ${path}/:id`, 'product'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => update(tx, inPath(tx, 'product', ids[0]), params),
    { fields: limited },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const product = inPath(tx, 'product', ids[0])
    if (tx.db.where('price', 'product', product.id).length > 0) {
      throw refuse('This product cannot be deleted because it has one or more user-created prices.')
    }
    for (const feature of tx.db.where('product_feature', 'product', product.id)) {
      tx.db.remove('product_feature', feature.id)
    }
    return bury(tx, 'product', product, 'product.deleted')
  }),
  listRoute(
    `GET ${path}`,
    'product',
    ({ id }, { ids }) => ids === undefined || ids.length === 0 || ids.includes(id),
  ),
]
