// Goal: a US bank debit can be canceled while it is processing, and never arrives; a SEPA debit cannot.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

const daySeconds = 24 * 60 * 60
const mandate_data = {
  customer_acceptance: { type: 'offline' as const },
}

const usBank: Stripe.PaymentIntentCreateParams.PaymentMethodData = {
  type: 'us_bank_account',
  us_bank_account: {
    account_holder_type: 'individual',
    account_number: '000123456789',
    routing_number: '110000000',
  },
  billing_details: { name: 'Ada', email: 'ada@example.com' },
}
const sepa: Stripe.PaymentIntentCreateParams.PaymentMethodData = {
  type: 'sepa_debit',
  sepa_debit: { iban: 'AT611904300234573201' },
  billing_details: { name: 'Ada', email: 'ada@example.com' },
}

test('a US bank debit', async () => {
  const b = await bench()
  const intent = await b.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    allowed_payment_method_types: ['us_bank_account'],
    payment_method_data: usBank,
    confirm: true,
    mandate_data,
  })
  expect(intent.status).toBe('processing')
  const canceled = await b.stripe.paymentIntents.cancel(intent.id, {
    cancellation_reason: 'requested_by_customer',
    expand: ['latest_charge'],
  })
  expect(canceled).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'requested_by_customer',
    latest_charge: { status: 'failed', paid: false, captured: false, amount_captured: 0 },
  })
  expect(b.types().slice(-2)).toEqual(['charge.failed', 'payment_intent.canceled'])
  b.account.advance(10 * daySeconds)
  expect((await b.stripe.paymentIntents.retrieve(intent.id)).status).toBe('canceled')
  expect(b.types()).not.toContain('charge.succeeded')
  expect((await b.stripe.balance.retrieve()).pending).toMatchObject([{ amount: 0 }])
})

test('a SEPA debit', async () => {
  const { stripe } = await bench()
  const intent = await stripe.paymentIntents.create({
    amount: 1000,
    currency: 'eur',
    allowed_payment_method_types: ['sepa_debit'],
    payment_method_data: sepa,
    confirm: true,
    mandate_data,
  })
  expect(intent.status).toBe('processing')
  await expect(stripe.paymentIntents.cancel(intent.id)).rejects.toMatchObject({
    code: 'payment_intent_unexpected_state',
  })
})
