// Goal: a bank transfer pays what waits for it, in parts or whole, and what is left stays the customer's.
import type { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const waiting = (
  b: Bench,
  customer: string,
  change: Partial<Stripe.PaymentIntentCreateParams> = {},
) =>
  b.stripe.paymentIntents.create({
    amount: 20_000,
    currency: 'eur',
    customer,
    confirm: true,
    allowed_payment_method_types: ['customer_balance'],
    payment_method_data: { type: 'customer_balance' },
    payment_method_options: {
      customer_balance: {
        funding_type: 'bank_transfer',
        bank_transfer: { type: 'eu_bank_transfer', eu_bank_transfer: { country: 'DE' } },
      },
    },
    ...change,
  })

const fund = (b: Bench, customer: string, amount: number) =>
  b.stripe.testHelpers.customers.fundCashBalance(customer, { amount, currency: 'eur' })

const held = async (b: Bench, customer: string) =>
  (await b.stripe.customers.retrieveCashBalance(customer)).available

test('paid in two transfers, with something left', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const { id, next_action, status } = await waiting(b, customer)
  expect(status).toBe('requires_action')
  expect(next_action?.display_bank_transfer_instructions).toMatchObject({
    amount_remaining: 20_000,
    type: 'eu_bank_transfer',
    financial_addresses: [{ type: 'iban', iban: { country: 'DE' } }],
  })
  const before = b.types().length
  await fund(b, customer, 5000)
  expect(await b.stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'requires_action',
    amount_received: 5000,
    next_action: {
      display_bank_transfer_instructions: {
        amount_remaining: 15_000,
        reference: next_action?.display_bank_transfer_instructions?.reference,
      },
    },
  })
  expect(b.types().slice(before)).toEqual([
    'customer_cash_balance_transaction.created',
    'customer_cash_balance_transaction.created',
    'payment_intent.partially_funded',
  ])
  const half = b.types().length
  await fund(b, customer, 16_000)
  expect(await b.stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'succeeded',
    amount_received: 20_000,
    next_action: null,
  })
  expect(b.types().slice(half)).toEqual([
    'customer_cash_balance_transaction.created',
    'customer_cash_balance_transaction.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'cash_balance.funds_available',
  ])
  expect(await held(b, customer)).toEqual({ eur: 1000 })
  const moves = (await b.stripe.customers.listCashBalanceTransactions(customer)).data
  expect(
    moves.map(({ type, net_amount, ending_balance }) => [type, net_amount, ending_balance]),
  ).toEqual([
    ['applied_to_payment', -15_000, 1000],
    ['funded', 16_000, 16_000],
    ['applied_to_payment', -5000, 0],
    ['funded', 5000, 5000],
  ])
})

test('what was sent before pays at once', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  await fund(b, customer, 25_000)
  expect((await waiting(b, customer)).status).toBe('succeeded')
  expect(await held(b, customer)).toEqual({ eur: 5000 })
})

test('by hand: money waits until it is applied', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  await b.stripe.customers.updateCashBalance(customer, {
    settings: { reconciliation_mode: 'manual' },
  })
  const { id } = await waiting(b, customer)
  await fund(b, customer, 20_000)
  expect(b.types().at(-1)).toBe('cash_balance.funds_available')
  expect((await b.stripe.paymentIntents.retrieve(id)).status).toBe('requires_action')
  await expect(
    b.stripe.paymentIntents.applyCustomerBalance(id, { amount: 20_001 }),
  ).rejects.toThrow(/at most/)
  const part = await b.stripe.paymentIntents.applyCustomerBalance(id, { amount: 500 })
  expect(part).toMatchObject({ status: 'requires_action', amount_received: 500 })
  expect((await b.stripe.paymentIntents.applyCustomerBalance(id)).status).toBe('succeeded')
  expect(await held(b, customer)).toBeNull()
})

test('a canceled payment and a refund give the money back to the customer', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const { id } = await waiting(b, customer)
  await fund(b, customer, 5000)
  await b.stripe.paymentIntents.cancel(id)
  expect(await held(b, customer)).toEqual({ eur: 5000 })
  await fund(b, customer, 15_000)
  const paid = await waiting(b, customer)
  expect(await held(b, customer)).toBeNull()
  await b.stripe.refunds.create({ payment_intent: paid.id, amount: 4000 })
  expect(await held(b, customer)).toEqual({ eur: 4000 })
})

test('a bank transfer needs a customer, and a currency that is sent by bank', async () => {
  const b = await bench()
  const { id } = await b.stripe.customers.create()
  await expect(
    b.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'eur',
      confirm: true,
      allowed_payment_method_types: ['customer_balance'],
      payment_method_data: { type: 'customer_balance' },
    }),
  ).rejects.toMatchObject({ param: 'customer' })
  await expect(waiting(b, id, { currency: 'chf' })).rejects.toMatchObject({ param: 'currency' })
})

test('the customer’s own bank account is told in advance', async () => {
  const b = await bench()
  const { id } = await b.stripe.customers.create()
  const told = await b.stripe.customers.createFundingInstructions(id, {
    funding_type: 'bank_transfer',
    currency: 'eur',
    bank_transfer: { type: 'eu_bank_transfer', eu_bank_transfer: { country: 'FR' } },
  })
  expect(told.bank_transfer.financial_addresses).toMatchObject([{ type: 'iban' }])
})

test('the kind of transfer that the official CLI names is understood', async () => {
  const b = await bench()
  const { id } = await b.stripe.customers.create()
  const { status, body } = await b.call(
    'POST',
    '/v1/payment_intents',
    `amount=20000&currency=jpy&customer=${id}&confirm=true&payment_method_types[]=customer_balance&payment_method_data[type]=customer_balance&payment_method_options[customer_balance][funding_type]=bank_transfer&payment_method_options[customer_balance][bank_transfer][type]=jp_bank_account`,
  )
  expect([status, body.status]).toEqual([200, 'requires_action'])
})
