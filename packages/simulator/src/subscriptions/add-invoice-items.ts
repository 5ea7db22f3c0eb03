/** One-time prices that come onto the next invoice of a subscription. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, notSimulated } from '../http/errors.ts'
import { addInvoiceItem } from '../invoicing/item-object.ts'
import type { DiscountChoice } from './items.ts'
import { nameOf } from './lines.ts'
import { chosenPrice, type InlinePrice } from './prices.ts'

export interface OnceEntry {
  readonly price?: string | undefined
  readonly price_data?: InlinePrice | undefined
  readonly isAgreed?: boolean
  readonly quantity?: number | undefined
  readonly discountable?: boolean | undefined
  readonly discounts?: readonly DiscountChoice[] | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
  readonly period?: unknown
  readonly tax_rates?: readonly string[] | null | undefined
}

const entriesMax = 20

export function addOnce(
  tx: Transaction,
  of: Subscription,
  entries: readonly OnceEntry[],
  path: string,
): void {
  if (entries.length > entriesMax) {
    throw badParam(`You can add at most ${entriesMax} invoice items.`, path)
  }
  for (const [index, entry] of entries.entries()) {
    const at = `${path}[${index}]`
    if (entry.period !== undefined) throw notSimulated('periods of added items', `${at}[period]`)
    const price = chosenPrice(tx, entry, at)
    if (!price) throw missingParam(`${at}[price]`)
    if (price.recurring) {
      throw badParam(
        'The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.',
        `${at}[price]`,
      )
    }
    addInvoiceItem(tx, {
      customer: of.customer,
      currency: of.currency,
      price: price.id,
      quantity: entry.quantity ?? 1,
      description: nameOf(tx, { price }),
      discountable: entry.discountable,
      discounts: entry.discounts ?? [],
      metadata: entry.metadata ?? {},
      subscription: of.id,
      ...(entry.tax_rates ? { taxRates: entry.tax_rates } : {}),
    })
  }
}
