// Goal: a payment intent's life by the API: paid, declined, authorised, captured, canceled; and the ledger with it.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const base = { amount: 2000, currency: 'usd', return_url: 'https://shop.example' }

const pay = (b: Bench, method: string) =>
  b.stripe.paymentIntents.create({ ...base, confirm: true, payment_method: method })

test('created, then confirmed with a card', async () => {
  const b = await bench()
  const intent = await b.stripe.paymentIntents.create({ ...base, metadata: { order: '1' } })
  expect(intent.status).toBe('requires_payment_method')
  const paid = await b.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })
  expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2000 })
  const charge = await b.stripe.charges.retrieve(String(paid.latest_charge))
  expect(charge).toMatchObject({
    paid: true,
    captured: true,
    metadata: { order: '1' },
    outcome: { type: 'authorized', risk_level: 'normal' },
  })
  expect(b.types()).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
  ])
  expect(b.account.events()[3]).toMatchObject({
    data: { previous_attributes: { balance_transaction: null } },
  })
})

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline', 'Your card was declined.'],
  [
    'pm_card_visa_chargeDeclinedInsufficientFunds',
    'card_declined',
    'insufficient_funds',
    'Your card has insufficient funds.',
  ],
  ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card', 'Your card was declined.'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card', 'Your card has expired.'],
  [
    'pm_card_chargeDeclinedIncorrectCvc',
    'incorrect_cvc',
    'incorrect_cvc',
    "Your card's security code is incorrect.",
  ],
  ['pm_card_chargeDeclinedFraudulent', 'card_declined', 'fraudulent', 'Your card was declined.'],
])(
  '%s is declined in Stripe’s words, and keeps its charge',
  async (method, code, decline, message) => {
    const b = await bench()
    await expect(pay(b, method)).rejects.toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code,
      decline_code: decline,
      message,
    })
    const [intent] = (await b.stripe.paymentIntents.list()).data
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, decline_code: decline, type: 'card_error' },
    })
    const [charge] = (await b.stripe.charges.list()).data
    expect(charge).toMatchObject({ status: 'failed', paid: false, failure_code: code })
    expect(charge?.outcome?.type).toBe(decline === 'fraudulent' ? 'blocked' : 'issuer_declined')
    expect(b.types()).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ])
    expect((await b.stripe.balanceTransactions.list()).data).toEqual([])
  },
)

test('declined, then paid with another card, on the same intent', async () => {
  const b = await bench()
  await expect(pay(b, 'pm_card_chargeDeclined')).rejects.toThrow()
  const [failed] = (await b.stripe.paymentIntents.list()).data
  const paid = await b.stripe.paymentIntents.confirm(failed?.id ?? '', {
    payment_method: 'pm_card_visa',
  })
  expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null })
  await expect(
    b.stripe.paymentIntents.confirm(paid.id, { payment_method: 'pm_card_visa' }),
  ).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' })
})

test('authorised, then captured in part', async () => {
  const b = await bench()
  const held = await b.stripe.paymentIntents.create({
    ...base,
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
  })
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2000 })
  await expect(
    b.stripe.paymentIntents.capture(held.id, { amount_to_capture: 2001 }),
  ).rejects.toMatchObject({ code: 'amount_too_large' })
  const paid = await b.stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 })
  expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1500, amount_capturable: 0 })
  expect(b.types()).toContain('charge.captured')
  const [row] = (await b.stripe.balanceTransactions.list()).data
  expect(row?.amount).toBe(1500)
})

test('canceled: with a reason, and only once', async () => {
  const b = await bench()
  const intent = await b.stripe.paymentIntents.create(base)
  const canceled = await b.stripe.paymentIntents.cancel(intent.id, {
    cancellation_reason: 'abandoned',
  })
  expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' })
  await expect(b.stripe.paymentIntents.cancel(intent.id)).rejects.toThrow(/status of canceled/)
})

test('an update changes the amount until it is paid', async () => {
  const b = await bench()
  const { id } = await b.stripe.paymentIntents.create(base)
  expect((await b.stripe.paymentIntents.update(id, { amount: 900 })).amount).toBe(900)
  await b.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })
  await expect(b.stripe.paymentIntents.update(id, { amount: 800 })).rejects.toMatchObject({
    code: 'payment_intent_unexpected_state',
  })
})

test('3-D Secure stops the payment', async () => {
  const b = await bench()
  const intent = await pay(b, 'pm_card_threeDSecure2Required')
  expect(intent).toMatchObject({ status: 'requires_action', latest_charge: null })
  expect(intent.next_action).toMatchObject({
    type: 'redirect_to_url',
    redirect_to_url: { return_url: base.return_url },
  })
  expect(b.types()).toEqual(['payment_intent.created', 'payment_intent.requires_action'])
})

test('payment_method_types: tolerated without a version, refused from endive on', async () => {
  const b = await bench()
  const form = 'amount=2000&currency=usd&payment_method_types[0]=card'
  const call = (version?: string) =>
    b.call('POST', '/v1/payment_intents', form, version ? { 'stripe-version': version } : {})
  expect((await call()).status).toBe(200)
  expect((await call('2026-03-25.dahlia')).status).toBe(200)
  for (const version of ['2026-09-30.endive', '2026-10-28.endive']) {
    const { status, error } = await call(version)
    expect([status, error.code]).toEqual([400, 'payment_method_types_no_longer_supported'])
  }
})

test('the balance is the sum of the ledger', async () => {
  const b = await bench()
  await pay(b, 'pm_card_visa')
  await pay(b, 'pm_card_visa')
  const refunded = await pay(b, 'pm_card_visa')
  await b.stripe.refunds.create({ payment_intent: refunded.id, amount: 700 })
  const sum = (await b.stripe.balanceTransactions.list()).data.reduce((a, { net }) => a + net, 0)
  const balanceSum = async () => {
    const { available, pending } = await b.stripe.balance.retrieve()
    return [...available, ...pending].reduce((a, { amount }) => a + amount, 0)
  }
  expect(sum).toBe(3 * (2000 - 88) - 700)
  expect(await balanceSum()).toBe(sum)
  b.account.advance(3 * 24 * 3600)
  expect(await balanceSum()).toBe(sum)
  expect((await b.stripe.balance.retrieve()).pending[0]?.amount).toBe(0)
})

test('a charge takes metadata and a description', async () => {
  const b = await bench()
  const paid = await pay(b, 'pm_card_visa')
  const charge = await b.stripe.charges.update(String(paid.latest_charge), {
    description: 'd',
    metadata: { a: '1' },
  })
  expect(charge).toMatchObject({ description: 'd', metadata: { a: '1' } })
  expect(b.types().at(-1)).toBe('charge.updated')
})
