/** An invoice with its lines on the table: what each line costs is worked out here, stored or only previewed. */
import type { Coupon, Customer, Invoice, InvoiceLine, TaxRate } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { couponOf } from '../catalogue/discounts.ts'
import { leastCharge } from '../payments/minimum.ts'
import { firstLines, linesOf } from './line-object.ts'
import { type DiscountTerms, type Terms, totalsOf } from './totals.ts'

export interface Sheet {
  readonly invoice: Invoice
  readonly lines: readonly InvoiceLine[]
  /** Of lines that have rates of their own. */
  readonly rates: ReadonlyMap<string, readonly string[]>
  /** Coupons of discounts that are not stored. */
  readonly coupons: ReadonlyMap<string, Coupon>
}

export function storedSheet(tx: Transaction, invoice: Invoice): Sheet {
  const lines = linesOf(tx, invoice.id)
  const rates = new Map<string, readonly string[]>()
  for (const { id } of lines) {
    const own = tx.db.find('invoice_line_secret', id)
    if (own) rates.set(id, own.taxRates)
  }
  return { invoice, lines, rates, coupons: new Map() }
}

/** The same with every sum worked out. */
export function workedOut(tx: Transaction, sheet: Sheet): Sheet {
  const { invoice, rates, coupons } = sheet
  const terms = (id: string): DiscountTerms => ({ id, coupon: coupons.get(id) ?? couponOf(tx, id) })
  const customer = tx.db.find('customer', invoice.customer ?? '')
  const settled = tx.db.find('invoice_secret', invoice.id)?.settled
  const totals = totalsOf({
    currency: invoice.currency,
    taxExempt: settled?.taxExempt ?? exemptionOf(customer),
    discounts: invoice.discounts.map(terms),
    lines: sheet.lines.map((line) => ({
      amount: line.amount,
      discountable: line.discountable,
      product: line.pricing?.price_details?.product ?? null,
      discounts: line.discounts.map(terms),
      taxRates: ratesOf(tx, rates.get(line.id)) ?? invoice.default_tax_rates,
    })),
  })
  const lines = sheet.lines.map((line, index) => {
    const { discountAmounts = [], taxes = [] } = totals.lines[index] ?? {}
    return {
      ...line,
      discount_amounts: [...discountAmounts],
      pretax_credit_amounts: asCredits(discountAmounts),
      taxes,
    }
  })
  const shipping = invoice.shipping_cost?.amount_total ?? 0
  const total = totals.total + shipping
  const starting = settled ? 0 : balanceIn(invoice.currency, customer)
  const { due } = dueOf(total, starting, invoice.currency)
  return {
    ...sheet,
    lines,
    invoice: {
      ...invoice,
      lines: firstLines(invoice.id, lines),
      amount_due: due,
      amount_remaining: due,
      amount_shipping: shipping,
      starting_balance: starting,
      subtotal: totals.subtotal,
      subtotal_excluding_tax: totals.subtotalExcludingTax,
      total,
      total_discount_amounts: totals.discountAmounts,
      total_excluding_tax: totals.totalExcludingTax + shipping,
      total_pretax_credit_amounts: asCredits(totals.discountAmounts),
      total_taxes: totals.taxes,
    },
  }
}

/** A balance is of the customer's own currency. */
export function balanceIn(currency: string, customer: Customer | undefined): number {
  const own = customer?.currency ?? currency
  return own === currency ? (customer?.balance ?? 0) : 0
}

export function exemptionOf(customer: Customer | undefined): Terms['taxExempt'] {
  const exempt = customer?.tax_exempt
  return exempt === 'exempt' || exempt === 'reverse' ? exempt : 'none'
}

function ratesOf(tx: Transaction, ids: readonly string[] | undefined): TaxRate[] | undefined {
  return ids?.map((id) => tx.db.find('tax_rate', id)).filter((rate) => rate !== undefined)
}

function asCredits(amounts: readonly { readonly amount: number; readonly discount: string }[]) {
  return amounts.map(({ amount, discount }) => ({ amount, discount, type: 'discount' as const }))
}

/**
 * What of a total is to be paid now, and the customer's balance afterwards: credit is used up, a debt is added,
 * and what is too little to charge waits on the balance for the next invoice.
 */
export function dueOf(
  total: number,
  startingBalance: number,
  currency: string,
): { readonly due: number; readonly endingBalance: number } {
  const sum = total + startingBalance
  const due = sum >= leastCharge(currency) ? sum : 0
  return { due, endingBalance: sum - due }
}
