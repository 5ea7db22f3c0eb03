// Subscription mode: nothing exists before the payment; then customer, subscription and invoice agree with the session.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench, noonMs } from '../support.ts'

const day = 86_400

type Lines = Stripe.Checkout.SessionCreateParams['line_items']

async function prices(b: Bench) {
  const product = await b.stripe.products.create({ name: 'Plan' })
  const monthly = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 2000,
    product: product.id,
    recurring: { interval: 'month' },
  })
  const fee = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 500,
    product: product.id,
  })
  return { monthly, fee }
}

async function open(
  b: Bench,
  line_items: Lines,
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
) {
  return b.stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url: 'http://127.0.0.1:1/ok',
    customer_email: 'ada@example.com',
    ...(line_items ? { line_items } : {}),
    ...more,
  })
}

/** As the official CLI pays: with the account's own key. */
async function pay(b: Bench, session: Stripe.Checkout.Session, method: string | null) {
  const form = new URLSearchParams({ expected_amount: String(session.amount_total) })
  if (method !== null) form.set('payment_method', method)
  return b.call('POST', `/v1/payment_pages/${session.id}/confirm`, form.toString())
}

test('a paid signup: one customer, an active subscription, its paid invoice', async () => {
  const b = await bench({ now: () => noonMs })
  const { monthly, fee } = await prices(b)
  const session = await open(
    b,
    [
      { price: monthly.id, quantity: 2 },
      { price: fee.id, quantity: 1 },
    ],
    { subscription_data: { metadata: { order: '7' }, description: 'Two seats' } },
  )
  expect([session.amount_total, session.customer, session.subscription]).toEqual([4500, null, null])
  const before = b.types().length
  expect((await pay(b, session, 'pm_card_visa')).status).toBe(200)

  const done = await b.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['subscription', 'invoice.payments', 'customer'],
  })
  const subscription = done.subscription as Stripe.Subscription
  const invoice = done.invoice as Stripe.Invoice
  expect(done).toMatchObject({ status: 'complete', payment_status: 'paid', payment_intent: null })
  expect(subscription).toMatchObject({
    status: 'active',
    description: 'Two seats',
    metadata: { order: '7' },
    customer: (done.customer as Stripe.Customer).id,
  })
  expect(subscription.items.data.map(({ quantity }) => quantity)).toEqual([2])
  expect(invoice).toMatchObject({
    status: 'paid',
    billing_reason: 'subscription_create',
    amount_paid: 4500,
    id: subscription.latest_invoice,
  })
  expect(invoice.payments?.data.map(({ status }) => status)).toEqual(['paid'])

  const events = b.types().slice(before)
  expect([...events].sort()).toEqual(
    [
      'charge.succeeded',
      'charge.updated',
      'checkout.session.completed',
      'customer.created',
      'customer.subscription.created',
      'customer.updated',
      'invoice.created',
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice.updated',
      'invoice_payment.paid',
      'invoiceitem.created',
      'payment_intent.created',
      'payment_intent.succeeded',
      'payment_method.attached',
    ].sort(),
  )
})

test('the renewal is charged to the card of the signup', async () => {
  const b = await bench({ now: () => noonMs })
  const { monthly } = await prices(b)
  const session = await open(b, [{ price: monthly.id, quantity: 1 }])
  await pay(b, session, 'pm_card_visa')
  b.account.advance(32 * day)
  const invoices = await b.stripe.invoices.list()
  expect(invoices.data.map(({ billing_reason, status }) => [billing_reason, status])).toEqual([
    ['subscription_cycle', 'paid'],
    ['subscription_create', 'paid'],
  ])
})

test('a declined card leaves no customer, no subscription and no invoice; another card then signs up', async () => {
  const b = await bench()
  const { monthly } = await prices(b)
  const session = await open(b, [{ price: monthly.id, quantity: 1 }])
  const answer = await pay(b, session, 'pm_card_chargeDeclined')
  expect([answer.status, answer.error.code]).toEqual([402, 'card_declined'])
  expect((await b.stripe.customers.list()).data).toEqual([])
  expect((await b.stripe.invoices.list()).data).toEqual([])
  expect((await b.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open')
  expect((await pay(b, session, 'pm_card_visa')).status).toBe(200)
  expect((await b.stripe.subscriptions.list()).data).toHaveLength(1)
  expect((await b.stripe.paymentIntents.list()).data).toHaveLength(1)
})

test('a trial costs nothing today, keeps the card, and bills it at its end', async () => {
  const b = await bench({ now: () => noonMs })
  const { monthly } = await prices(b)
  const session = await open(b, [{ price: monthly.id, quantity: 1 }], {
    subscription_data: { trial_period_days: 14 },
  })
  expect(session.amount_total).toBe(0)
  expect((await pay(b, session, null)).error.param).toBe('payment_method')
  expect((await pay(b, session, 'pm_card_visa')).status).toBe(200)
  const done = await b.stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] })
  expect(done.payment_status).toBe('no_payment_required')
  expect(done.subscription).toMatchObject({ status: 'trialing' })
  b.account.advance(15 * day)
  const [subscription] = (await b.stripe.subscriptions.list()).data
  expect(subscription?.status).toBe('active')
  expect((await b.stripe.charges.list()).data.map(({ amount }) => amount)).toEqual([2000])
})

test('without a card, when none is needed', async () => {
  const b = await bench()
  const { monthly } = await prices(b)
  const session = await open(b, [{ price: monthly.id, quantity: 1 }], {
    payment_method_collection: 'if_required',
    subscription_data: {
      trial_period_days: 14,
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
    },
  })
  expect((await pay(b, session, null)).status).toBe(200)
  b.account.advance(15 * day)
  const { data } = await b.stripe.subscriptions.list({ status: 'all' })
  expect(data.map(({ status }) => status)).toEqual(['canceled'])
})

test('a customer who exists is billed, not made anew', async () => {
  const b = await bench()
  const { monthly } = await prices(b)
  const customer = await b.stripe.customers.create({ email: 'b@example.com' })
  const session = await b.stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url: 'http://127.0.0.1:1/ok',
    customer: customer.id,
    line_items: [{ price: monthly.id, quantity: 1 }],
  })
  await pay(b, session, 'pm_card_visa')
  expect((await b.stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(1)
  expect((await b.stripe.customers.list()).data).toHaveLength(1)
})

test('what a session says of invoices and prorations reaches the subscription, or is refused', async () => {
  const b = await bench()
  const { monthly } = await prices(b)
  const session = await open(b, [{ price: monthly.id, quantity: 1 }], {
    subscription_data: {
      invoice_settings: { issuer: { type: 'self' } },
      proration_behavior: 'none',
    },
  })
  expect((await pay(b, session, 'pm_card_visa')).status).toBe(200)
  const [subscription] = (await b.stripe.subscriptions.list()).data
  expect(subscription?.invoice_settings.issuer).toEqual({ type: 'self' })
  const refused = (data: Stripe.Checkout.SessionCreateParams.SubscriptionData) =>
    open(b, [{ price: monthly.id, quantity: 1 }], { subscription_data: data }).then(
      () => null,
      ({ param }: { param?: string }) => param,
    )
  expect(
    await refused({ invoice_settings: { issuer: { type: 'account', account: 'acct_1' } } }),
  ).toBe('subscription_data[invoice_settings][issuer]')
})
