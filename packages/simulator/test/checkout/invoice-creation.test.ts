// invoice_creation: the order's invoice says what the session says, is paid by its intent, and is made once the money is there.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench, noonMs } from '../support.ts'

async function open(b: Bench, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const coupon = await b.stripe.coupons.create({ percent_off: 10, duration: 'once' })
  return b.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1:1/ok',
    invoice_creation: {
      enabled: true,
      invoice_data: { footer: 'Thank you', metadata: { o: '1' } },
    },
    line_items: [
      {
        price_data: { currency: 'eur', unit_amount: 999, product_data: { name: 'Book' } },
        quantity: 3,
      },
    ],
    discounts: [{ coupon: coupon.id }],
    shipping_options: [
      {
        shipping_rate_data: {
          display_name: 'Post',
          type: 'fixed_amount',
          fixed_amount: { amount: 490, currency: 'eur' },
        },
      },
    ],
    ...more,
  })
}

const pay = (b: Bench, session: Stripe.Checkout.Session, method: string) =>
  b.call(
    'POST',
    `/v1/payment_pages/${session.id}/confirm`,
    `expected_amount=${session.amount_total}&payment_method=${method}`,
  )

test('a card order is invoiced at once, to the same sum', async () => {
  const b = await bench()
  const session = await open(b)
  expect(session).toMatchObject({
    amount_subtotal: 2997,
    amount_total: 2697 + 490,
    shipping_cost: { amount_total: 490 },
    total_details: { amount_discount: 300, amount_shipping: 490 },
  })
  expect((await pay(b, session, 'pm_card_visa')).status).toBe(200)
  const done = await b.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['invoice.payments'],
  })
  expect(done.invoice).toMatchObject({
    status: 'paid',
    total: session.amount_total,
    footer: 'Thank you',
    metadata: { o: '1' },
    customer: done.customer,
    payments: { data: [{ status: 'paid', payment: { payment_intent: done.payment_intent } }] },
  })
  expect((await b.stripe.paymentIntents.list()).data).toHaveLength(1)
})

test('a debit is invoiced when it has settled', async () => {
  const b = await bench({ now: () => noonMs })
  const session = await open(b, { allowed_payment_method_types: ['sepa_debit'] })
  const method = await b.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'AT611904300234573201' },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  })
  expect((await pay(b, session, method.id)).status).toBe(200)
  expect((await b.stripe.invoices.list()).data).toEqual([])
  b.account.advance(10)
  const done = await b.stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] })
  expect(done).toMatchObject({ payment_status: 'paid', invoice: { status: 'paid' } })
})
