// Goal: an invoice goes from draft to its end by Stripe's steps, with Stripe's events, and by no other way.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'
import { day, draft, eventsOf, hour, lastEvent, openInvoice, payer, refusal } from './support.ts'

test('a draft finalises an hour later by itself and pays with the default card', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const made = await draft(b, customer, 2000, { auto_advance: true })
  expect(made).toMatchObject({
    status: 'draft',
    attempted: false,
    amount_due: 2000,
    auto_advance: true,
    automatically_finalizes_at: made.created + hour,
    billing_reason: 'manual',
    number: null,
    hosted_invoice_url: null,
    lines: { data: [{ amount: 2000, description: 'Work', invoice: made.id }] },
  })
  expect(await eventsOf(b, () => b.account.advance(hour - 1))).toEqual([])
  expect(await eventsOf(b, () => b.account.advance(1))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
  ])
  const paid = await b.stripe.invoices.retrieve(made.id, { expand: ['payments'] })
  expect(paid).toMatchObject({
    status: 'paid',
    attempted: true,
    attempt_count: 1,
    amount_paid: 2000,
    amount_remaining: 0,
    automatically_finalizes_at: null,
    next_payment_attempt: null,
    hosted_invoice_url: `${b.simulator.url}/i/${made.id}`,
    status_transitions: { finalized_at: made.created + hour, paid_at: made.created + hour },
    payments: { data: [{ status: 'paid', amount_paid: 2000, is_default: true }] },
  })
  expect(paid.number).toMatch(/^[A-Z0-9]+-0001$/)
  expect(lastEvent(b, 'invoice.updated').previous).toMatchObject({
    status: 'open',
    amount_paid: 0,
    amount_remaining: 2000,
    attempted: false,
  })
  expect(lastEvent(b, 'invoice.finalized').object).toMatchObject({ status: 'open' })
})

test('without auto_advance a draft waits, and what is finalised waits to be paid', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id } = await draft(b, customer)
  expect(await eventsOf(b, () => b.account.advance(30 * day))).toEqual([])
  expect(await eventsOf(b, () => b.stripe.invoices.finalizeInvoice(id))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
  ])
  expect(await eventsOf(b, () => b.account.advance(30 * day))).toEqual([])
  const open = await b.stripe.invoices.retrieve(id, {
    expand: ['payments.data.payment.payment_intent', 'confirmation_secret'],
  })
  expect(open).toMatchObject({
    status: 'open',
    next_payment_attempt: null,
    payments: {
      data: [
        {
          status: 'open',
          amount_paid: null,
          amount_requested: 2000,
          payment: { payment_intent: { status: 'requires_payment_method', amount: 2000 } },
        },
      ],
    },
  })
  expect(open.confirmation_secret?.client_secret).toContain('_secret_')
  const types = await eventsOf(b, () => b.stripe.invoices.pay(id))
  expect(types.at(-2)).toBe('invoice.payment_succeeded')
  expect(await refusal(b.stripe.invoices.pay(id))).toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    message: 'Invoice is already paid',
  })
})

test('numbers count up for each customer', async () => {
  const b = await bench()
  const [one, other] = [await payer(b), await payer(b)]
  const numbers = [
    await openInvoice(b, one.customer),
    await openInvoice(b, one.customer),
    await openInvoice(b, other.customer),
    await openInvoice(b, one.customer, 2000, { number: 'MINE-7' }),
  ].map(({ number }) => number?.split('-')[1])
  expect(numbers).toEqual(['0001', '0002', '0001', '7'])
})

test('an invoice of nothing is paid without any payment', async () => {
  const b = await bench()
  const { id: customer } = await b.stripe.customers.create()
  const { id } = await b.stripe.invoices.create({ customer, currency: 'usd' })
  expect(await eventsOf(b, () => b.stripe.invoices.finalizeInvoice(id))).toEqual([
    'invoice.finalized',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
  ])
  const paid = await b.stripe.invoices.retrieve(id, { expand: ['payments'] })
  expect(paid).toMatchObject({ status: 'paid', attempted: true, amount_paid: 0 })
  expect(paid.payments?.data).toEqual([])
})

test('an invoice that is sent is due, then overdue, and can be paid out of band', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const sent = { collection_method: 'send_invoice', days_until_due: 10 } as const
  const made = await draft(b, customer, 2000, { ...sent, auto_advance: true })
  expect(made).toMatchObject({ due_date: made.created + 10 * day, next_payment_attempt: null })
  expect(await eventsOf(b, () => b.account.advance(hour))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'invoice.sent',
  ])
  expect(await eventsOf(b, () => b.account.advance(10 * day))).toEqual([
    'invoice.overdue',
    'customer.updated',
  ])
  expect(lastEvent(b, 'customer.updated').object.delinquent).toBe(true)
  const types = await eventsOf(b, () => b.stripe.invoices.pay(made.id, { paid_out_of_band: true }))
  expect(types).toEqual(['invoice.paid', 'payment_intent.canceled', 'customer.updated'])
  expect(await b.stripe.invoices.retrieve(made.id)).toMatchObject({
    status: 'paid',
    amount_paid: 2000,
    amount_paid_off_stripe: 2000,
    amount_remaining: 0,
  })
})

test('sending finalises a draft; what is charged automatically is not sent', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id } = await draft(b, customer, 2000, {
    collection_method: 'send_invoice',
    days_until_due: 10,
  })
  const types = await eventsOf(b, () => b.stripe.invoices.sendInvoice(id))
  expect(types).toEqual(['invoice.finalized', 'payment_intent.created', 'invoice.sent'])
  const charged = await openInvoice(b, customer)
  expect(await refusal(b.stripe.invoices.sendInvoice(charged.id))).toMatchObject({ status: 400 })
  expect(
    await refusal(b.stripe.invoices.create({ customer, collection_method: 'send_invoice' })),
  ).toMatchObject({ status: 400, param: 'days_until_due' })
  expect(await refusal(b.stripe.invoices.create({ customer, days_until_due: 3 }))).toMatchObject({
    param: 'days_until_due',
  })
})

test('voiding cancels the payment; nothing leads on from void', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id } = await openInvoice(b, customer)
  const types = await eventsOf(b, () => b.stripe.invoices.voidInvoice(id))
  expect(types).toEqual(['payment_intent.canceled', 'invoice.voided'])
  expect(await b.stripe.invoices.retrieve(id, { expand: ['payments'] })).toMatchObject({
    status: 'void',
    payments: { data: [{ status: 'canceled' }] },
  })
  const calls = [
    () => b.stripe.invoices.pay(id),
    () => b.stripe.invoices.voidInvoice(id),
    () => b.stripe.invoices.markUncollectible(id),
    () => b.stripe.invoices.finalizeInvoice(id),
    () => b.stripe.invoices.del(id),
  ]
  for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 400 })
})

test('an uncollectible invoice can still be paid', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id } = await openInvoice(b, customer)
  const types = await eventsOf(b, () => b.stripe.invoices.markUncollectible(id))
  expect(types).toEqual(['invoice.marked_uncollectible'])
  const paid = await b.stripe.invoices.pay(id)
  expect(paid.status).toBe('paid')
  expect(paid.status_transitions.marked_uncollectible_at).not.toBeNull()
})
