// Goal: what a session says, what is charged and what the invoice says was paid are one amount, whoever buys what.
import fc from 'fast-check'
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench, noonMs } from '../support.ts'

const hour = 60 * 60
const mode = fc.constantFrom('payment' as const, 'subscription' as const)
const rates = fc.array(
  fc.record({ percentage: fc.integer({ min: 0, max: 2500 }), inclusive: fc.boolean() }),
  { maxLength: 3 },
)
const coupon = fc.oneof(
  fc.record({ percent_off: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ amount_off: fc.integer({ min: 1, max: 400 }), currency: fc.constant('usd') }),
)
const order = fc.record({
  mode,
  amounts: fc.array(fc.integer({ min: 600, max: 99_999 }), { minLength: 1, maxLength: 3 }),
  fees: fc.array(fc.integer({ min: 600, max: 9_999 }), { maxLength: 2 }),
  quantity: fc.integer({ min: 1, max: 7 }),
  taxes: fc.array(rates, { minLength: 5, maxLength: 5 }),
  coupon: fc.option(coupon, { nil: undefined }),
  trial: fc.boolean(),
})
const buyer = fc.record({
  balance: fc.oneof(fc.constant(0), fc.integer({ min: -5000, max: 5000 })),
  exempt: fc.constantFrom('none' as const, 'exempt' as const, 'reverse' as const),
  discount: fc.option(fc.tuple(coupon, fc.constantFrom('forever' as const, 'once' as const)), {
    nil: undefined,
  }),
  pending: fc.option(fc.integer({ min: -900, max: 900 }), { nil: undefined }),
  /** What happens to the balance between the opening of the page and the payment. */
  meanwhile: fc.oneof(fc.constant(0), fc.integer({ min: -900, max: 900 })),
})
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never
type Buyer = typeof buyer extends fc.Arbitrary<infer T> ? T : never

const plain: Order = {
  mode: 'subscription',
  amounts: [1000],
  fees: [],
  quantity: 1,
  taxes: [],
  coupon: undefined,
  trial: false,
}
const nobodySpecial: Buyer = {
  balance: 0,
  exempt: 'none',
  discount: undefined,
  pending: undefined,
  meanwhile: 0,
}

async function customerOf({ stripe, call }: Bench, who: Buyer): Promise<string> {
  const { id } = await stripe.customers.create({ tax_exempt: who.exempt, balance: who.balance })
  if (who.discount) {
    const [terms, duration] = who.discount
    const made = await stripe.coupons.create({ ...terms, duration })
    await call('POST', `/v1/customers/${id}`, `coupon=${made.id}`)
  }
  if (who.pending !== undefined) {
    await stripe.invoiceItems.create({ customer: id, amount: who.pending, currency: 'usd' })
  }
  return id
}

async function linesOf({ stripe }: Bench, what: Order) {
  const product = (await stripe.products.create({ name: 'Plan' })).id
  const recurring =
    what.mode === 'subscription' ? { recurring: { interval: 'month' } as const } : {}
  const priceOf = (unit_amount: number, more: object) =>
    stripe.prices.create({ currency: 'usd', product, unit_amount, ...more })
  const fees = await Promise.all(what.fees.map((amount) => priceOf(amount, {})))
  const plans = await Promise.all(what.amounts.map((amount) => priceOf(amount, recurring)))
  // One-time prices stand first, so that the session's order is not the invoice's.
  return Promise.all(
    [...fees, ...plans].map(async ({ id: price }, index) => ({
      price,
      quantity: index === 0 ? what.quantity : 1,
      tax_rates: await Promise.all(
        (what.taxes[index] ?? []).map(async ({ percentage, inclusive }) => {
          const entry = { display_name: 'VAT', percentage: percentage / 100, inclusive }
          return (await stripe.taxRates.create(entry)).id
        }),
      ),
    })),
  )
}

async function open(b: Bench, what: Order, customer: string): Promise<Stripe.Checkout.Session> {
  const made = what.coupon && (await b.stripe.coupons.create(what.coupon))
  return b.stripe.checkout.sessions.create({
    mode: what.mode,
    success_url: 'http://127.0.0.1:1/ok',
    customer,
    line_items: await linesOf(b, what),
    ...(made ? { discounts: [{ coupon: made.id }] } : {}),
    ...(what.mode === 'payment' ? { invoice_creation: { enabled: true } } : {}),
    ...(what.mode === 'subscription' && what.trial
      ? { subscription_data: { trial_period_days: 14 } }
      : {}),
  })
}

/** As the official CLI pays: with the account's own key, naming the amount that it expects. */
function pay(b: Bench, { id, amount_total }: Stripe.Checkout.Session) {
  const form = `payment_method=pm_card_visa&expected_amount=${amount_total}`
  return b.call('POST', `/v1/payment_pages/${id}/confirm`, form)
}

