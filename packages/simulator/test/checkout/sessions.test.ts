// Goal: sessions are made, listed and ended by Stripe's rules.
import { expect, test } from 'vitest'
import { bench, confirmPage, openSession } from '../support.ts'

test('an open session', async () => {
  const b = await bench()
  const session = await openSession(b, {
    client_reference_id: 'cart',
    metadata: { order: '1' },
    payment_intent_data: { metadata: { order: '1' } },
  })
  expect(session).toMatchObject({
    status: 'open',
    payment_status: 'unpaid',
    amount_subtotal: 3000,
    amount_total: 3000,
    currency: 'eur',
    payment_intent: null,
    customer: null,
    customer_creation: 'if_required',
    metadata: { order: '1' },
    url: `${b.simulator.url}/c/pay/${session.id}`,
  })
  expect(session.id).toMatch(/^cs_test_/)
  expect(session.expires_at - session.created).toBe(24 * 3600)
  // Stripe has no event for a created session.
  expect(b.types()).toEqual([])
})

test('line items are a list of their own, never part of events', async () => {
  const b = await bench()
  const price = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 700,
    product_data: { name: 'Pen' },
  })
  const session = await openSession(b, { line_items: [{ price: price.id, quantity: 3 }] })
  const items = await b.stripe.checkout.sessions.listLineItems(session.id)
  expect(items.data).toMatchObject([
    {
      object: 'item',
      amount_total: 2100,
      quantity: 3,
      description: 'Pen',
      price: { id: price.id },
    },
  ])
  await confirmPage(b, session.id, 'pm_card_visa', 2100)
  const completed = b.account.events().find((e) => JSON.stringify(e).includes('session.completed'))
  expect(JSON.stringify(completed)).not.toContain('line_items')
})

test('lists filter by status, intent, customer and e-mail', async () => {
  const b = await bench()
  const { id: customer } = await b.stripe.customers.create()
  const open = await openSession(b, { customer })
  const paid = await openSession(b, { customer_email: 'a@example.com' })
  await confirmPage(b, paid.id)
  const ids = async (params: object) =>
    (await b.stripe.checkout.sessions.list(params)).data.map(({ id }) => id)
  const { payment_intent } = await b.stripe.checkout.sessions.retrieve(paid.id)
  expect(await ids({ status: 'open' })).toEqual([open.id])
  expect(await ids({ payment_intent })).toEqual([paid.id])
  expect(await ids({ customer })).toEqual([open.id])
  expect(await ids({ customer_details: { email: 'a@example.com' } })).toEqual([paid.id])
})

test('the merchant expires an open session, once', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  const expired = await b.stripe.checkout.sessions.expire(id)
  expect(expired).toMatchObject({ status: 'expired', url: null, payment_status: 'unpaid' })
  expect(b.types()).toEqual(['checkout.session.expired'])
  await expect(b.stripe.checkout.sessions.expire(id)).rejects.toThrow(/status of `expired`/)
  expect((await confirmPage(b, id)).status).toBe(400)
})

test('the clock expires it at its time, not before, and never a paid one', async () => {
  const b = await bench()
  const expiresAt = b.account.now() + 3600
  const { id } = await openSession(b, { expires_at: expiresAt })
  const paid = await openSession(b, { expires_at: expiresAt })
  await confirmPage(b, paid.id)
  b.account.advance(3600 - (b.account.now() - expiresAt + 3600) - 2)
  expect((await b.stripe.checkout.sessions.retrieve(id)).status).toBe('open')
  b.account.advance(3)
  expect((await b.stripe.checkout.sessions.retrieve(id)).status).toBe('expired')
  expect((await b.stripe.checkout.sessions.retrieve(paid.id)).status).toBe('complete')
  const expiry = b.account.events().at(-1)
  expect(expiry).toMatchObject({ type: 'checkout.session.expired', created: expiresAt })
})

test('expiry cancels an intent that a decline left behind', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  await confirmPage(b, id, 'pm_card_chargeDeclined')
  await b.stripe.checkout.sessions.expire(id)
  expect(b.types().slice(-2)).toEqual(['payment_intent.canceled', 'checkout.session.expired'])
})

