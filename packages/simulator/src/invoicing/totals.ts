/** The arithmetic of an invoice: discounts by line, then taxes by line, then their sums. */
import type { Coupon, InvoiceLine, TaxRate } from '../account/tables.ts'
import { allocate } from '../catalogue/arithmetic.ts'
import { amountOff, appliesTo } from '../catalogue/discounts.ts'

export interface DiscountTerms {
  /** Of the discount. */
  readonly id: string
  readonly coupon: Coupon
}

export interface LineTerms {
  readonly amount: number
  readonly discountable: boolean
  readonly product: string | null
  readonly discounts: readonly DiscountTerms[]
  readonly taxRates: readonly TaxRate[]
}

export interface Terms {
  readonly currency: string
  readonly taxExempt: 'exempt' | 'none' | 'reverse'
  readonly discounts: readonly DiscountTerms[]
  readonly lines: readonly LineTerms[]
}

type Tax = NonNullable<InvoiceLine['taxes']>[number]
type Cut = { readonly amount: number; readonly discount: string }

export interface LineTotals {
  readonly discountAmounts: Cut[]
  readonly taxes: Tax[]
}

export interface Totals {
  readonly lines: readonly LineTotals[]
  readonly subtotal: number
  readonly subtotalExcludingTax: number
  readonly total: number
  readonly totalExcludingTax: number
  readonly discountAmounts: Cut[]
  readonly taxes: Tax[]
}

interface Working {
  readonly terms: LineTerms
  /** What is left of the line's amount. */
  left: number
  readonly cuts: Cut[]
}

export function totalsOf({ currency, taxExempt, discounts, lines }: Terms): Totals {
  const working: Working[] = lines.map((terms) => ({ terms, left: terms.amount, cuts: [] }))
  for (const line of working) {
    for (const discount of line.terms.discounts) cut([line], discount, currency)
  }
  const taxed = (line: Working) => taxesOn(line.left, line.terms.taxRates, taxExempt)
  const subtotal = sum(working.map(({ left }) => left))
  const includedBefore = sum(working.map((line) => included(taxed(line))))
  for (const discount of discounts) cut(working, discount, currency)
  const results = working.map((line) => ({ discountAmounts: line.cuts, taxes: taxed(line) }))
  const taxes = results.flatMap((line) => line.taxes)
  const net = sum(working.map(({ left }) => left))
  return {
    lines: results,
    subtotal,
    subtotalExcludingTax: subtotal - includedBefore,
    total: net + sum(taxes.map(({ amount }) => amount)) - included(taxes),
    totalExcludingTax: net - included(taxes),
    discountAmounts: gather(results.flatMap((line) => line.discountAmounts)),
    taxes: gatherTaxes(taxes),
  }
}

/** Takes one discount off the lines that it covers, each its share. */
function cut(lines: readonly Working[], { id, coupon }: DiscountTerms, currency: string): void {
  const covered = lines.filter(
    ({ left, terms }) =>
      terms.discountable && left > 0 && appliesTo(coupon, terms.product ?? 'no product'),
  )
  const weights = covered.map(({ left }) => left)
  const shares = allocate(amountOff(coupon, sum(weights), currency), weights)
  covered.forEach((line, index) => {
    const amount = shares[index] ?? 0
    line.cuts.push({ amount, discount: id })
    line.left -= amount
  })
}

/** Each rate on its own line, rounded there: inclusive ones are inside the amount, exclusive ones on top. */
export function taxesOn(
  amount: number,
  rates: readonly TaxRate[],
  exempt: Terms['taxExempt'],
): Tax[] {
  if (exempt !== 'none') {
    const reason = exempt === 'exempt' ? 'customer_exempt' : 'reverse_charge'
    return rates.map((rate) => tax(rate, 0, amount, reason))
  }
  const inside = rates.filter(({ inclusive }) => inclusive)
  const percent = sum(inside.map(({ percentage }) => percentage))
  const net = amount / (1 + percent / 100)
  const within = inside.map((rate) => ({ rate, amount: round((net * rate.percentage) / 100) }))
  const base = amount - sum(within.map((part) => part.amount))
  return rates.map((rate) => {
    const part = within.find((one) => one.rate === rate)
    const due = part ? part.amount : round((base * rate.percentage) / 100)
    return tax(rate, due, base, 'not_available')
  })
}

/** Half away from zero, so that a credit is rounded as the charge that it gives back. */
function round(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) || 0
}

function tax(
  rate: TaxRate,
  amount: number,
  taxable: number,
  reason: Tax['taxability_reason'],
): Tax {
  return {
    amount,
    tax_behavior: rate.inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: rate.id },
    taxability_reason: reason,
    taxable_amount: taxable,
    type: 'tax_rate_details',
  }
}

export function included(taxes: readonly Tax[]): number {
  return sum(taxes.map((one) => (one.tax_behavior === 'inclusive' ? one.amount : 0)))
}

export function gather(cuts: readonly Cut[]): Cut[] {
  const sums = new Map<string, number>()
  for (const { amount, discount } of cuts) sums.set(discount, (sums.get(discount) ?? 0) + amount)
  return [...sums].map(([discount, amount]) => ({ amount, discount }))
}

export function gatherTaxes(taxes: readonly Tax[]): Tax[] {
  const sums = new Map<string, Tax>()
  for (const one of taxes) {
    const key = `${one.tax_rate_details?.tax_rate}:${one.tax_behavior}`
    const known = sums.get(key)
    const before = known ?? { ...one, amount: 0, taxable_amount: 0 }
    sums.set(key, {
      ...before,
      amount: before.amount + one.amount,
      taxable_amount: (before.taxable_amount ?? 0) + (one.taxable_amount ?? 0),
    })
  }
  return [...sums.values()]
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
