/** Makes the lines of invoices in Stripe's full shape, and finds them again. */
import type { Invoice, InvoiceItem, InvoiceLine, Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { hasCurrency, priceAmount } from '../catalogue/amounts.ts'
import { refuse } from '../http/errors.ts'
import { inParam, page } from '../http/route.ts'
import type { LineEntry } from './entry.ts'

interface Owner {
  readonly invoice: string
  readonly currency: string
}

/** A line without its discounts and taxes, which the totals add; not yet stored. */
export function newLine(
  tx: Transaction,
  owner: Owner,
  entry: LineEntry,
  discounts: readonly string[],
): InvoiceLine {
  const price = entry.price === undefined ? undefined : inParam(tx, 'price', entry.price, 'price')
  const quantity = entry.quantity === undefined ? 1 : entry.quantity
  const priced = priceIn(price, owner.currency, quantity ?? 0)
  const amount = entry.amount ?? priced.amount
  const proration = entry.proration ?? false
  return {
    id: tx.newId('il_1'),
    object: 'line_item',
    amount,
    currency: owner.currency,
    description: entry.description ?? null,
    discount_amounts: [],
    discountable: entry.discountable ?? (!proration && amount >= 0),
    discounts: [...discounts],
    invoice: owner.invoice,
    livemode: false,
    metadata: { ...entry.metadata },
    parent: parentOf(entry, proration),
    period: { ...entry.period },
    pretax_credit_amounts: [],
    pricing: pricingOf(price, priced.unit ?? unitOf(amount, quantity)),
    quantity,
    quantity_decimal: quantity === null ? null : String(quantity),
    subscription: entry.subscription ?? null,
    subtotal: amount,
    taxes: [],
  }
}

/** What a quantity of the price costs in the invoice's currency. */
export function priceIn(
  price: Price | undefined,
  currency: string,
  quantity: number,
): { readonly amount: number; readonly unit: string | null } {
  if (!price) return { amount: 0, unit: null }
  if (!hasCurrency(price, currency)) throw wrongCurrency(price, currency, 'price')
  return priceAmount(price, quantity, currency)
}

export const wrongCurrency = (price: Pick<Price, 'currency'>, expected: string, param: string) =>
  refuse(
    `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${expected}\`.`,
    { param },
  )

/** The unit amount of a bare amount. */
export function unitOf(amount: number, quantity: number | null): string {
  const unit = quantity === null || quantity === 0 ? amount : amount / quantity
  return Number.isInteger(unit) ? String(unit) : String(Number(unit.toFixed(12)))
}

export function pricingOf(price: Price | undefined, unit: string) {
  return {
    ...(price ? { price_details: { price: price.id, product: price.product } } : {}),
    type: 'price_details' as const,
    unit_amount_decimal: unit,
  }
}

function parentOf(entry: LineEntry, proration: boolean): InvoiceLine['parent'] {
  const credited = entry.creditedItems
  const details = {
    proration,
    proration_details: {
      credited_items: credited
        ? { invoice: credited.invoice, invoice_line_items: [...credited.invoice_line_items] }
        : null,
    },
    subscription: entry.subscription ?? null,
  }
  const item = entry.invoiceItem ?? null
  if (entry.subscriptionItem !== undefined && entry.subscriptionItem !== null) {
    const more = { invoice_item: item, subscription_item: entry.subscriptionItem }
    return {
      invoice_item_details: null,
      subscription_item_details: { ...details, ...more },
      type: 'subscription_item_details',
    }
  }
  if (item === null) return null
  return {
    invoice_item_details: { ...details, invoice_item: item },
    subscription_item_details: null,
    type: 'invoice_item_details',
  }
}

/** The invoice item behind a line. */
export function itemBehind(line: InvoiceLine): string | null {
  const { invoice_item_details: own, subscription_item_details: subscribed } = line.parent ?? {}
  return own?.invoice_item ?? subscribed?.invoice_item ?? null
}

/** All lines of a stored invoice, in their order. */
export function linesOf(tx: Pick<Transaction, 'db'>, invoice: string): InvoiceLine[] {
  return tx.db.where('line_item', 'invoice', invoice).reverse()
}

/** The first page of lines, which every invoice carries. */
export function firstLines(id: string, lines: readonly InvoiceLine[]): Invoice['lines'] {
  const first = page(lines, `/v1/invoices/${id}/lines`, {})
  return { ...first, data: [...first.data] }
}

/** What becomes of a pending item on an invoice. */
export function lineOfItem(item: InvoiceItem): LineEntry {
  const parent = item.parent?.subscription_details
  const credited = item.proration_details?.credited_items?.invoice_line_item_details
  return {
    price: item.pricing?.price_details?.price,
    amount: item.amount,
    quantity: item.quantity,
    description: item.description,
    period: item.period,
    proration: item.proration,
    creditedItems: credited,
    discountAmounts: item.proration_details?.discount_amounts,
    subscription: parent?.subscription,
    subscriptionItem: parent?.subscription_item,
    invoiceItem: item.id,
    taxRates: item.tax_rates?.map(({ id }) => id),
    discounts: item.discounts?.map((discount) => ({ discount })),
    metadata: item.metadata ?? {},
    discountable: item.discountable,
  }
}