test.each([
  ['too soon', 29 * 60, 'at least 30 minutes'],
  ['too late', 24 * 3600 + 60, 'less than 24 hours'],
])('expires_at %s is refused', async (_, after, message) => {
  const b = await bench()
  const open = openSession(b, { expires_at: b.account.now() + after })
  await expect(open).rejects.toMatchObject({ param: 'expires_at' })
  await expect(open).rejects.toThrow(message)
})

const item =
  'line_items[0][price_data][currency]=usd&line_items[0][price_data][product_data][name]=a'
const good = `success_url=https://x.example&${item}&line_items[0][price_data][unit_amount]=900&line_items[0][quantity]=1`

test.each([
  ['no success_url', good.replace('success_url=https://x.example&', ''), 'success_url'],
  ['no items', 'success_url=https://x.example', 'line_items'],
  ['no quantity', good.replace('&line_items[0][quantity]=1', ''), 'line_items[0][quantity]'],
  ['quantity 0', good.replace('[quantity]=1', '[quantity]=0'), 'line_items[0][quantity]'],
  [
    'a recurring price',
    `${good}&line_items[0][price_data][recurring][interval]=month`,
    'line_items[0][price]',
  ],
  [
    'two currencies',
    `${good}&line_items[1][price_data][currency]=eur&line_items[1][price_data][product_data][name]=b&line_items[1][price_data][unit_amount]=900&line_items[1][quantity]=1`,
    'line_items',
  ],
  ['too small a total', good.replace('unit_amount]=900', 'unit_amount]=10'), 'line_items'],
  ['customer and e-mail', `${good}&customer=cus_1&customer_email=a@example.com`, 'customer'],
  ['no e-mail address', `${good}&customer_email=nobody`, 'customer_email'],
  ['a subscription to nothing that recurs', `${good}&mode=subscription`, 'line_items'],
  ['setup of something to pay', `${good}&mode=setup`, 'line_items'],
  ['an unknown coupon', `${good}&discounts[0][coupon]=x`, 'discounts[0][coupon]'],
  ['two coupons', `${good}&discounts[0][coupon]=x&discounts[1][coupon]=y`, 'discounts'],
  [
    'subscription data without a subscription',
    `${good}&subscription_data[description]=x`,
    'subscription_data',
  ],
  [
    'optional items',
    `${good}&optional_items[0][price]=x&optional_items[0][quantity]=1`,
    'optional_items',
  ],
  ['an unknown nested parameter', `${good}&line_items[0][amount]=1`, 'line_items[0][amount]'],
])('refused: %s', async (_, form, param) => {
  const b = await bench()
  expect((await b.call('POST', '/v1/checkout/sessions', good)).status).toBe(200)
  const { status, error } = await b.call('POST', '/v1/checkout/sessions', form)
  expect([status, error.type, error.param]).toEqual([400, 'invalid_request_error', param])
})

test('an archived price cannot be sold', async () => {
  const b = await bench()
  const price = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 700,
    product_data: { name: 'Pen' },
  })
  await b.stripe.prices.update(price.id, { active: false })
  await expect(openSession(b, { line_items: [{ price: price.id, quantity: 1 }] })).rejects.toThrow(
    /inactive/,
  )
})

test('payment_method_types: tolerated without a version, refused from endive on', async () => {
  const b = await bench()
  const form = `${good}&payment_method_types[0]=card`
  const tolerated = await b.call('POST', '/v1/checkout/sessions', form)
  expect(tolerated.body.payment_method_types).toEqual(['card'])
  const version = { 'stripe-version': '2026-10-28.endive' }
  const refused = await b.call('POST', '/v1/checkout/sessions', form, version)
  expect([refused.status, refused.error.code]).toEqual([
    400,
    'payment_method_types_no_longer_supported',
  ])
})

test('metadata can be changed on a session', async () => {
  const b = await bench()
  const { id } = await openSession(b, { metadata: { a: '1', b: '2' } })
  const changed = await b.stripe.checkout.sessions.update(id, { metadata: { a: '', c: '3' } })
  expect(changed.metadata).toEqual({ b: '2', c: '3' })
})
