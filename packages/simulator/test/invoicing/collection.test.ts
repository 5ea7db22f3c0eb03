// Goal: an open invoice is collected by the account's schedule, as often and as long as Stripe would.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { authenticateIntent } from '../../src/payments/intent-confirm.ts'
import { Account } from '../../src/world/account.ts'
import { type Bench, bench } from '../support.ts'
import { day, draft, eventsOf, hour, lastEvent, openInvoice, payer, refusal } from './support.ts'

const declined = [
  'charge.failed',
  'payment_intent.payment_failed',
  'invoice.payment_failed',
  'invoice.updated',
]

/** An invoice whose first automatic attempt has failed an hour after its creation. */
async function failing(b: Bench, card = 'pm_card_chargeCustomerFail') {
  const { customer, method } = await payer(b, card)
  const { id } = await draft(b, customer, 2000, { auto_advance: true })
  b.account.advance(hour)
  return { customer, method, id, invoice: await b.stripe.invoices.retrieve(id) }
}

async function intentOf(b: Bench, invoice: string): Promise<Stripe.PaymentIntent> {
  const { data } = await b.stripe.invoicePayments.list({
    invoice,
    expand: ['data.payment.payment_intent'],
  })
  const intent = data[0]?.payment.payment_intent
  if (!intent || typeof intent === 'string') throw new Error('the invoice has no intent')
  return intent
}

function authenticate({ account }: Bench, id: string, passes: boolean): void {
  if (!(account instanceof Account)) throw new Error('not the account of this simulator')
  account.transact(null, (tx) => {
    const intent = tx.db.find('payment_intent', id)
    if (intent) authenticateIntent(tx, intent, passes)
  })
}

test('a declined renewal is retried after three, five and seven days, then given up', async () => {
  const b = await bench()
  const { id, invoice } = await failing(b)
  const first = invoice.status_transitions.finalized_at ?? 0
  expect(invoice).toMatchObject({
    status: 'open',
    attempted: true,
    attempt_count: 1,
    next_payment_attempt: first + 3 * day,
  })
  expect(lastEvent(b, 'customer.updated').object.delinquent).toBe(true)
  expect(await eventsOf(b, () => b.account.advance(3 * day - 1))).toEqual([])
  expect(await eventsOf(b, () => b.account.advance(1))).toEqual(declined)
  expect(lastEvent(b, 'invoice.updated').previous).toEqual({
    attempt_count: 1,
    next_payment_attempt: first + 3 * day,
  })
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    attempt_count: 2,
    next_payment_attempt: first + 8 * day,
  })
  b.account.advance(5 * day)
  b.account.advance(7 * day)
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    status: 'open',
    attempt_count: 4,
    next_payment_attempt: null,
  })
  expect(await eventsOf(b, () => b.account.advance(60 * day))).toEqual([])
})

test('the account may write an invoice off after its last retry', async () => {
  const b = await bench()
  b.account.billing({ retryDays: [1], invoiceAfterRetries: 'uncollectible' })
  const { id } = await failing(b)
  const types = await eventsOf(b, () => b.account.advance(day))
  expect(types).toEqual([...declined, 'invoice.marked_uncollectible'])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    status: 'uncollectible',
    status_details: { uncollectible: { reason: 'max_payment_attempts' } },
    auto_advance: false,
  })
})

test('without a method an attempt fails, and a new default is tried at the next one', async () => {
  const b = await bench()
  const { id: customer } = await b.stripe.customers.create()
  const { id } = await draft(b, customer, 2000, { auto_advance: true })
  expect(await eventsOf(b, () => b.account.advance(hour))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'invoice.payment_failed',
    'invoice.updated',
    'customer.updated',
  ])
  const attach = async () => {
    const { id: method } = await b.stripe.paymentMethods.attach('pm_card_visa', { customer })
    await b.stripe.customers.update(customer, {
      invoice_settings: { default_payment_method: method },
    })
  }
  expect(await eventsOf(b, attach)).not.toContain('invoice.paid')
  const types = await eventsOf(b, () => b.account.advance(3 * day))
  expect(types.slice(-4)).toEqual([
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.updated',
  ])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', attempt_count: 2 })
  expect(await b.stripe.customers.retrieve(customer)).toMatchObject({ delinquent: false })
})

