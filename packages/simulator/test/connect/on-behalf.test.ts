// Requests on behalf of a connected account: a world of its own, whose events reach its platform too.
import { expect, test } from 'vitest'
import { bench, endpoint } from '../support.ts'
import { jsonBodies } from './bodies.ts'

test('a connected account has objects, keys and money of its own', async () => {
  const { stripe } = await bench()
  const { id } = await stripe.accounts.create({ type: 'standard' })
  const there = { stripeAccount: id, idempotencyKey: 'same key' }
  const theirs = await stripe.customers.create({ name: 'Theirs' }, there)
  const ours = await stripe.customers.create({ name: 'Ours' }, { idempotencyKey: 'same key' })
  expect((await stripe.customers.list({}, { stripeAccount: id })).data).toEqual([theirs])
  expect((await stripe.customers.list()).data).toEqual([ours])
  await expect(stripe.customers.retrieve(theirs.id)).rejects.toMatchObject({ statusCode: 404 })
  const self = await stripe.accounts.retrieveCurrent({}, { stripeAccount: id })
  expect(self).toMatchObject({ id, type: 'standard', details_submitted: false })
  const paid = await stripe.paymentIntents.create(
    {
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      ...noRedirects,
    },
    { stripeAccount: id },
  )
  expect(paid.status).toBe('succeeded')
  expect((await stripe.balance.retrieve({}, { stripeAccount: id })).pending[0]?.amount).toBe(1912)
  expect((await stripe.balance.retrieve()).pending[0]?.amount).toBe(0)
})

const noRedirects = {
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const

test('its events go to its own endpoints and to those of the platform that are for such', async () => {
  const { simulator, account, stripe } = await bench()
  const [own, platform, connect] = [await endpoint(), await endpoint(), await endpoint()]
  const { id } = await stripe.accounts.create({ type: 'standard' })
  const enabled_events = ['*' as const]
  await stripe.webhookEndpoints.create({ url: own.url, enabled_events }, { stripeAccount: id })
  account.addWebhookEndpoint({ url: platform.url })
  const { secret = '' } = await stripe.webhookEndpoints.create({
    url: connect.url,
    enabled_events,
    connect: true,
  })
  await stripe.customers.create({ name: 'Theirs' }, { stripeAccount: id })
  await stripe.customers.create({ name: 'Ours' })
  await simulator.drain()
  expect(jsonBodies(platform)).toMatchObject([{ data: { object: { name: 'Ours' } } }])
  const told = { type: 'customer.created', account: id, data: { object: { name: 'Theirs' } } }
  expect(jsonBodies(connect)).toMatchObject([told])
  expect(jsonBodies(own)).toMatchObject([told])
  const [first] = connect.received
  const event = stripe.webhooks.constructEvent(first?.body ?? '', first?.signature ?? '', secret)
  // It is read where it happened.
  expect(await stripe.events.retrieve(event.id, {}, { stripeAccount: id })).toMatchObject({
    account: id,
    pending_webhooks: 0,
  })
  await expect(stripe.events.retrieve(event.id)).rejects.toMatchObject({ statusCode: 404 })
  expect((await stripe.events.list()).data.map(({ account: of }) => of)).toEqual([undefined])
})

test('its time is its platform’s, and a reset and a snapshot take it along', async () => {
  const { simulator, account, stripe } = await bench()
  account.advance(1000)
  const { id } = await stripe.accounts.create({ type: 'standard' })
  const there = { stripeAccount: id }
  const before = await stripe.customers.create({}, there)
  account.advance(3600)
  const after = await stripe.customers.create({}, there)
  expect(after.created - before.created).toBe(3600)
  expect(after.created).toBe(account.now())
  const snapshot = simulator.snapshot()
  account.reset()
  await expect(stripe.customers.list({}, there)).rejects.toMatchObject({ code: 'account_invalid' })
  simulator.restore(snapshot)
  expect((await stripe.customers.list({}, there)).data).toEqual([after, before])
})

test('an account that is not connected is refused as Stripe refuses it', async () => {
  const { call } = await bench()
  const { status, error } = await call('GET', '/v1/customers', '', {
    'stripe-account': 'acct_nope',
  })
  expect(status).toBe(403)
  expect(error).toMatchObject({ type: 'invalid_request_error', code: 'account_invalid' })
})
