// Goal: every way of paying a session ends in Stripe's states, with Stripe's events in their usual order.
import { describe, expect, test } from 'vitest'
import {
  answerChallenge,
  type CardEntry,
  payWithCard,
  payWithDelayed,
  redirectReady,
} from '../../src/checkout/pay.ts'
import type { Account } from '../../src/world/account.ts'
import { Account as AccountClass } from '../../src/world/account.ts'
import { type Bench, bench, confirmPage, endpoint, openSession } from '../support.ts'

const entry: CardEntry = {
  number: '4242 4242 4242 4242',
  expMonth: 12,
  expYear: 2040,
  cvc: '123',
  email: 'buyer@example.com',
  name: 'Test Buyer',
  postalCode: '10001',
}

/** The pages are handed the account itself. */
function inside(b: Bench): Account {
  if (b.account instanceof AccountClass) return b.account
  throw new Error('the simulator handed out something else')
}

const paidAtOnce = [
  'charge.succeeded',
  'payment_intent.succeeded',
  'payment_intent.created',
  'checkout.session.completed',
  'charge.updated',
]

test('a card pays', async () => {
  const b = await bench()
  const { id } = await openSession(b, {
    metadata: { order: '1' },
    payment_intent_data: { metadata: { order: '2' }, receipt_email: 'r@example.com' },
  })
  expect(payWithCard(inside(b), id, entry)).toEqual({
    kind: 'complete',
    redirectUrl: `https://shop.example/success?session_id=${id}`,
  })
  const session = await b.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
  expect(session).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    customer_details: { email: 'buyer@example.com', address: { postal_code: '10001' } },
    payment_intent: { status: 'succeeded', metadata: { order: '2' } },
  })
  expect(b.types()).toEqual(paidAtOnce)
})

test('payment_intent.created shows the intent as it was created', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  await confirmPage(b, id)
  expect(b.account.events()[2]).toMatchObject({
    type: 'payment_intent.created',
    data: { object: { status: 'requires_payment_method', latest_charge: null } },
  })
})

test('declined twice, then paid, all on one intent and no session event before', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  const first = payWithCard(inside(b), id, { ...entry, number: '4000000000000002' })
  expect(first).toMatchObject({
    kind: 'declined',
    error: { code: 'card_declined', message: 'Your card was declined.' },
  })
  const second = payWithCard(inside(b), id, { ...entry, number: '4000000000009995' })
  expect(second).toMatchObject({ kind: 'declined', error: { decline_code: 'insufficient_funds' } })
  expect(payWithCard(inside(b), id, entry).kind).toBe('complete')
  expect(b.types()).toEqual([
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
    'charge.failed',
    'payment_intent.payment_failed',
    'charge.succeeded',
    'payment_intent.succeeded',
    'checkout.session.completed',
    'charge.updated',
  ])
  expect((await b.stripe.paymentIntents.list()).data).toHaveLength(1)
})

test.each([
  ['incorrect_number', { number: '4242424242424241' }],
  ['invalid_expiry_year', { expYear: 2020 }],
  ['invalid_cvc', { cvc: '12' }],
])('what the form gets wrong starts no payment: %s', async (code, change) => {
  const b = await bench()
  const { id } = await openSession(b)
  const outcome = payWithCard(inside(b), id, { ...entry, ...change })
  expect(outcome).toMatchObject({ kind: 'declined', error: { code, type: 'card_error' } })
  expect(b.types()).toEqual([])
})

describe('3-D Secure', () => {
  const challenged = { ...entry, number: '4000000000003220' }

  test('passed', async () => {
    const b = await bench()
    const { id } = await openSession(b)
    expect(payWithCard(inside(b), id, challenged)).toEqual({ kind: 'requires_action' })
    expect(b.types()).toEqual(['payment_intent.created', 'payment_intent.requires_action'])
    expect(answerChallenge(inside(b), id, true).kind).toBe('complete')
    const session = await b.stripe.checkout.sessions.retrieve(id, {
      expand: ['payment_intent.latest_charge'],
    })
    expect(session).toMatchObject({
      customer_details: { email: 'buyer@example.com' },
      payment_intent: {
        latest_charge: {
          payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } },
        },
      },
    })
  })

  test('failed, then another card', async () => {
    const b = await bench()
    const { id } = await openSession(b)
    payWithCard(inside(b), id, challenged)
    expect(answerChallenge(inside(b), id, false)).toMatchObject({
      kind: 'declined',
      error: { code: 'payment_intent_authentication_failure' },
    })
    expect(b.types().at(-1)).toBe('payment_intent.payment_failed')
    expect((await b.stripe.charges.list()).data).toEqual([])
    expect(payWithCard(inside(b), id, entry).kind).toBe('complete')
  })

  test('passed, then declined by the issuer', async () => {
    const b = await bench()
    const { id } = await openSession(b)
    payWithCard(inside(b), id, { ...entry, number: '4000008400001629' })
    expect(answerChallenge(inside(b), id, true).kind).toBe('declined')
    expect((await b.stripe.checkout.sessions.retrieve(id)).status).toBe('open')
  })
})

