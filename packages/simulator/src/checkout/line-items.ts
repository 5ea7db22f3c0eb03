/** Resolves the line items of a new session: prices, quantities, amounts. */

import type { LineItem, Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newPrice } from '../catalogue/price-object.ts'
import { newProduct } from '../catalogue/products.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import type { LineItemEntry } from './session-params.ts'

export function resolveLineItems(
  tx: Transaction,
  entries: readonly LineItemEntry[],
): { lineItems: LineItem[]; currency: string } {
  const lineItems = entries.map((entry, index) => lineItem(tx, entry, `line_items[${index}]`))
  const currency = lineItems[0]?.currency
  if (currency === undefined) throw missingParam('line_items')
  const other = lineItems.find((item) => item.currency !== currency)
  if (other) {
    throw refuse(
      `You cannot combine currencies on a single Checkout Session. You passed \`${currency}\` and \`${other.currency}\`.`,
      { param: 'line_items' },
    )
  }
  return { lineItems, currency }
}

function lineItem(tx: Transaction, entry: LineItemEntry, path: string): LineItem {
  const price = priceOf(tx, entry, path)
  if (price.recurring) {
    throw refuse(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param: `${path}[price]` },
    )
  }
  if (!price.active) {
    throw refuse(`The price specified is inactive. This field only accepts active prices.`, {
      param: `${path}[price]`,
    })
  }
  const quantity = entry.quantity
  if (quantity === undefined) throw missingParam(`${path}[quantity]`)
  const adjustable = entry.adjustable_quantity
  if (quantity === 0 && !adjustable?.enabled) {
    throw badParam(
      'This value must be greater than or equal to 1.',
      `${path}[quantity]`,
      'parameter_invalid_integer',
    )
  }
  const amount = Math.round(Number(price.unit_amount_decimal ?? 0) * quantity)
  const product = tx.db.find('product', price.product)
  return {
    id: tx.newId('li_1'),
    object: 'item',
    adjustable_quantity: adjustable
      ? {
          enabled: adjustable.enabled,
          maximum: adjustable.enabled ? (adjustable.maximum ?? 99) : null,
          minimum: adjustable.enabled ? (adjustable.minimum ?? 0) : null,
        }
      : null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product?.name ?? null,
    metadata: mergeMetadata({}, entry.metadata),
    price,
    quantity,
  }
}

function priceOf(tx: Transaction, entry: LineItemEntry, path: string): Price {
  const { price, price_data: data } = entry
  if (price !== undefined && data !== undefined) {
    throw refuse('You may only specify one of these parameters: price, price_data.', {
      code: 'parameters_exclusive',
      param: `${path}[price]`,
    })
  }
  if (price !== undefined) return inParam(tx, 'price', price, `${path}[price]`)
  if (data === undefined) throw missingParam(`${path}[price]`)
  const { product, product_data: productData } = data
  if (product !== undefined) inParam(tx, 'product', product, `${path}[price_data][product]`)
  else if (productData === undefined) throw missingParam(`${path}[price_data][product]`)
  // Inline products are not for sale elsewhere: Stripe makes them, and the price, inactive.
  const made = productData && newProduct(tx, { ...productData, active: false })
  const inline = newPrice(
    tx,
    { ...data, product: made?.id ?? product ?? '' },
    `${path}[price_data]`,
  )
  tx.db.put('price', { ...inline, active: false })
  return inline
}
