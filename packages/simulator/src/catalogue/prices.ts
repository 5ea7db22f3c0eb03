/** The routes of prices. */
import type { Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer, text, unsettable } from '../http/params.ts'
import { listRoute, retrieveRoute } from '../http/resource.ts'
import { api, given, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { tellChangedPrice, tellNewPrice } from './price-events.ts'
import { claimLookupKey, newPrice, readOptions } from './price-object.ts'
import { newProduct } from './product-object.ts'

const path = '/v1/prices'

function create(tx: Transaction, params: ParamsOf<'POST /v1/prices'>): Price {
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
  tellNewPrice(tx, price)
  return price
}

/** Stripe lets a tax behaviour be chosen once. */
function checkTaxBehavior(before: Price, wanted: string | undefined): void {
  const { tax_behavior: chosen } = before
  if (wanted === undefined || wanted === chosen || chosen === 'unspecified') return
  throw refuse(
    `You cannot change \`tax_behavior\` once it is \`${chosen}\`; create a new price instead.`,
    { param: 'tax_behavior' },
  )
}

function optionsAfter(before: Price, entries: Parameters<typeof readOptions>[0] | null) {
  if (entries === undefined) return undefined
  const own = before.currency_options?.[before.currency]
  const kept = entries === null ? {} : before.currency_options
  const isTiered = before.billing_scheme === 'tiered'
  const read = readOptions(entries ?? {}, isTiered, (key) => key)
  return { ...kept, ...read, ...(own ? { [before.currency]: own } : {}) }
}

export const priceRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: { lookup_key: text(200), unit_amount: integer(0) },
  }),
  retrieveRoute(`GET ${path}/:id`, 'price'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = inPath(tx, 'price', ids[0])
      const { active, metadata, nickname, tax_behavior } = params
      // Stripe's type does not say so, but an empty key takes the key away.
      const lookupKey: string | null | undefined = params.lookup_key
      if (typeof lookupKey === 'string') {
        claimLookupKey(tx, lookupKey, params.transfer_lookup_key === true, before.id)
      }
      checkTaxBehavior(before, tax_behavior)
      const currency_options = optionsAfter(before, params.currency_options)
      const after = tx.db.put('price', {
        ...before,
        ...given({ active, nickname, tax_behavior, lookup_key: lookupKey, currency_options }),
        metadata:
          metadata === undefined ? before.metadata : mergeMetadata(before.metadata, metadata),
      })
      tellChangedPrice(tx, before, after)
      return after
    },
    { fields: { lookup_key: unsettable(text(200)), nickname: unsettable(text()) } },
  ),
  listRoute(
    `GET ${path}`,
    'price',
    (price, { lookup_keys: keys, recurring = {} }) =>
      Object.entries(recurring).every(
        ([name, wanted]) => price.recurring && Reflect.get(price.recurring, name) === wanted,
      ) &&
      (keys === undefined || (price.lookup_key !== null && keys.includes(price.lookup_key))),
  ),
]
