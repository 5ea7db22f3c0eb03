/** Features that products grant: the features themselves, and which product has which. */
import type { ProductFeature } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { noSuch, refuse } from '../http/errors.ts'
import { applyUpdate, bury, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, page, type Route } from '../http/route.ts'

const path = '/v1/entitlements/features'
const products = '/v1/products'

export const featureRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params: { lookup_key: key, metadata, name } }) => {
    if (tx.db.where('entitlements.feature', 'lookup_key', key).some(({ active }) => active)) {
      throw refuse(`A feature with the lookup key \`${key}\` already exists.`, {
        code: 'resource_already_exists',
        param: 'lookup_key',
      })
    }
    return tx.db.put('entitlements.feature', {
      id: tx.newId('feat_'),
      object: 'entitlements.feature',
      active: true,
      livemode: false,
      lookup_key: key,
      metadata: mergeMetadata({}, metadata),
      name,
    })
  }),
  retrieveRoute(`GET ${path}/:id`, 'entitlements.feature'),
  api(`POST ${path}/:id`, ({ tx, ids, params: { metadata, ...changes } }) => {
    const before = inPath(tx, 'entitlements.feature', ids[0])
    const feature = applyUpdate(tx, 'entitlements.feature', before, changes, metadata, null)
    for (const row of tx.db.all('product_feature')) {
      if (row.entitlement_feature.id !== feature.id) continue
      tx.db.put('product_feature', { ...row, entitlement_feature: feature })
    }
    return feature
  }),
  listRoute(
    `GET ${path}`,
    'entitlements.feature',
    (feature, { archived }) => archived === undefined || feature.active !== archived,
  ),
  api(`POST ${products}/:id/features`, ({ tx, ids, params }) => {
    const product = inPath(tx, 'product', ids[0])
    const feature = inParam(
      tx,
      'entitlements.feature',
      params.entitlement_feature,
      'entitlement_feature',
    )
    if (featuresOf(tx, product.id).some((row) => row.entitlement_feature.id === feature.id)) {
      throw refuse(`The feature ${feature.id} is already attached to the product ${product.id}.`, {
        code: 'resource_already_exists',
        param: 'entitlement_feature',
      })
    }
    return tx.db.put('product_feature', {
      id: tx.newId('prodft_1'),
      object: 'product_feature',
      entitlement_feature: feature,
      livemode: false,
      product: product.id,
    })
  }),
  api(`GET ${products}/:id/features`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'product', ids[0])
    return page(featuresOf(tx, id), `${products}/${id}/features`, params)
  }),
  api(`GET ${products}/:id/features/:id`, ({ tx, ids }) => ofProduct(tx, ids)),
  api(`DELETE ${products}/:id/features/:id`, ({ tx, ids }) =>
    bury(tx, 'product_feature', ofProduct(tx, ids), null),
  ),
]

/** Newest first. */
export function featuresOf(tx: Transaction, product: string): ProductFeature[] {
  return tx.db.where('product_feature', 'product', product)
}

function ofProduct(tx: Transaction, ids: readonly string[]): ProductFeature {
  const product = inPath(tx, 'product', ids[0])
  const feature = inPath(tx, 'product_feature', ids[1])
  if (feature.product === product.id) return feature
  throw noSuch('product_feature', feature.id, 'id', 404)
}
