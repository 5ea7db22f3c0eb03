// Goal: the arithmetic of an invoice adds up, for any lines, discounts and rates.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Coupon, TaxRate } from '../../src/account/tables.ts'
import { dueOf } from '../../src/invoicing/sheet.ts'
import { type LineTerms, type Terms, totalsOf } from '../../src/invoicing/totals.ts'

function rate(id: string, percentage: number, inclusive: boolean): TaxRate {
  return {
    id,
    object: 'tax_rate',
    active: true,
    country: null,
    created: 0,
    description: null,
    display_name: 'VAT',
    effective_percentage: null,
    flat_amount: null,
    inclusive,
    jurisdiction: null,
    jurisdiction_level: null,
    livemode: false,
    metadata: {},
    percentage,
    rate_type: 'percentage',
    state: null,
    tax_type: null,
  }
}

function coupon(terms: { percent?: number; amount?: number; products?: string[] }): Coupon {
  const { percent, amount, products } = terms
  return {
    id: 'CUT',
    object: 'coupon',
    amount_off: amount ?? null,
    ...(products ? { applies_to: { products } } : {}),
    created: 0,
    currency: amount === undefined ? null : 'usd',
    duration: 'once',
    duration_in_months: null,
    livemode: false,
    max_redemptions: null,
    metadata: {},
    name: null,
    percent_off: percent ?? null,
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
  }
}

const line = (amount: number, change: Partial<LineTerms> = {}): LineTerms => ({
  amount,
  discountable: amount >= 0,
  product: null,
  discounts: [],
  taxRates: [],
  ...change,
})

const terms = (lines: readonly LineTerms[], change: Partial<Terms> = {}): Terms => ({
  currency: 'usd',
  taxExempt: 'none',
  discounts: [],
  lines,
  ...change,
})

test('a discount of the invoice is shared among its lines in proportion, to the last cent', () => {
  const discounts = [{ id: 'di_1', coupon: coupon({ amount: 1000 }) }]
  const totals = totalsOf(terms([line(1000), line(1000), line(1000)], { discounts }))
  expect(totals.lines.map((one) => one.discountAmounts[0]?.amount).sort()).toEqual([333, 333, 334])
  expect(totals).toMatchObject({
    subtotal: 3000,
    total: 2000,
    discountAmounts: [{ amount: 1000, discount: 'di_1' }],
  })
})

test('a discount of a line is inside the subtotal, one of the invoice is not', () => {
  const half = { id: 'di_line', coupon: coupon({ percent: 50 }) }
  const tenth = { id: 'di_invoice', coupon: coupon({ percent: 10 }) }
  const lines = [line(1000, { discounts: [half] }), line(2000)]
  expect(totalsOf(terms(lines, { discounts: [tenth] }))).toMatchObject({
    subtotal: 2500,
    total: 2250,
    discountAmounts: [
      { amount: 500, discount: 'di_line' },
      { amount: 250, discount: 'di_invoice' },
    ],
  })
})

test('a coupon of one product leaves the others alone, and prorations are never discounted', () => {
  const discounts = [{ id: 'di_1', coupon: coupon({ percent: 100, products: ['prod_a'] }) }]
  const lines = [
    line(1000, { product: 'prod_a' }),
    line(2000, { product: 'prod_b' }),
    line(-500, { product: 'prod_a' }),
  ]
  expect(totalsOf(terms(lines, { discounts }))).toMatchObject({ subtotal: 2500, total: 1500 })
})

test('an exclusive tax comes on top, an inclusive one is inside, each rounded on its line', () => {
  const lines = [line(999, { taxRates: [rate('txr_on', 8.875, false)] })]
  expect(totalsOf(terms(lines))).toMatchObject({
    subtotal: 999,
    total: 1088,
    totalExcludingTax: 999,
  })
  const inside = totalsOf(terms([line(1190, { taxRates: [rate('txr_in', 19, true)] })]))
  expect(inside).toMatchObject({
    subtotal: 1190,
    subtotalExcludingTax: 1000,
    total: 1190,
    totalExcludingTax: 1000,
    taxes: [{ amount: 190, tax_behavior: 'inclusive', taxable_amount: 1000 }],
  })
})

test('taxes are on what discounts leave, and of one rate they are gathered', () => {
  const taxRates = [rate('txr_1', 20, false)]
  const discounts = [{ id: 'di_1', coupon: coupon({ percent: 50 }) }]
  const lines = [line(1000, { taxRates }), line(500, { taxRates })]
  expect(totalsOf(terms(lines, { discounts }))).toMatchObject({
    total: 900,
    taxes: [{ amount: 150, taxable_amount: 750, tax_rate_details: { tax_rate: 'txr_1' } }],
  })
})

