// Goal: what a payment intent was told holds: its methods, its customer, its mandate, its time.
import type { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const base = { amount: 2000, currency: 'usd' } as const
const weekSeconds = 7 * 24 * 60 * 60

const iban = (b: Bench, number: string) =>
  b.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: number },
    billing_details: { email: 'a@example.com', name: 'A' },
  })

test('a method that the intent does not take is refused', async () => {
  const b = await bench()
  const { id } = await iban(b, 'AT611904300234573201')
  const create = (change: Partial<Stripe.PaymentIntentCreateParams>) =>
    b.stripe.paymentIntents.create({ ...base, ...change })
  await expect(
    create({ currency: 'eur', allowed_payment_method_types: ['card'], payment_method: id }),
  ).rejects.toMatchObject({ code: 'payment_intent_incompatible_payment_method' })
  await expect(create({ payment_method: id })).rejects.toThrow(/card, us_bank_account/)
  const taken = await create({ currency: 'eur', payment_method: id })
  expect(taken).toMatchObject({
    status: 'requires_confirmation',
    payment_method_types: ['card', 'sepa_debit'],
    automatic_payment_methods: { enabled: true },
  })
})

test('a debit with a mandate settles later, and the charge names the mandate', async () => {
  const b = await bench()
  const method = await iban(b, 'AT611904300234573201')
  const intent = await b.stripe.paymentIntents.create({
    amount: 2000,
    currency: 'eur',
    confirm: true,
    payment_method: method.id,
    mandate_data: { customer_acceptance: { type: 'offline' } },
  })
  expect(intent.status).toBe('processing')
  b.account.advance(1)
  expect((await b.stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded')
  const charge = await b.stripe.charges.retrieve(String(intent.latest_charge))
  const mandate = String(charge.payment_method_details?.sepa_debit?.mandate)
  expect(await b.stripe.mandates.retrieve(mandate)).toMatchObject({
    payment_method: method.id,
    customer_acceptance: { type: 'offline' },
  })
})

test('an authorization that nobody captures ends after a week', async () => {
  const b = await bench()
  const held = await b.stripe.paymentIntents.create({
    ...base,
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
  })
  b.account.advance(weekSeconds + 1)
  expect(await b.stripe.paymentIntents.retrieve(held.id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
    amount_capturable: 0,
  })
  expect(b.types().slice(-2)).toEqual(['charge.expired', 'payment_intent.canceled'])
})

test('a payment of a customer on a test clock happens in their time', async () => {
  const b = await bench()
  const frozen = 2_000_000_000
  const clock = await b.stripe.testHelpers.testClocks.create({ frozen_time: frozen })
  const { id: customer } = await b.stripe.customers.create({ test_clock: clock.id })
  const intent = await b.stripe.paymentIntents.create({
    ...base,
    customer,
    confirm: true,
    payment_method: 'pm_card_createDispute',
  })
  expect(intent.created).toBe(frozen)
  const [dispute] = (await b.stripe.disputes.list({ payment_intent: intent.id })).data
  expect(dispute?.created).toBe(frozen)
  const due = dispute?.evidence_details.due_by ?? 0
  await b.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: due + 1 })
  expect((await b.stripe.disputes.retrieve(dispute?.id ?? '')).status).toBe('lost')
})

test('a wrong client secret is refused', async () => {
  const b = await bench()
  const { id, client_secret } = await b.stripe.paymentIntents.create(base)
  const read = (secret: string) => b.stripe.paymentIntents.retrieve(id, { client_secret: secret })
  expect((await read(String(client_secret))).id).toBe(id)
  await expect(read('pi_wrong')).rejects.toMatchObject({ param: 'client_secret' })
})

test('capture takes metadata and a descriptor', async () => {
  const b = await bench()
  const { id } = await b.stripe.paymentIntents.create({
    ...base,
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
    metadata: { a: '1' },
  })
  const paid = await b.stripe.paymentIntents.capture(id, {
    metadata: { b: '2' },
    statement_descriptor: 'POSTERS',
  })
  expect(paid).toMatchObject({ metadata: { a: '1', b: '2' }, statement_descriptor: 'POSTERS' })
})

test.each([
  [
    'amount_to_confirm',
    (b: Bench, id: string) =>
      b.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', amount_to_confirm: 1 }),
  ],
  [
    'application_fee_amount',
    (b: Bench, id: string) => b.stripe.paymentIntents.update(id, { application_fee_amount: 1 }),
  ],
  [
    'payment_method_options[card][setup_future_usage]',
    (b: Bench, id: string) =>
      b.stripe.paymentIntents.update(id, {
        payment_method_options: { card: { setup_future_usage: 'off_session' } },
      }),
  ],
])('%s is refused', async (param, act) => {
  const b = await bench()
  const { id } = await b.stripe.paymentIntents.create(base)
  await expect(act(b, id)).rejects.toMatchObject({ statusCode: 400, param })
})

test('what is not simulated says so', async () => {
  const b = await bench()
  const { id } = await b.stripe.paymentIntents.create(base)
  await expect(
    b.stripe.paymentIntents.incrementAuthorization(id, { amount: 3000 }),
  ).rejects.toThrow(/does not simulate incremental authorizations/)
  await expect(
    b.stripe.paymentIntents.verifyMicrodeposits(id, { amounts: [1, 2] }),
  ).rejects.toThrow(/does not simulate verification/)
})
