/** Line items of orders and quotes, added up by the arithmetic of the invoices that will bill them. */
import type { LineItem } from '../account/tables.ts'
import { type LineTotals, sum, type Terms, totalsOf } from './totals.ts'

type ItemSums = Pick<
  LineItem,
  'amount_discount' | 'amount_subtotal' | 'amount_tax' | 'amount_total'
>

export interface AddedUp {
  /** One for each line of the terms. */
  readonly items: readonly ItemSums[]
  readonly sums: {
    readonly amount_subtotal: number
    readonly amount_total: number
    readonly total_details: {
      amount_discount: number
      amount_shipping: number
      amount_tax: number
    }
  }
}

export function addUp(terms: Terms, shipping = 0): AddedUp {
  const totals = totalsOf(terms)
  const amounts = terms.lines.map(({ amount }) => amount)
  return {
    items: totals.lines.map((line, index) => itemSums(amounts[index] ?? 0, line)),
    sums: {
      amount_subtotal: sum(amounts),
      amount_total: totals.total + shipping,
      total_details: {
        amount_discount: sumOf(totals.discountAmounts),
        amount_shipping: shipping,
        amount_tax: sumOf(totals.taxes),
      },
    },
  }
}

function itemSums(subtotal: number, { discountAmounts, taxes }: LineTotals): ItemSums {
  const discount = sumOf(discountAmounts)
  const onTop = taxes.filter((tax) => tax.tax_behavior === 'exclusive')
  return {
    amount_discount: discount,
    amount_subtotal: subtotal,
    amount_tax: sumOf(taxes),
    amount_total: subtotal - discount + sumOf(onTop),
  }
}

function sumOf(parts: readonly { readonly amount: number }[]): number {
  return sum(parts.map(({ amount }) => amount))
}
