// Goal: whatever is done to an invoice, it is paid exactly when its money is there, and its sums agree.
import fc from 'fast-check'
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { asRecord, type Bench, bench } from '../support.ts'
import { day, payer } from './support.ts'

const money = fc.integer({ min: 1, max: 5000 })
const step = fc.oneof(
  fc.record({ do: fc.constant('item' as const), amount: fc.integer({ min: -2000, max: 9000 }) }),
  fc.record({ do: fc.constant('discount' as const), percent: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ do: fc.constant('balance' as const), amount: fc.integer({ min: -3000, max: 3000 }) }),
  fc.record({ do: fc.constant('credit' as const), amount: money }),
  fc.record({ do: fc.constant('attach' as const), amount: money.map((amount) => amount + 50) }),
  fc.record({ do: fc.constant('pay' as const), outOfBand: fc.boolean() }),
  fc.record({ do: fc.constantFrom('finalize', 'void', 'uncollectible', 'card', 'wait') }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Subject {
  readonly customer: string
  readonly invoice: string
}

async function take({ stripe, account }: Bench, { customer, invoice }: Subject, one: Step) {
  switch (one.do) {
    case 'item':
      return stripe.invoiceItems.create({ customer, invoice, amount: one.amount })
    case 'discount': {
      const { id: coupon } = await stripe.coupons.create({ percent_off: one.percent })
      return stripe.invoices.update(invoice, { discounts: [{ coupon }] })
    }
    case 'balance':
      return stripe.customers.createBalanceTransaction(customer, {
        amount: one.amount,
        currency: 'usd',
      })
    case 'credit':
      return stripe.creditNotes.create({ invoice, amount: one.amount })
    case 'attach': {
      const { id } = await stripe.paymentIntents.create({
        amount: one.amount,
        currency: 'usd',
        customer,
        confirm: true,
        payment_method: 'pm_card_visa',
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      })
      return stripe.invoices.attachPayment(invoice, { payment_intent: id })
    }
    case 'pay':
      return stripe.invoices.pay(invoice, { paid_out_of_band: one.outOfBand })
    case 'finalize':
      return stripe.invoices.finalizeInvoice(invoice, { auto_advance: true })
    case 'void':
      return stripe.invoices.voidInvoice(invoice)
    case 'uncollectible':
      return stripe.invoices.markUncollectible(invoice)
    case 'card': {
      const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer })
      return stripe.invoices.update(invoice, { default_payment_method: id })
    }
    default:
      return account.advance(3 * day)
  }
}

function agrees(invoice: Stripe.Invoice): void {
  const { amount_due: due, amount_paid: paid, amount_remaining: left, status } = invoice
  const lines = invoice.lines.data
  const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  expect(invoice.subtotal).toBe(sumOf(lines.map(({ amount }) => amount)))
  const off = sumOf((invoice.total_discount_amounts ?? []).map(({ amount }) => amount))
  expect(invoice.total).toBe(invoice.subtotal - off)
  expect(left).toBe(due - paid + invoice.amount_overpaid)
  const payments = invoice.payments?.data ?? []
  const byPayments = sumOf(payments.map((one) => one.amount_paid ?? 0))
  expect(paid).toBe(byPayments + (invoice.amount_paid_off_stripe ?? 0))
  if (status === 'paid') expect(left).toBe(0)
  if (status === 'open' || status === 'uncollectible') expect(left).toBeGreaterThan(0)
  if (status !== 'draft' && status !== 'void') {
    const moved = (invoice.ending_balance ?? 0) - invoice.starting_balance
    expect(due + moved + invoice.pre_payment_credit_notes_amount).toBe(invoice.total)
  }
  const waiting = payments.filter((one) => one.status === 'open')
  expect(waiting.length).toBe(status === 'open' || status === 'uncollectible' ? 1 : 0)
}

test('for any steps the invoice agrees with its lines, its payments and its balance', async () => {
  const b = await bench()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        'pm_card_visa',
        'pm_card_chargeCustomerFail',
        'pm_card_authenticationRequired',
      ),
      fc.array(step, { minLength: 1, maxLength: 8 }),
      async (card, steps) => {
        const { customer } = await payer(b, card)
        const { id: invoice } = await b.stripe.invoices.create({ customer, currency: 'usd' })
        await b.stripe.invoiceItems.create({ customer, invoice, amount: 3000 })
        for (const one of steps) {
          await take(b, { customer, invoice }, one).catch((error: unknown) => {
            // What Stripe refuses is no step; what the simulator trips over is a fault.
            const { statusCode } = asRecord(error)
            expect([400, 402]).toContain(statusCode)
          })
          agrees(await b.stripe.invoices.retrieve(invoice, { expand: ['payments'] }))
        }
      },
    ),
    { numRuns: 25 },
  )
}, 60_000)