test('a card that needs its owner asks once; the schedule goes on, but only another card is tried', async () => {
  const b = await bench()
  const { customer } = await payer(b, 'pm_card_authenticationRequired')
  const { id } = await draft(b, customer, 2000, { auto_advance: true })
  expect(await eventsOf(b, () => b.account.advance(hour))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'payment_intent.requires_action',
    'invoice.payment_action_required',
    'invoice.payment_failed',
    'invoice.updated',
    'customer.updated',
  ])
  expect(await intentOf(b, id)).toMatchObject({ status: 'requires_action' })
  expect(await eventsOf(b, () => b.account.advance(3 * day))).toEqual(['invoice.updated'])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ attempt_count: 2, status: 'open' })
  const { id: method } = await b.stripe.paymentMethods.attach('pm_card_visa', { customer })
  await b.stripe.invoices.update(id, { default_payment_method: method })
  b.account.advance(5 * day)
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ attempt_count: 3, status: 'paid' })
})

test('the invoice is paid when its customer passes the challenge, and fails when they do not', async () => {
  const b = await bench()
  const { customer } = await payer(b, 'pm_card_threeDSecure2Required')
  const { id } = await openInvoice(b, customer)
  expect(await refusal(b.stripe.invoices.pay(id))).toMatchObject({
    status: 402,
    type: 'card_error',
    code: 'invoice_payment_intent_requires_action',
  })
  const asked = await intentOf(b, id)
  expect(await eventsOf(b, () => authenticate(b, asked.id, false))).toEqual([
    'payment_intent.payment_failed',
    'invoice.payment_failed',
  ])
  await refusal(b.stripe.invoices.pay(id))
  const types = await eventsOf(b, () => authenticate(b, asked.id, true))
  expect(types).toEqual([
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
  ])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', attempt_count: 1 })
})

test('paying by request answers 402 for a decline, and leaves the retry schedule alone', async () => {
  const b = await bench()
  const { id, invoice } = await failing(b)
  expect(await refusal(b.stripe.invoices.pay(id))).toMatchObject({
    status: 402,
    type: 'card_error',
    code: 'card_declined',
  })
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    attempt_count: 1,
    next_payment_attempt: invoice.next_payment_attempt,
  })
  const { id: other } = await b.stripe.paymentMethods.attach('pm_card_mastercard', {
    customer: String(invoice.customer),
  })
  const paid = await b.stripe.invoices.pay(id, { payment_method: other })
  expect(paid).toMatchObject({ status: 'paid', next_payment_attempt: null })
  expect(await eventsOf(b, () => b.account.advance(30 * day))).toEqual(['balance.available'])
})

test('a method of another customer, or of none, does not pay', async () => {
  const b = await bench()
  const [one, other] = [await payer(b), await payer(b)]
  const { id } = await openInvoice(b, one.customer)
  for (const method of [other.method, 'pm_card_visa']) {
    expect(await refusal(b.stripe.invoices.pay(id, { payment_method: method }))).toMatchObject({
      status: 400,
      param: 'payment_method',
    })
  }
  const { id: bare } = await b.stripe.customers.create()
  const { id: unpayable } = await openInvoice(b, bare)
  const types = await eventsOf(b, async () => {
    expect(await refusal(b.stripe.invoices.pay(unpayable))).toMatchObject({
      status: 400,
      code: 'resource_missing',
    })
  })
  expect(types).toEqual([])
})

test('a debit that the bank returns is a failed attempt of the schedule', async () => {
  const b = await bench()
  const { stripe } = b
  const { id: customer } = await stripe.customers.create({ email: 'a@b.example', name: 'Ann' })
  const { id: method } = await stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'AT861904300235473202' },
    billing_details: { name: 'Ann', email: 'a@b.example' },
  })
  await stripe.paymentMethods.attach(method, { customer })
  await stripe.invoiceItems.create({ customer, amount: 2000, currency: 'eur' })
  const { id } = await stripe.invoices.create({
    customer,
    currency: 'eur',
    auto_advance: true,
    default_payment_method: method,
    pending_invoice_items_behavior: 'include',
  })
  b.account.advance(hour)
  expect(await stripe.invoices.retrieve(id)).toMatchObject({
    status: 'open',
    attempted: true,
    attempt_count: 1,
  })
  expect(await intentOf(b, id)).toMatchObject({
    status: 'processing',
    payment_method_types: ['card', 'sepa_debit'],
  })
  expect(await refusal(stripe.invoices.voidInvoice(id))).toMatchObject({ status: 400 })
  const types = await eventsOf(b, () => b.account.advance(hour))
  expect(types).toEqual(declined)
  const failed = await stripe.invoices.retrieve(id)
  expect(failed.attempt_count).toBe(1)
  expect(failed.next_payment_attempt).not.toBeNull()
})
