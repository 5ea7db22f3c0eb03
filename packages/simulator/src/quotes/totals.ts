/** What a quote comes to: each line, the first bill, and what recurs. */
import type { LineItem, Price, Quote, TaxRate } from '../account/tables.ts'
import type { QuoteLine } from '../account/tables-quotes.ts'
import type { Transaction } from '../account/transaction.ts'
import { priceAmount } from '../catalogue/amounts.ts'
import { couponOf } from '../catalogue/discounts.ts'
import { inParam } from '../http/route.ts'
import { type AddedUp, addUp } from '../invoicing/line-items.ts'
import { exemptionOf } from '../invoicing/sheet.ts'

interface Priced extends QuoteLine {
  readonly of: Price
}

export interface QuoteTerms {
  readonly customer: string | null
  readonly discounts: readonly string[]
  readonly taxRates: readonly TaxRate[]
}

export interface Reckoned
  extends Pick<
    Quote,
    'amount_subtotal' | 'amount_total' | 'computed' | 'currency' | 'total_details'
  > {
  readonly lineItems: readonly LineItem[]
}

export function reckon(
  tx: Transaction,
  lines: readonly QuoteLine[],
  terms: QuoteTerms,
  isTrial: boolean,
): Reckoned {
  const priced = lines.map(
    (line): Priced => ({ ...line, of: inParam(tx, 'price', line.price, 'price') }),
  )
  const recurring = priced.filter(({ of }) => of.recurring !== null)
  const upfront = isTrial ? priced.filter(({ of }) => of.recurring === null) : priced
  const all = addUpLines(tx, priced, terms)
  const first = addUpLines(tx, upfront, terms)
  const again = addUpLines(tx, recurring, terms)
  const cadence = recurring[0]?.of.recurring
  return {
    ...all.sums,
    currency: priced[0]?.of.currency ?? null,
    computed: {
      recurring: cadence
        ? { ...again.sums, interval: cadence.interval, interval_count: cadence.interval_count }
        : null,
      upfront: first.sums,
    },
    lineItems: itemsOf(tx, priced, all),
  }
}

function addUpLines(tx: Transaction, lines: readonly Priced[], terms: QuoteTerms): AddedUp {
  return addUp({
    currency: lines[0]?.of.currency ?? 'usd',
    taxExempt: exemptionOf(tx.db.find('customer', terms.customer ?? '')),
    discounts: terms.discounts.map((id) => ({ id, coupon: couponOf(tx, id) })),
    lines: lines.map((line) => ({
      amount: priceAmount(line.of, line.quantity).amount,
      discountable: true,
      product: line.of.product,
      discounts: line.discounts.map((id) => ({ id, coupon: couponOf(tx, id) })),
      taxRates:
        line.taxRates.length > 0
          ? line.taxRates.map((id) => inParam(tx, 'tax_rate', id, 'tax_rates'))
          : terms.taxRates,
    })),
  })
}

function itemsOf(tx: Transaction, lines: readonly Priced[], { items }: AddedUp): LineItem[] {
  return lines.map(({ id, of, quantity }, index) => ({
    id,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: 0,
    amount_tax: 0,
    amount_total: 0,
    ...items[index],
    currency: of.currency,
    description: tx.db.find('product', of.product)?.name ?? null,
    metadata: null,
    price: of,
    quantity,
  }))
}

export function termsOf(tx: Transaction, quote: Quote): QuoteTerms {
  const rates = (quote.default_tax_rates ?? []).map((id) =>
    inParam(tx, 'tax_rate', id, 'default_tax_rates'),
  )
  return { customer: quote.customer, discounts: quote.discounts, taxRates: rates }
}
