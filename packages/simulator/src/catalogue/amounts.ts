/** What a quantity of a price costs: per unit, by package, by tiers, in any of the price's currencies. */
import type { Price } from '../account/tables.ts'
import { notSimulated } from '../http/errors.ts'

export interface PriceAmount {
  /** The decimal amount of one unit; null where tiers decide. */
  readonly unit: string | null
  readonly amount: number
}

type Tier = NonNullable<Price['tiers']>[number]

/** Of a stored price, which holds its tiers and currencies; `currency` is its own unless told. */
export function priceAmount(price: Price, quantity: number, currency?: string): PriceAmount {
  if (price.custom_unit_amount) {
    throw notSimulated(
      'selling at an amount that the buyer chooses (`custom_unit_amount`)',
      'price',
    )
  }
  const { unit_amount_decimal: unit, tiers } = termsIn(price, currency ?? price.currency)
  const units = packages(price, quantity)
  if (price.billing_scheme !== 'tiered') {
    return { unit, amount: rounded(times(unit, units)) }
  }
  const exact = price.tiers_mode === 'volume' ? volume(tiers, units) : graduated(tiers, units)
  return { unit: null, amount: rounded(exact) }
}

/** Whether the price can be charged in this currency. */
export function hasCurrency(price: Price, currency: string): boolean {
  return price.currency === currency || price.currency_options?.[currency] !== undefined
}

function termsIn(price: Price, currency: string) {
  const terms = currency === price.currency ? price : price.currency_options?.[currency]
  if (!terms) throw new Error(`The price ${price.id} is not in ${currency}.`)
  return { unit_amount_decimal: terms.unit_amount_decimal, tiers: terms.tiers ?? [] }
}

function packages({ transform_quantity: transform }: Price, quantity: number): number {
  if (!transform) return quantity
  const exact = quantity / transform.divide_by
  return transform.round === 'up' ? Math.ceil(exact) : Math.floor(exact)
}

/** All units cost what the tier of the last one says. */
function volume(tiers: readonly Tier[], units: number): bigint {
  const tier = tiers.find(({ up_to: end }) => end === null || units <= end)
  return tier ? flat(tier) + times(tier.unit_amount_decimal, units) : 0n
}

/** Each unit costs what its own tier says; the first tier's flat amount is due without any unit, too. */
function graduated(tiers: readonly Tier[], units: number): bigint {
  let sum = 0n
  let start = 0
  for (const [index, tier] of tiers.entries()) {
    if (index > 0 && units <= start) break
    const end = tier.up_to === null ? units : Math.min(units, tier.up_to)
    sum += flat(tier) + times(tier.unit_amount_decimal, end - start)
    start = end
  }
  return sum
}

function flat(tier: Tier): bigint {
  return times(tier.flat_amount_decimal, 1)
}

/** Amounts have up to twelve decimals: whole numbers of this fraction keep them exact. */
const places = 12
const one = 10n ** BigInt(places)

function times(decimal: string | null, units: number): bigint {
  const [whole = '0', fraction = ''] = (decimal ?? '0').split('.')
  return BigInt(whole + fraction.padEnd(places, '0')) * BigInt(units)
}

/** To the smallest unit of the currency, halves up. */
function rounded(exact: bigint): number {
  return Number((exact + one / 2n) / one)
}
