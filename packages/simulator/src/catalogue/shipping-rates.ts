/** Shipping rates: what sending an order costs, and how long it takes. */
import type { ShippingRate } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { readCurrency } from './currency.ts'

const path = '/v1/shipping_rates'

export type ShippingRateEntry = ParamsOf<'POST /v1/shipping_rates'>

/** `at` names the parameter that holds the rate, for the refusal. */
export function newShippingRate(
  tx: Transaction,
  entry: ShippingRateEntry,
  at = (name: string) => name,
): ShippingRate {
  const { fixed_amount: fixed, delivery_estimate: estimate } = entry
  if (fixed === undefined) throw missingParam(at('fixed_amount'))
  if (fixed.amount < 0) {
    throw badParam(
      'Invalid non-negative integer',
      `${at('fixed_amount')}[amount]`,
      'parameter_invalid_integer',
    )
  }
  return tx.db.put('shipping_rate', {
    id: tx.newId('shr_1'),
    object: 'shipping_rate',
    active: true,
    created: tx.now,
    delivery_estimate: estimate
      ? { maximum: estimate.maximum ?? null, minimum: estimate.minimum ?? null }
      : null,
    display_name: entry.display_name,
    fixed_amount: {
      amount: fixed.amount,
      currency: readCurrency(fixed.currency, `${at('fixed_amount')}[currency]`),
    },
    livemode: false,
    metadata: mergeMetadata({}, entry.metadata),
    tax_behavior: entry.tax_behavior ?? 'unspecified',
    tax_code: entry.tax_code ?? null,
    type: 'fixed_amount',
  })
}

export const shippingRateRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => newShippingRate(tx, params)),
  retrieveRoute(`GET ${path}/:id`, 'shipping_rate'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const { active, tax_behavior, metadata } = params
      const rate = inPath(tx, 'shipping_rate', ids[0])
      return applyUpdate(tx, 'shipping_rate', rate, { active, tax_behavior }, metadata, null)
    },
    { refuses: ['fixed_amount'] },
  ),
  listRoute(
    `GET ${path}`,
    'shipping_rate',
    (rate, { currency }) => currency === undefined || rate.fixed_amount?.currency === currency,
  ),
]
