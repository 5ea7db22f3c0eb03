/** Resolves the line items of a new session: prices, quantities, and what may be changed on the page. */
import type { LineItem, Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newPrice } from '../catalogue/price-object.ts'
import { newProduct } from '../catalogue/product-object.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import type { SessionParams } from './session-params.ts'

export type LineItemEntry = NonNullable<SessionParams['line_items']>[number]

const limits = { payment: 100, recurring: 20, oneTime: 20, quantity: 999_999 } as const

export interface ResolvedItems {
  readonly lineItems: readonly LineItem[]
  readonly currency: string
  /** The tax rates of each line, by its id. */
  readonly taxRates: Readonly<Record<string, readonly string[]>>
}

export function resolveLineItems(
  tx: Transaction,
  entries: readonly LineItemEntry[],
  mode: 'payment' | 'subscription',
): ResolvedItems {
  if (entries.length > limits.payment) {
    throw badParam(`Invalid array: at most ${limits.payment} values are allowed`, 'line_items')
  }
  const taxRates: Record<string, readonly string[]> = {}
  const lineItems = entries.map((entry, index) => {
    const path = `line_items[${index}]`
    const line = lineItem(tx, entry, path, mode)
    for (const rate of entry.tax_rates ?? []) inParam(tx, 'tax_rate', rate, `${path}[tax_rates]`)
    taxRates[line.id] = entry.tax_rates ?? []
    return line
  })
  const currency = lineItems[0]?.currency
  if (currency === undefined) throw missingParam('line_items')
  const other = lineItems.find((item) => item.currency !== currency)
  if (other) {
    throw refuse(
      `You cannot combine currencies on a single Checkout Session. You passed \`${currency}\` and \`${other.currency}\`.`,
      { param: 'line_items' },
    )
  }
  if (mode === 'subscription') requireRecurring(lineItems)
  return { lineItems, currency, taxRates }
}

function requireRecurring(lineItems: readonly LineItem[]): void {
  const recurring = lineItems.filter((line) => line.price?.recurring)
  const [first] = recurring
  if (!first) {
    throw refuse(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      { param: 'line_items' },
    )
  }
  const interval = (line: LineItem) =>
    `${line.price?.recurring?.interval_count} ${line.price?.recurring?.interval}`
  if (recurring.some((line) => interval(line) !== interval(first))) {
    throw refuse('Checkout does not support multiple prices with different billing intervals.', {
      param: 'line_items',
    })
  }
  const oneTime = lineItems.length - recurring.length
  if (recurring.length > limits.recurring || oneTime > limits.oneTime) {
    throw refuse(
      `A Checkout Session in \`subscription\` mode takes at most ${limits.recurring} recurring and ${limits.oneTime} one-time prices.`,
      { param: 'line_items' },
    )
  }
}

function lineItem(
  tx: Transaction,
  entry: LineItemEntry,
  path: string,
  mode: 'payment' | 'subscription',
): LineItem {
  const price = priceOf(tx, entry, path)
  if (price.recurring && mode === 'payment') {
    throw refuse(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param: `${path}[price]` },
    )
  }
  const isMetered = price.recurring?.usage_type === 'metered'
  const quantity = entry.quantity ?? (isMetered ? null : undefined)
  if (quantity === undefined) throw missingParam(`${path}[quantity]`)
  if (isMetered && quantity !== null) {
    throw refuse('You cannot set a quantity for metered plans.', { param: `${path}[quantity]` })
  }
  const adjustable = entry.adjustable_quantity
  if (quantity !== null) checkQuantity(quantity, adjustable?.enabled === true, path)
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
    // What it comes to is for the totals to say.
    amount_discount: 0,
    amount_subtotal: 0,
    amount_tax: 0,
    amount_total: 0,
    currency: price.currency,
    description: product?.name ?? null,
    metadata: mergeMetadata({}, entry.metadata),
    price,
    quantity,
  }
}

function checkQuantity(quantity: number, isAdjustable: boolean, path: string): void {
  const least = isAdjustable ? 0 : 1
  if (quantity >= least && quantity <= limits.quantity) return
  const rule =
    quantity < least
      ? `This value must be greater than or equal to ${least}.`
      : `This value must be less than or equal to ${limits.quantity}.`
  throw badParam(rule, `${path}[quantity]`, 'parameter_invalid_integer')
}

function priceOf(tx: Transaction, entry: LineItemEntry, path: string): Price {
  const { price, price_data: data } = entry
  if (price !== undefined && data !== undefined) {
    throw refuse('You may only specify one of these parameters: price, price_data.', {
      code: 'parameters_exclusive',
      param: `${path}[price]`,
    })
  }
  if (price !== undefined) {
    const known = inParam(tx, 'price', price, `${path}[price]`)
    if (known.active) return known
    throw refuse(`The price specified is inactive. This field only accepts active prices.`, {
      param: `${path}[price]`,
    })
  }
  if (data === undefined) throw missingParam(`${path}[price]`)
  const { product, product_data: productData } = data
  if ((data.unit_amount ?? 0) < 0) {
    throw badParam(
      'Invalid integer: must be at least 0',
      `${path}[price_data][unit_amount]`,
      'parameter_invalid_integer',
    )
  }
  if (product !== undefined) inParam(tx, 'product', product, `${path}[price_data][product]`)
  else if (productData === undefined) throw missingParam(`${path}[price_data][product]`)
  // Inline products are not for sale elsewhere: Stripe makes them, and the price, inactive.
  const made = productData && newProduct(tx, { ...productData, active: false })
  const inline = newPrice(
    tx,
    { ...data, product: made?.id ?? product ?? '' },
    `${path}[price_data]`,
  )
  return tx.db.put('price', { ...inline, active: false })
}