async function buy(b: Bench, what: Order, who: Buyer) {
  const customer = await customerOf(b, who)
  const opened = await open(b, what, customer)
  if (who.meanwhile !== 0) {
    const move = { amount: who.meanwhile, currency: 'usd' }
    await b.stripe.customers.createBalanceTransaction(customer, move)
  }
  const first = await pay(b, opened)
  const seen = await b.stripe.checkout.sessions.retrieve(opened.id)
  if (first.status !== 200) {
    // The amount has changed: the session shows the new one, and nothing was charged.
    expect(first.status).toBe(400)
    expect(seen).toMatchObject({ status: 'open' })
    expect(seen.amount_total).not.toBe(opened.amount_total)
    expect((await b.stripe.charges.list({ customer })).data).toEqual([])
    expect((await pay(b, seen)).status).toBe(200)
  }
  const done = await b.stripe.checkout.sessions.retrieve(opened.id, {
    expand: ['invoice', 'subscription'],
  })
  return {
    customer,
    done,
    invoice: done.invoice as Stripe.Invoice,
    subscription: done.subscription as Stripe.Subscription | null,
  }
}

async function agrees(b: Bench, what: Order, who: Buyer): Promise<void> {
  const { customer, done, invoice, subscription } = await buy(b, what, who)
  const { data: charges } = await b.stripe.charges.list({ customer })
  expect(charges.reduce((sum, { amount }) => sum + amount, 0)).toBe(done.amount_total)
  expect(invoice).toMatchObject({
    status: 'paid',
    amount_due: done.amount_total,
    amount_paid: done.amount_total,
    amount_overpaid: 0,
    amount_remaining: 0,
  })
  const details = done.total_details
  const cuts = invoice.total_discount_amounts ?? []
  expect(cuts.reduce((sum, { amount }) => sum + amount, 0)).toBe(details?.amount_discount)
  const taxes = invoice.total_taxes ?? []
  expect(taxes.reduce((sum, { amount }) => sum + amount, 0)).toBe(details?.amount_tax)
  const { balance } = (await b.stripe.customers.retrieve(customer)) as Stripe.Customer
  const before = who.balance + who.meanwhile
  expect(before + invoice.total - invoice.amount_paid).toBe(balance)
  if (what.mode === 'payment') expect([invoice.total, balance]).toEqual([done.amount_total, before])
  else expect(subscription?.status).toBe(what.trial ? 'trialing' : 'active')
  const { data: pending } = await b.stripe.invoiceItems.list({ customer, pending: true })
  expect(pending.map(({ amount }) => amount)).toEqual(
    who.pending === undefined ? [] : [who.pending],
  )
}

test('for any order and any buyer, the session, the charge and the invoice agree', async () => {
  const b = await bench()
  await fc.assert(
    fc.asyncProperty(order, buyer, (what, who) => agrees(b, what, who)),
    { numRuns: 60 },
  )
}, 60_000)

const exclusive = { percentage: 2000, inclusive: false }
const inclusive = { percentage: 1000, inclusive: true }
const half = [{ percent_off: 50 }, 'forever'] as [{ percent_off: number }, 'forever']

test.each<[string, Partial<Order>, Partial<Buyer>, number]>([
  ['a pending item waits for another invoice', {}, { pending: 700 }, 1000],
  ['a credit is used up', {}, { balance: -600 }, 400],
  ['a debt is added', {}, { balance: 600 }, 1600],
  ['a debt is due in a trial, too', { trial: true }, { balance: 600 }, 600],
  ["the customer's discount counts", {}, { discount: half }, 500],
  ['its own discount takes its place', { coupon: { percent_off: 10 } }, { discount: half }, 900],
  ['an exempt customer pays no tax', { taxes: [[exclusive]] }, { exempt: 'exempt' }, 1000],
  ['one tax inside, one on top', { taxes: [[exclusive, inclusive]] }, {}, 1182],
  ['an order leaves the balance alone', { mode: 'payment' }, { balance: -400 }, 1000],
  ['an order leaves pending items alone', { mode: 'payment' }, { pending: 700 }, 1000],
  ['an order has no discount of its customer', { mode: 'payment' }, { discount: half }, 1000],
  ['an exempt order', { mode: 'payment', taxes: [[exclusive]] }, { exempt: 'exempt' }, 1000],
  ['an order with both taxes', { mode: 'payment', taxes: [[exclusive, inclusive]] }, {}, 1182],
])('%s', async (_, what, who, total) => {
  const b = await bench()
  const one = { ...plain, ...what }
  const session = await open(b, one, await customerOf(b, { ...nobodySpecial, ...who }))
  expect(session.amount_total).toBe(total)
  await agrees(b, one, { ...nobodySpecial, ...who })
})

