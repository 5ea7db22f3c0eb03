// Setup mode: a card is kept for later, nothing is charged, and a card that fails leaves nobody behind.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

async function open(b: Bench, more: Record<string, unknown> = {}) {
  return b.stripe.checkout.sessions.create({
    mode: 'setup',
    currency: 'usd',
    success_url: 'http://127.0.0.1:1/ok',
    setup_intent_data: { metadata: { order: '9' } },
    ...more,
  })
}

const confirm = (b: Bench, id: string, method: string) =>
  b.call('POST', `/v1/payment_pages/${id}/confirm`, `expected_amount=0&payment_method=${method}`)

test('the card belongs to the customer and pays later without them', async () => {
  const b = await bench()
  const customer = await b.stripe.customers.create({})
  const session = await open(b, { customer: customer.id })
  expect([session.amount_total, session.payment_status]).toEqual([null, 'no_payment_required'])
  expect((await confirm(b, session.id, 'pm_card_visa')).status).toBe(200)
  const done = await b.stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] })
  expect(done).toMatchObject({
    status: 'complete',
    payment_status: 'no_payment_required',
    payment_intent: null,
    setup_intent: { status: 'succeeded', customer: customer.id, metadata: { order: '9' } },
  })
  const { data } = await b.stripe.customers.listPaymentMethods(customer.id)
  expect(data).toHaveLength(1)
  const later = await b.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    customer: customer.id,
    payment_method: data[0]?.id ?? '',
    off_session: true,
    confirm: true,
  })
  expect(later.status).toBe('succeeded')
  expect(b.types().filter((type) => type.startsWith('checkout'))).toEqual([
    'checkout.session.completed',
  ])
})

test('a card that cannot be saved leaves the session open and no customer', async () => {
  const b = await bench()
  const session = await open(b)
  const answer = await confirm(b, session.id, 'pm_card_chargeDeclined')
  expect([answer.status, answer.error.code]).toEqual([402, 'card_declined'])
  expect((await b.stripe.customers.list()).data).toEqual([])
  expect((await b.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open')
  expect((await confirm(b, session.id, 'pm_card_visa')).status).toBe(200)
  expect((await b.stripe.customers.list()).data).toHaveLength(1)
})
