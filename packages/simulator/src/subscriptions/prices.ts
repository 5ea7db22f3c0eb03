/** The recurring price that an item names, by id or told inline. */
import type { Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newPrice } from '../catalogue/price-object.ts'
import { missingParam, refuse } from '../http/errors.ts'
import { inParam } from '../http/route.ts'
import type { Cadence } from './periods.ts'

export interface InlinePrice {
  readonly currency: string
  readonly product: string
  readonly recurring?:
    | {
        readonly interval: string
        readonly interval_count?: number | undefined
      }
    | undefined
  readonly tax_behavior?: string | undefined
  readonly unit_amount?: number | undefined
  readonly unit_amount_decimal?: string | undefined
}

export interface PriceChoice {
  readonly price?: string | undefined
  readonly plan?: string | undefined
  readonly price_data?: InlinePrice | undefined
  /** The price was taken before, by Checkout, a quote or a schedule: it counts, though it is for sale no more. */
  readonly isAgreed?: boolean
}

/** `path` is the parameter that holds the choice; undefined when it names no price at all. */
export function chosenPrice(tx: Transaction, choice: PriceChoice, path: string): Price | undefined {
  const named = (['price', 'plan', 'price_data'] as const).filter(
    (key) => choice[key] !== undefined,
  )
  if (named.length > 1) {
    throw refuse(`You may only specify one of these parameters: ${named.join(', ')}.`, {
      code: 'parameters_exclusive',
      param: `${path}[${named[0]}]`,
    })
  }
  const { price, plan, price_data: data } = choice
  if (data) return inlinePrice(tx, data, `${path}[price_data]`)
  const id = price ?? plan
  if (id === undefined) return undefined
  const param = `${path}[${price === undefined ? 'plan' : 'price'}]`
  const found = inParam(tx, 'price', id, param)
  if (!found.active && choice.isAgreed !== true) {
    throw refuse('The price specified is inactive. This field only accepts active prices.', {
      param,
    })
  }
  return found
}

const intervals = ['day', 'week', 'month', 'year'] as const
const behaviours = ['exclusive', 'inclusive', 'unspecified'] as const

function inlinePrice(tx: Transaction, data: InlinePrice, path: string): Price {
  inParam(tx, 'product', data.product, `${path}[product]`)
  const { recurring } = data
  const interval = intervals.find((known) => known === recurring?.interval)
  const inline = newPrice(
    tx,
    {
      ...data,
      tax_behavior: behaviours.find((known) => known === data.tax_behavior),
      recurring: interval && { interval, interval_count: recurring?.interval_count },
    },
    path,
  )
  // Told inline, it is for sale nowhere else.
  return tx.db.put('price', { ...inline, active: false })
}

export function recurringPrice(tx: Transaction, choice: PriceChoice, path: string): Price {
  const price = chosenPrice(tx, choice, path)
  if (!price) throw missingParam(`${path}[price]`)
  if (!price.recurring) {
    throw refuse(
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
      { param: `${path}[price]` },
    )
  }
  return price
}

export function isMetered({ recurring }: Pick<Price, 'recurring'>): boolean {
  return recurring?.usage_type === 'metered'
}

export function cadenceOf(price: Price): Cadence {
  return price.recurring ?? { interval: 'month', interval_count: 1 }
}
