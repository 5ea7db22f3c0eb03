// Goal: a method is set up for later: at once, after a challenge, or refused; and the customer has it then.
import type { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const setUp = (b: Bench, method: string, change: Partial<Stripe.SetupIntentCreateParams> = {}) =>
  b.stripe.setupIntents.create({ confirm: true, payment_method: method, ...change })

test('created, then confirmed: the customer keeps the card', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const before = b.types().length
  const intent = await b.stripe.setupIntents.create({ customer, metadata: { a: '1' } })
  expect(intent).toMatchObject({ status: 'requires_payment_method', usage: 'off_session' })
  const done = await b.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })
  expect(done).toMatchObject({ status: 'succeeded', customer, metadata: { a: '1' } })
  expect(b.types().slice(before)).toEqual([
    'setup_intent.created',
    'payment_method.attached',
    'setup_intent.succeeded',
  ])
  expect((await b.stripe.paymentMethods.list({ customer })).data).toHaveLength(1)
  const [attempt] = (await b.stripe.setupAttempts.list({ setup_intent: intent.id })).data
  expect(attempt).toMatchObject({ id: done.latest_attempt, status: 'succeeded' })
  await expect(b.stripe.setupIntents.confirm(intent.id)).rejects.toMatchObject({
    code: 'setup_intent_unexpected_state',
  })
})

test('a declining card is refused and leaves its attempt', async () => {
  const b = await bench()
  await expect(setUp(b, 'pm_card_chargeDeclined')).rejects.toMatchObject({
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'generic_decline',
    setup_intent: { status: 'requires_payment_method' },
  })
  expect(b.types()).toEqual(['setup_intent.created', 'setup_intent.setup_failed'])
  const [intent] = (await b.stripe.setupIntents.list()).data
  expect(intent).toMatchObject({
    last_setup_error: { code: 'card_declined' },
    payment_method: null,
  })
  const [attempt] = (await b.stripe.setupAttempts.list({ setup_intent: intent?.id ?? '' })).data
  expect(attempt).toMatchObject({ status: 'failed', setup_error: { code: 'card_declined' } })
})

test('a card that fails only when charged can be set up', async () => {
  const b = await bench()
  expect((await setUp(b, 'pm_card_chargeCustomerFail')).status).toBe('succeeded')
})

test.each([
  ['succeeds', 'succeeded', 'setup_intent.succeeded'],
  ['fails', 'requires_payment_method', 'setup_intent.setup_failed'],
])('the challenge %s', async (outcome, status, event) => {
  const b = await bench()
  const intent = await setUp(b, 'pm_card_authenticationRequired')
  expect(intent).toMatchObject({
    status: 'requires_action',
    next_action: { type: 'use_stripe_sdk' },
  })
  await b.sim(`setup_intents/${intent.id}/authenticate`, { outcome })
  expect((await b.stripe.setupIntents.retrieve(intent.id)).status).toBe(status)
  expect(b.types()).toEqual(['setup_intent.created', 'setup_intent.requires_action', event])
})

test('a card set up with its owner present then pays without them', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const intent = await setUp(b, 'pm_card_authenticationRequiredOnSetup', { customer })
  await b.sim(`setup_intents/${intent.id}/authenticate`, { outcome: 'succeeds' })
  const paid = await b.stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    confirm: true,
    customer,
    off_session: true,
    payment_method: String(intent.payment_method),
  })
  expect(paid.status).toBe('succeeded')
})

test('canceled: with a reason, once', async () => {
  const b = await bench()
  const { id } = await b.stripe.setupIntents.create()
  const canceled = await b.stripe.setupIntents.cancel(id, { cancellation_reason: 'abandoned' })
  expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' })
  expect(b.types().at(-1)).toBe('setup_intent.canceled')
  await expect(b.stripe.setupIntents.cancel(id)).rejects.toThrow(/status of canceled/)
})

test('an update chooses the method and the customer', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const { id } = await b.stripe.setupIntents.create()
  const updated = await b.stripe.setupIntents.update(id, {
    customer,
    payment_method: 'pm_card_visa',
  })
  expect(updated).toMatchObject({ status: 'requires_confirmation', customer })
  expect((await b.stripe.setupIntents.confirm(id)).status).toBe('succeeded')
})

test('a debit is set up with a mandate', async () => {
  const b = await bench()
  const method = await b.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'AT611904300234573201' },
    billing_details: { email: 'a@example.com', name: 'A' },
  })
  const intent = await setUp(b, method.id, {
    mandate_data: {
      customer_acceptance: {
        type: 'online',
        online: { ip_address: '127.0.0.1', user_agent: 'test' },
      },
    },
  })
  const mandate = await b.stripe.mandates.retrieve(String(intent.mandate))
  expect(mandate).toMatchObject({
    status: 'active',
    payment_method: method.id,
    customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1' } },
  })
})

test('attaching a card that declines is refused, and it stays nobody’s', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  await expect(
    b.stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer }),
  ).rejects.toMatchObject({
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'generic_decline',
  })
  expect(b.types()).toEqual(['customer.created'])
  await b.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer })
  expect((await b.stripe.paymentMethods.list({ customer })).data).toHaveLength(1)
})

test('a method that was used without a customer, or was detached, works no more', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const pay = (payment_method: string) =>
    b.stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      confirm: true,
      payment_method,
    })
  const { id } = await b.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  await pay(id)
  await expect(pay(id)).rejects.toThrow(/may not be used again/)
  await expect(b.stripe.paymentMethods.attach(id, { customer })).rejects.toThrow(/used again/)
  const kept = await b.stripe.paymentMethods.attach('pm_card_visa', { customer })
  await expect(pay(kept.id)).rejects.toThrow(/belongs to the Customer/)
  await b.stripe.paymentMethods.detach(kept.id)
  expect(b.types().at(-1)).toBe('payment_method.detached')
  await expect(pay(kept.id)).rejects.toThrow(/detached from a Customer/)
})