test.each([
  ['exempt', 'customer_exempt'],
  ['reverse', 'reverse_charge'],
] as const)('a customer who is %s pays no tax, and the invoice says why', (taxExempt, reason) => {
  const lines = [line(1000, { taxRates: [rate('txr_1', 20, false)] })]
  expect(totalsOf(terms(lines, { taxExempt }))).toMatchObject({
    total: 1000,
    taxes: [{ amount: 0, taxability_reason: reason }],
  })
})

test.each([
  ['credit covers a part', 2000, -500, 'usd', 1500, 0],
  ['credit covers all', 2000, -5000, 'usd', 0, -3000],
  ['a debt is added', 2000, 300, 'usd', 2300, 0],
  ['a credit becomes balance', -700, 0, 'usd', 0, -700],
  ['too little to charge waits', 49, 0, 'usd', 0, 49],
  ['the least that is charged', 50, 0, 'usd', 50, 0],
  ['zero-decimal money', 49, 0, 'jpy', 0, 49],
  ['nothing at all', 0, 0, 'usd', 0, 0],
] as const)(
  '%s: what is due, and the balance afterwards',
  (_, total, balance, currency, due, end) => {
    expect(dueOf(total, balance, currency)).toEqual({ due, endingBalance: end })
  },
)

const anyRate = fc.record({
  percentage: fc.integer({ min: 0, max: 4000 }).map((hundredths) => hundredths / 100),
  inclusive: fc.boolean(),
})
const anyCoupon = fc.oneof(
  fc.integer({ min: 1, max: 100 }).map((percent) => coupon({ percent })),
  fc.integer({ min: 1, max: 50_000 }).map((amount) => coupon({ amount })),
)
const anyTerms: fc.Arbitrary<Terms> = fc
  .record({
    amounts: fc.array(fc.integer({ min: -20_000, max: 200_000 }), { maxLength: 6 }),
    rates: fc.array(anyRate, { maxLength: 3 }),
    own: fc.array(anyCoupon, { maxLength: 2 }),
    all: fc.array(anyCoupon, { maxLength: 3 }),
    taxExempt: fc.constantFrom('exempt', 'none', 'reverse'),
  })
  .map(({ amounts, rates, own, all, taxExempt }) =>
    terms(
      amounts.map((amount, at) =>
        line(amount, {
          discounts: at === 0 ? own.map((one, i) => ({ id: `di_own_${i}`, coupon: one })) : [],
          taxRates: rates.map((one, i) => rate(`txr_${i}`, one.percentage, one.inclusive)),
        }),
      ),
      { taxExempt, discounts: all.map((one, i) => ({ id: `di_${i}`, coupon: one })) },
    ),
  )

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

test('for any invoice the parts sum to the whole', () => {
  fc.assert(
    fc.property(anyTerms, (given) => {
      const totals = totalsOf(given)
      const cuts = totals.lines.flatMap((one) => one.discountAmounts)
      const taxes = totals.lines.flatMap((one) => one.taxes)
      const ofInvoice = cuts.filter(({ discount }) => !discount.startsWith('di_own'))
      const ofLines = cuts.filter(({ discount }) => discount.startsWith('di_own'))
      const onTop = taxes.filter((tax) => tax.tax_behavior === 'exclusive')
      const amounts = sum(given.lines.map(({ amount }) => amount))
      const cut = (some: typeof cuts) => sum(some.map(({ amount }) => amount))
      expect(totals.subtotal).toBe(amounts - cut(ofLines))
      expect(totals.total).toBe(
        totals.subtotal - cut(ofInvoice) + sum(onTop.map(({ amount }) => amount)),
      )
      expect(sum(totals.taxes.map(({ amount }) => amount))).toBe(
        totals.total - totals.totalExcludingTax,
      )
      expect(cut(totals.discountAmounts)).toBe(cut(cuts))
      for (const [at, one] of given.lines.entries()) {
        const off = cut(totals.lines[at]?.discountAmounts ?? [])
        expect(off).toBeGreaterThanOrEqual(0)
        expect(off).toBeLessThanOrEqual(Math.max(0, one.amount))
      }
      const values = [
        totals.total,
        totals.subtotal,
        totals.subtotalExcludingTax,
        ...taxes.map((t) => t.amount),
      ]
      for (const value of values) expect(Number.isSafeInteger(value)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('for any total and balance nothing is lost between what is due and what stays', () => {
  const money = fc.integer({ min: -100_000, max: 100_000 })
  fc.assert(
    fc.property(
      money,
      money,
      fc.constantFrom('usd', 'jpy', 'huf', 'xyz'),
      (total, balance, currency) => {
        const { due, endingBalance } = dueOf(total, balance, currency)
        expect(due + endingBalance).toBe(total + balance)
        expect(due).toBeGreaterThanOrEqual(0)
      },
    ),
  )
})
