// Goal: what pays an invoice is told by its invoice payments: intents, the customer's balance, several of them.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'
import { day, draft, eventsOf, hour, lastEvent, openInvoice, payer, refusal } from './support.ts'

test('a payment of an invoice is found by its intent', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id } = await openInvoice(b, customer)
  await b.stripe.invoices.pay(id)
  const [payment] = (await b.stripe.invoicePayments.list({ invoice: id })).data
  const intent = String(payment?.payment.payment_intent)
  const found = await b.stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
  })
  expect(found.data.map((one) => one.id)).toEqual([payment?.id])
  expect(await b.stripe.invoicePayments.retrieve(payment?.id ?? '')).toMatchObject({
    status: 'paid',
    amount_paid: 2000,
    invoice: id,
  })
  const none = await b.stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: 'pi_none' },
  })
  expect(none.data).toEqual([])
  expect(await b.stripe.paymentIntents.retrieve(intent)).toMatchObject({
    customer,
    description: 'Payment for Invoice',
  })
})

test('credit on the balance pays first; what is left of it stays', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  await b.stripe.customers.createBalanceTransaction(customer, { amount: -2500, currency: 'usd' })
  const { id } = await draft(b, customer)
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    total: 2000,
    amount_due: 0,
    starting_balance: -2500,
    ending_balance: null,
  })
  const types = await eventsOf(b, () => b.stripe.invoices.finalizeInvoice(id))
  expect(types).toEqual([
    'invoice.finalized',
    'customer.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
  ])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    status: 'paid',
    amount_due: 0,
    amount_paid: 0,
    ending_balance: -500,
  })
  const second = await openInvoice(b, customer)
  expect(second).toMatchObject({ total: 2000, amount_due: 1500, ending_balance: 0 })
  const moves = await b.stripe.customers.listBalanceTransactions(customer)
  expect(moves.data.map(({ type, amount, invoice }) => [type, amount, invoice])).toEqual([
    ['applied_to_invoice', 500, second.id],
    ['applied_to_invoice', 2000, id],
    ['adjustment', -2500, null],
  ])
  await b.stripe.invoices.voidInvoice(second.id)
  expect(await b.stripe.customers.retrieve(customer)).toMatchObject({ balance: -500 })
})

test('too little to charge, and a credit, move to the balance of the next invoice', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const small = await openInvoice(b, customer, 40)
  expect(small).toMatchObject({ status: 'paid', amount_due: 0, ending_balance: 40 })
  const next = await openInvoice(b, customer, 1000)
  expect(next).toMatchObject({ amount_due: 1040, starting_balance: 40 })
  const credit = await openInvoice(b, customer, -300)
  expect(credit).toMatchObject({ status: 'paid', total: -300, ending_balance: -300 })
  expect(await b.stripe.customers.retrieve(customer)).toMatchObject({ balance: -300 })
})

test('an intent of the caller pays a part, the default one the rest', async () => {
  const b = await bench()
  const { customer, method } = await payer(b)
  const { id } = await openInvoice(b, customer)
  const { id: intent } = await b.stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    customer,
    payment_method: method,
  })
  await b.stripe.invoices.attachPayment(id, { payment_intent: intent })
  const types = await eventsOf(b, () => b.stripe.paymentIntents.confirm(intent))
  expect(types.slice(-2)).toEqual(['invoice.updated', 'invoice_payment.paid'])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    status: 'open',
    amount_paid: 500,
    amount_remaining: 1500,
  })
  const paid = await b.stripe.invoices.pay(id, { expand: ['payments'] })
  expect(paid).toMatchObject({ status: 'paid', amount_paid: 2000, amount_remaining: 0 })
  expect(paid.payments?.data.map((one) => [one.is_default, one.amount_paid])).toEqual([
    [false, 500],
    [true, 1500],
  ])
})

test('too much is credited to the customer, and the payment that is left over is canceled', async () => {
  const b = await bench()
  const { customer, method } = await payer(b)
  const { id } = await openInvoice(b, customer)
  const { id: intent } = await b.stripe.paymentIntents.create({
    amount: 2600,
    currency: 'usd',
    customer,
    payment_method: method,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const types = await eventsOf(b, () =>
    b.stripe.invoices.attachPayment(id, { payment_intent: intent }),
  )
  expect(types).toEqual([
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'invoice.overpaid',
    'customer.updated',
    'payment_intent.canceled',
  ])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ amount_overpaid: 600 })
  expect(await b.stripe.customers.retrieve(customer)).toMatchObject({ balance: -600 })
  const again = b.stripe.invoices.attachPayment(id, { payment_intent: intent })
  expect(await refusal(again)).toMatchObject({ status: 400 })
})

