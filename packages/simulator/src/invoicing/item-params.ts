/** What requests say about a charge: a price, a new price, or an amount. Shared by invoice items and invoice lines. */
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { newPrice } from '../catalogue/price-object.ts'
import { newProduct } from '../catalogue/product-object.ts'
import { badParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { inParam } from '../http/route.ts'

type LineParams = ParamsOf<'POST /v1/invoices/:id/lines/:id'>

export interface ChargeParams {
  readonly amount?: number | undefined
  readonly unit_amount_decimal?: string | undefined
  readonly pricing?: { readonly price?: string | undefined } | undefined
  readonly price_data?: LineParams['price_data']
  readonly quantity?: number | undefined
  readonly quantity_decimal?: string | undefined
}

export interface Charge {
  readonly price?: string
  readonly amount?: number
  readonly quantity: number
  /** Of the price that is named. */
  readonly currency?: string
}

/** Undefined when the request says nothing of what is charged. */
export function readCharge(
  tx: Transaction,
  params: ChargeParams,
  before: { readonly quantity: number },
  path = '',
): Charge | undefined {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  const named = (['amount', 'unit_amount_decimal', 'pricing', 'price_data'] as const).filter(
    (key) => params[key] !== undefined,
  )
  const [first, second] = named
  if (first !== undefined && second !== undefined) {
    throw refuse(`You may only specify one of these parameters: ${named.join(', ')}.`, {
      code: 'parameters_exclusive',
      param: at(first),
    })
  }
  const quantity = readQuantity(params, path) ?? before.quantity
  if (params.amount !== undefined) {
    if (params.quantity !== undefined) {
      throw refuse('You may only specify one of these parameters: amount, quantity.', {
        code: 'parameters_exclusive',
        param: at('quantity'),
      })
    }
    return { amount: params.amount, quantity: 1 }
  }
  if (params.unit_amount_decimal !== undefined) {
    return { amount: Math.round(Number(params.unit_amount_decimal) * quantity), quantity }
  }
  const price = priceOf(tx, params, at)
  if (price) return { price: price.id, currency: price.currency, quantity }
  return undefined
}

export function readQuantity(
  { quantity, quantity_decimal: exact }: ChargeParams,
  path: string,
): number | undefined {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  if (quantity !== undefined && quantity < 0) {
    throw badParam('This value must be greater than or equal to 0.', at('quantity'))
  }
  if (exact === undefined) return quantity
  const whole = Number(exact)
  if (Number.isInteger(whole) && whole >= 0) return whole
  throw refuse('The simulator does not simulate fractional quantities yet.', {
    param: at('quantity_decimal'),
  })
}

function priceOf(tx: Transaction, params: ChargeParams, at: (key: string) => string) {
  const id = params.pricing?.price
  if (id !== undefined) {
    const price = inParam(tx, 'price', id, at('pricing[price]'))
    if (price.type === 'recurring') {
      throw refuse(
        `The price specified is set to \`type=recurring\` but this field only accepts prices with \`type=one_time\`.`,
        { param: at('pricing[price]') },
      )
    }
    return price
  }
  const data = params.price_data
  if (!data) return undefined
  const made = data.product_data && newProduct(tx, data.product_data)
  if (made) tx.emit('product.created', made)
  const product = made ?? inParam(tx, 'product', data.product ?? '', at('price_data[product]'))
  const price = newPrice(
    tx,
    {
      active: false,
      currency: data.currency,
      product: product.id,
      tax_behavior: data.tax_behavior,
      unit_amount: data.unit_amount,
      unit_amount_decimal: data.unit_amount_decimal,
    },
    at('price_data'),
  )
  tx.emit('price.created', price)
  return price
}

/** Of the request, of the price, or the customer's; everything on one invoice is of one currency. */
export function currencyOf(
  tx: Transaction,
  named: string | undefined,
  customerId: string,
  charge?: Charge,
): string {
  if (named !== undefined) return readCurrency(named, 'currency')
  return charge?.currency ?? tx.db.find('customer', customerId)?.currency ?? 'usd'
}