test('a change while the buyer is at the challenge has the payment start anew', async () => {
  const b = await bench()
  const customer = await customerOf(b, nobodySpecial)
  const session = await open(b, plain, customer)
  const form = `payment_method=pm_card_authenticationRequired&expected_amount=1000`
  await b.call('POST', `/v1/payment_pages/${session.id}/confirm`, form)
  await b.stripe.customers.createBalanceTransaction(customer, { amount: -300, currency: 'usd' })
  const again = await pay(b, session)
  expect([again.status, again.error.message]).toEqual([
    400,
    'The amount of this order has changed to $7.00. Look at it again before you pay.',
  ])
  const [begun] = (await b.stripe.paymentIntents.list({ customer })).data
  expect(begun).toMatchObject({ status: 'requires_payment_method', amount: 700 })
  const seen = await b.stripe.checkout.sessions.retrieve(session.id)
  expect((await pay(b, seen)).status).toBe(200)
  const { data } = await b.stripe.charges.list({ customer })
  expect(data.map(({ amount, status }) => [amount, status])).toEqual([[700, 'succeeded']])
})

test('a credit over all of it that comes after a decline leaves no payment open', async () => {
  const b = await bench()
  const customer = await customerOf(b, nobodySpecial)
  const session = await open(b, plain, customer)
  const form = `payment_method=pm_card_chargeDeclined&expected_amount=1000`
  await b.call('POST', `/v1/payment_pages/${session.id}/confirm`, form)
  await b.stripe.customers.createBalanceTransaction(customer, { amount: -3000, currency: 'usd' })
  expect((await pay(b, session)).status).toBe(400)
  const seen = await b.stripe.checkout.sessions.retrieve(session.id)
  expect((await pay(b, seen)).status).toBe(200)
  const done = await b.stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] })
  expect(done).toMatchObject({ payment_status: 'no_payment_required', amount_total: 0 })
  expect(done.invoice).toMatchObject({ status: 'paid', amount_paid: 0, ending_balance: -2000 })
  const { data } = await b.stripe.paymentIntents.list({ customer })
  expect(data.map(({ status }) => status)).toEqual(['canceled'])
})

test('nobody pays for a customer who is gone', async () => {
  const b = await bench()
  const customer = await customerOf(b, nobodySpecial)
  const session = await open(b, plain, customer)
  await b.stripe.customers.del(customer)
  const answer = await pay(b, session)
  expect([answer.status, answer.error.message]).toEqual([400, `No such customer: '${customer}'`])
})

test('a debit that settles later is invoiced by the terms of its day', async () => {
  const b = await bench({ now: () => noonMs })
  const customer = await customerOf(b, nobodySpecial)
  const rate = await b.stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 20,
    inclusive: false,
  })
  const off = await b.stripe.coupons.create({ percent_off: 10, duration: 'once' })
  const session = await b.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1:1/ok',
    customer,
    allowed_payment_method_types: ['sepa_debit'],
    invoice_creation: { enabled: true },
    discounts: [{ coupon: off.id }],
    line_items: [
      {
        price_data: { currency: 'eur', unit_amount: 1000, product_data: { name: 'Book' } },
        quantity: 1,
        tax_rates: [rate.id],
      },
    ],
  })
  const method = await b.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'AT611904300234573201' },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  })
  const form = `payment_method=${method.id}&expected_amount=${session.amount_total}`
  expect((await b.call('POST', `/v1/payment_pages/${session.id}/confirm`, form)).status).toBe(200)
  await b.stripe.customers.update(customer, { tax_exempt: 'exempt' })
  await b.stripe.coupons.del(off.id)
  b.account.advance(hour)
  const done = await b.stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] })
  expect(done.invoice).toMatchObject({ status: 'paid', total: 1080, amount_paid: 1080 })
})

test('a debit of a customer who was deleted meanwhile is settled without an invoice', async () => {
  const b = await bench({ now: () => noonMs })
  const customer = await customerOf(b, nobodySpecial)
  const session = await b.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1:1/ok',
    customer,
    allowed_payment_method_types: ['sepa_debit'],
    invoice_creation: { enabled: true },
    line_items: [
      {
        price_data: { currency: 'eur', unit_amount: 1000, product_data: { name: 'Book' } },
        quantity: 1,
      },
    ],
  })
  const method = await b.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'AT611904300234573201' },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  })
  const form = `payment_method=${method.id}&expected_amount=1000`
  expect((await b.call('POST', `/v1/payment_pages/${session.id}/confirm`, form)).status).toBe(200)
  await b.stripe.customers.del(customer)
  b.account.advance(hour)
  const done = await b.stripe.checkout.sessions.retrieve(session.id)
  expect(done).toMatchObject({ payment_status: 'paid', invoice: null })
})
