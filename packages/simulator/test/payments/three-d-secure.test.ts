// Goal: a challenge stops a payment until its buyer passes it, and payments off-session stop or fail as the card has it.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const base = { amount: 2000, currency: 'usd' } as const

const pay = (b: Bench, method: string, change = {}) =>
  b.stripe.paymentIntents.create({ ...base, confirm: true, payment_method: method, ...change })

const answer = (b: Bench, id: string, outcome: 'succeeds' | 'fails') => {
  const resource = id.startsWith('seti') ? 'setup_intents' : 'payment_intents'
  return b.sim(`${resource}/${id}/authenticate`, { outcome })
}

test('passed: the payment goes through and the charge tells of it', async () => {
  const b = await bench()
  const { id, next_action } = await pay(b, 'pm_card_threeDSecure2Required')
  expect(next_action?.type).toBe('use_stripe_sdk')
  const before = b.types().length
  expect(await answer(b, id, 'succeeds')).toMatchObject({ status: 'succeeded', next_action: null })
  expect(b.types().slice(before)).toEqual([
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
  ])
  const [charge] = (await b.stripe.charges.list({ payment_intent: id })).data
  expect(charge?.payment_method_details?.card?.three_d_secure?.result).toBe('authenticated')
})

test('failed: no charge, and another card pays the same intent', async () => {
  const b = await bench()
  const { id } = await pay(b, 'pm_card_threeDSecure2Required')
  await answer(b, id, 'fails')
  expect(await b.stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'requires_payment_method',
    latest_charge: null,
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  })
  expect(b.types().at(-1)).toBe('payment_intent.payment_failed')
  const paid = await b.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })
  expect(paid.status).toBe('succeeded')
})

test('passed, and then declined all the same', async () => {
  const b = await bench()
  const { id } = await pay(b, 'pm_card_threeDSecureRequiredChargeDeclined')
  expect(await answer(b, id, 'succeeds')).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code: 'card_declined' },
  })
})

test('with manual confirmation the server confirms once more', async () => {
  const b = await bench()
  const { id } = await pay(b, 'pm_card_threeDSecure2Required', { confirmation_method: 'manual' })
  expect(await answer(b, id, 'succeeds')).toMatchObject({ status: 'requires_confirmation' })
  expect((await b.stripe.paymentIntents.confirm(id)).status).toBe('succeeded')
})

test('a challenge passed with one card is worth nothing for another', async () => {
  const b = await bench()
  const { id } = await pay(b, 'pm_card_threeDSecure2Required', { confirmation_method: 'manual' })
  await answer(b, id, 'succeeds')
  const again = await b.stripe.paymentIntents.confirm(id, {
    payment_method: 'pm_card_authenticationRequired',
  })
  expect(again.status).toBe('requires_action')
})

test('a card that supports 3-D Secure asks only when the merchant requests it', async () => {
  const b = await bench()
  expect((await pay(b, 'pm_card_threeDSecureOptional')).status).toBe('succeeded')
  const requested = await pay(b, 'pm_card_threeDSecureOptional', {
    payment_method_options: { card: { request_three_d_secure: 'any' } },
  })
  expect(requested.status).toBe('requires_action')
})

test('the page of the challenge sends the buyer back to the merchant', async () => {
  const b = await bench()
  const intent = await pay(b, 'pm_card_threeDSecure2Required', {
    return_url: 'https://shop.example/back?order=1',
  })
  const url = String(intent.next_action?.redirect_to_url?.url)
  expect(await (await fetch(url)).text()).toContain('Complete authentication')
  const done = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'outcome=complete',
    redirect: 'manual',
  })
  const back = new URL(String(done.headers.get('location')))
  expect([
    back.host,
    back.searchParams.get('order'),
    back.searchParams.get('payment_intent'),
  ]).toEqual(['shop.example', '1', intent.id])
  expect((await b.stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded')
})

test('what waits for no challenge cannot be authenticated', async () => {
  const b = await bench()
  const { id } = await pay(b, 'pm_card_visa')
  expect(await answer(b, id, 'succeeds')).toHaveProperty('error')
  expect(await b.sim('payment_intents/pi_none/authenticate', { outcome: 'fails' })).toEqual({
    error: "There is no intent 'pi_none'.",
  })
})

test.each([{ off_session: true }, { error_on_requires_action: true }])(
  'with %o a needed authentication is a decline',
  async (change) => {
    const b = await bench()
    await expect(pay(b, 'pm_card_authenticationRequired', change)).rejects.toMatchObject({
      type: 'StripeCardError',
      code: 'authentication_required',
      decline_code: 'authentication_required',
      payment_intent: { status: 'requires_payment_method' },
    })
    expect(b.types()).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ])
  },
)

test('off_session is said only when confirming', async () => {
  const b = await bench()
  await expect(
    b.stripe.paymentIntents.create({ ...base, off_session: true }),
  ).rejects.toMatchObject({ param: 'off_session' })
})

test('a card authenticated once with setup_future_usage then pays off-session', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const first = await pay(b, 'pm_card_authenticationRequiredOnSetup', {
    customer,
    setup_future_usage: 'off_session',
  })
  await answer(b, first.id, 'succeeds')
  const method = String((await b.stripe.paymentIntents.retrieve(first.id)).payment_method)
  expect((await b.stripe.paymentMethods.retrieve(method)).customer).toBe(customer)
  expect(b.types()).toContain('payment_method.attached')
  expect((await pay(b, method, { customer, off_session: true })).status).toBe('succeeded')
  expect((await pay(b, method, { customer })).status).toBe('requires_action')
})

test('the same card without a setup fails off-session', async () => {
  const b = await bench()
  const customer = (await b.stripe.customers.create()).id
  const { id } = await b.stripe.paymentMethods.attach('pm_card_authenticationRequiredOnSetup', {
    customer,
  })
  await expect(pay(b, id, { customer, off_session: true })).rejects.toMatchObject({
    code: 'authentication_required',
  })
})