describe('bank debits', () => {
  const begun = [
    'payment_intent.created',
    'payment_intent.processing',
    'charge.pending',
    'checkout.session.completed',
  ]
  const buyer = { email: 'buyer@example.com', name: 'Test Buyer' }
  const sepa = (iban: string) => ({ method: 'sepa_debit' as const, iban, ...buyer })

  test.each([
    ['AT611904300234573201', 1, 'succeeded'],
    ['AT321904300235473204', 180, 'succeeded'],
    ['AT861904300235473202', 1, 'failed'],
    ['AT051904300235473205', 180, 'failed'],
  ])('%s, after %i s: %s', async (iban, seconds, end) => {
    const b = await bench({ now: () => 1_793_534_400_000 })
    const { id } = await openSession(b)
    expect(payWithDelayed(inside(b), id, sepa(iban)).kind).toBe('complete')
    expect(b.types()).toEqual(begun)
    expect(await b.stripe.checkout.sessions.retrieve(id)).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    })
    b.account.advance(seconds - 1)
    expect(b.types()).toEqual(begun)
    b.account.advance(1)
    const tail =
      end === 'succeeded'
        ? [
            'charge.succeeded',
            'payment_intent.succeeded',
            'checkout.session.async_payment_succeeded',
          ]
        : [
            'charge.failed',
            'payment_intent.payment_failed',
            'checkout.session.async_payment_failed',
          ]
    expect(b.types().slice(begun.length)).toEqual(tail)
    expect((await b.stripe.checkout.sessions.retrieve(id)).payment_status).toBe(
      end === 'succeeded' ? 'paid' : 'unpaid',
    )
  })

  test('in auto mode the quick ones settle without anyone moving the clock', async () => {
    const b = await bench({ delivery: 'auto' })
    const { id } = await openSession(b)
    payWithDelayed(inside(b), id, sepa('AT611904300234573201'))
    await expect.poll(() => b.types().at(-1)).toBe('checkout.session.async_payment_succeeded')
  })

  test('a US account, and one that never settles', async () => {
    const b = await bench()
    const line = { currency: 'usd', unit_amount: 3000, product_data: { name: 'a' } }
    const usd = { line_items: [{ price_data: line, quantity: 1 }] }
    const ach = (accountNumber: string) => ({
      method: 'us_bank_account' as const,
      accountNumber,
      ...buyer,
    })
    const [settles, stays] = [await openSession(b, usd), await openSession(b, usd)]
    payWithDelayed(inside(b), settles.id, ach('000123456789'))
    payWithDelayed(inside(b), stays.id, ach('000000000009'))
    b.account.advance(30 * 24 * 3600)
    const status = async (id: string) =>
      (await b.stripe.checkout.sessions.retrieve(id)).payment_status
    expect([await status(settles.id), await status(stays.id)]).toEqual(['paid', 'unpaid'])
  })

  test('a method that the currency does not offer is refused', async () => {
    const b = await bench()
    const { id } = await openSession(b)
    const outcome = payWithDelayed(inside(b), id, {
      method: 'us_bank_account',
      accountNumber: '000123456789',
      ...buyer,
    })
    expect(outcome).toMatchObject({ kind: 'declined', error: { param: 'payment_method' } })
    expect(b.types()).toEqual([])
  })
})

test('customer_creation always makes the customer and links it everywhere', async () => {
  const b = await bench()
  const { id } = await openSession(b, {
    customer_creation: 'always',
    payment_intent_data: { setup_future_usage: 'off_session' },
  })
  payWithCard(inside(b), id, entry)
  const session = await b.stripe.checkout.sessions.retrieve(id, {
    expand: ['payment_intent.latest_charge'],
  })
  const customer = String(session.customer)
  expect(customer).toMatch(/^cus_/)
  expect(session).toMatchObject({ payment_intent: { customer, latest_charge: { customer } } })
  expect(b.types()).toContain('customer.created')
  expect((await b.stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1)
})

test('a free order needs no payment', async () => {
  const b = await bench()
  const line = { currency: 'usd', unit_amount: 0, product_data: { name: 'a' } }
  const { id } = await openSession(b, { line_items: [{ price_data: line, quantity: 1 }] })
  const { body } = await b.call('POST', `/v1/payment_pages/${id}/confirm`, 'expected_amount=0')
  expect(body).toMatchObject({ payment_status: 'no_payment_required', payment_intent: null })
  expect(b.types()).toEqual(['checkout.session.completed'])
})

test('a session is paid once, and an expired one never', async () => {
  const b = await bench()
  const [paid, expired] = [await openSession(b), await openSession(b)]
  payWithCard(inside(b), paid.id, entry)
  expect(payWithCard(inside(b), paid.id, entry)).toEqual({ kind: 'gone', reason: 'complete' })
  await b.stripe.checkout.sessions.expire(expired.id)
  expect(payWithCard(inside(b), expired.id, entry)).toEqual({ kind: 'gone', reason: 'expired' })
  expect(b.types().filter((type) => type === 'charge.succeeded')).toHaveLength(1)
})

test('the wrong expected amount pays nothing', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  const { status, error } = await confirmPage(b, id, 'pm_card_visa', 2999)
  expect([status, error.param]).toEqual([400, 'expected_amount'])
  expect(b.types()).toEqual([])
})

test('a session’s intent belongs to Checkout', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  await confirmPage(b, id, 'pm_card_chargeDeclined')
  const [intent] = (await b.stripe.paymentIntents.list()).data
  await expect(b.stripe.paymentIntents.cancel(intent?.id ?? '')).rejects.toThrow(/Checkout Session/)
})

test('the page waits for the endpoint’s answer to the completed event', async () => {
  const b = await bench({ delivery: 'auto' })
  const hook = await endpoint()
  b.account.addWebhookEndpoint({ url: hook.url })
  const { id } = await openSession(b)
  payWithCard(inside(b), id, entry)
  await redirectReady(inside(b), id)
  expect(hook.types()).toContain('checkout.session.completed')
})
