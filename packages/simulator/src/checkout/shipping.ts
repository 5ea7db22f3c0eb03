/** The shipping of a session: which rates are offered, and which one counts. */
import type { Session, ShippingRate } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newShippingRate } from '../catalogue/shipping-rates.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'
import { inParam } from '../http/route.ts'
import type { SessionParams } from './session-params.ts'

const optionsMax = 5

export function offeredRates(
  tx: Transaction,
  options: SessionParams['shipping_options'],
  currency: string,
): ShippingRate[] {
  if (options === undefined) return []
  if (options.length > optionsMax) {
    throw badParam(`Invalid array: at most ${optionsMax} values are allowed`, 'shipping_options')
  }
  return options.map(({ shipping_rate: id, shipping_rate_data: data }, index) => {
    const path = `shipping_options[${index}]`
    if (id === undefined && data === undefined) throw missingParam(`${path}[shipping_rate]`)
    const rate =
      data === undefined
        ? inParam(tx, 'shipping_rate', id ?? '', `${path}[shipping_rate]`)
        : newShippingRate(tx, data, (name) => `${path}[shipping_rate_data][${name}]`)
    if (rate.fixed_amount?.currency === currency) return rate
    throw refuse(
      `The shipping rate's currency must be \`${currency}\`, the currency of the Checkout Session.`,
      { param: path },
    )
  })
}

export function shippingOptionsOf(rates: readonly ShippingRate[]): Session['shipping_options'] {
  return rates.map((rate) => ({
    shipping_amount: rate.fixed_amount?.amount ?? 0,
    shipping_rate: rate.id,
  }))
}

/** The first option counts until the buyer takes another. */
export function shippingCostOf(rate: ShippingRate | undefined): Session['shipping_cost'] {
  if (!rate) return null
  const amount = rate.fixed_amount?.amount ?? 0
  return {
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    shipping_rate: rate.id,
  }
}