test('discounts and rates of the invoice are on its lines, and taxes are gathered', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id: coupon } = await stripe.coupons.create({ percent_off: 10 })
  const rate = await stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 20,
    inclusive: false,
  })
  const made = await draft(b, customer, 2000, {
    discounts: [{ coupon }],
    default_tax_rates: [rate.id],
  })
  const [discount] = made.discounts
  expect(made).toMatchObject({
    subtotal: 2000,
    total: 2160,
    total_excluding_tax: 1800,
    total_discount_amounts: [{ amount: 200, discount }],
    total_taxes: [
      {
        amount: 360,
        tax_behavior: 'exclusive',
        taxable_amount: 1800,
        tax_rate_details: { tax_rate: rate.id },
      },
    ],
    lines: { data: [{ discount_amounts: [{ amount: 200 }], taxes: [{ amount: 360 }] }] },
  })
  const bare = await stripe.invoices.update(made.id, { discounts: '', default_tax_rates: '' })
  expect(bare).toMatchObject({ total: 2000, discounts: [], total_taxes: [] })
  const expanded = await stripe.invoices.create({
    customer,
    discounts: [{ coupon }],
    expand: ['discounts'],
  })
  expect(expanded.discounts).toMatchObject([{ source: { coupon }, invoice: expanded.id }])
})

test('shipping comes on top of what the lines cost', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const rate = await b.stripe.shippingRates.create({
    display_name: 'Post',
    type: 'fixed_amount',
    fixed_amount: { amount: 500, currency: 'usd' },
  })
  const made = await draft(b, customer, 2000, { shipping_cost: { shipping_rate: rate.id } })
  expect(made).toMatchObject({
    subtotal: 2000,
    amount_shipping: 500,
    total: 2500,
    amount_due: 2500,
    shipping_cost: { amount_total: 500, shipping_rate: rate.id },
  })
  const none = await b.stripe.invoices.update(made.id, { shipping_cost: '' })
  expect(none).toMatchObject({ amount_shipping: 0, total: 2000, shipping_cost: null })
})

test('an invoice inherits the discount of its customer unless it is told not to', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id: coupon } = await stripe.coupons.create({ amount_off: 500, currency: 'usd' })
  await b.call('POST', `/v1/customers/${customer}`, `coupon=${coupon}`)
  expect(await draft(b, customer, 2000, { discounts: '' })).toMatchObject({ total: 2000 })
  const types = await eventsOf(b, async () => {
    expect(await draft(b, customer)).toMatchObject({ total: 1500 })
  })
  expect(types).toContain('customer.discount.deleted')
  expect(await draft(b, customer)).toMatchObject({ total: 2000 })
})

test("a customer's discount for one invoice is for the first of two renewals at one moment", async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id: price } = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1000,
    recurring: { interval: 'month' },
    product_data: { name: 'Plan' },
  })
  const items = [{ price }]
  await b.stripe.subscriptions.create({ customer, items })
  await b.stripe.subscriptions.create({ customer, items })
  const { id: coupon } = await b.stripe.coupons.create({ percent_off: 50, duration: 'once' })
  await b.call('POST', `/v1/customers/${customer}`, `coupon=${coupon}`)
  b.account.advance(32 * day)
  const { data } = await b.stripe.invoices.list({ customer })
  const renewals = data.filter(({ billing_reason }) => billing_reason === 'subscription_cycle')
  expect(renewals.map(({ total, status }) => [total, status]).sort()).toEqual([
    [1000, 'paid'],
    [500, 'paid'],
  ])
})

test('a preview stores nothing and tells nobody', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id: coupon } = await stripe.coupons.create({ percent_off: 50 })
  const pending = await stripe.invoiceItems.create({ customer, currency: 'usd', amount: 1000 })
  const before = b.types().length
  const preview = await stripe.invoices.createPreview({
    customer,
    discounts: [{ coupon }],
    invoice_items: [
      { amount: 300, description: 'New' },
      { invoiceitem: pending.id, amount: 2000 },
    ],
  })
  expect(preview).toMatchObject({ status: 'draft', subtotal: 2300, total: 1150 })
  expect(preview.id).toMatch(/^upcoming_in/)
  expect(b.types()).toHaveLength(before)
  expect((await stripe.invoices.list()).data).toEqual([])
  expect(await stripe.invoiceItems.retrieve(pending.id)).toMatchObject({ amount: 1000 })
  expect(await stripe.coupons.retrieve(coupon)).toMatchObject({ times_redeemed: 0 })
})

test('time passes in the test clock of the customer', async () => {
  const b = await bench()
  const { stripe } = b
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_800_000_000 })
  const { customer } = await payer(b, 'pm_card_visa', { test_clock: clock.id })
  const made = await draft(b, customer, 2000, { auto_advance: true })
  expect(made).toMatchObject({ created: 1_800_000_000, test_clock: clock.id })
  b.account.advance(2 * hour)
  expect(await stripe.invoices.retrieve(made.id)).toMatchObject({ status: 'draft' })
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1_800_000_000 + hour })
  b.account.advance(60)
  expect(await stripe.invoices.retrieve(made.id)).toMatchObject({
    status: 'paid',
    status_transitions: { paid_at: 1_800_000_000 + hour },
  })
  expect(lastEvent(b, 'invoice.paid').object.id).toBe(made.id)
})
