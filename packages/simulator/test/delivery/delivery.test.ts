// Goal: events reach their endpoints as Stripe's do: signed afresh, filtered, retried in virtual time, counted.
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { isEnabled } from '../../src/delivery/event-names.ts'
import { asRecord, bench, confirmPage, endpoint, noonMs, openSession } from '../support.ts'

test('the SDK accepts the signature, and the body is the event as it was', async () => {
  const b = await bench()
  const hook = await endpoint()
  const { secret } = b.account.addWebhookEndpoint({ url: hook.url })
  const product = await b.stripe.products.create({ name: 'a' })
  await b.stripe.products.update(product.id, { name: 'b' })
  await b.account.drain()
  const [first] = hook.received
  if (!first) throw new Error('nothing was delivered')
  const event = Stripe.webhooks.constructEvent(first.body, first.signature, secret)
  // The payload is frozen at event time; the object has moved on since.
  expect(event).toMatchObject({ type: 'product.created', data: { object: { name: 'a' } } })
  expect(first.body).toContain('\n  "id": "evt_')
  expect(first.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  })
  expect(first.signature).toMatch(/^t=\d+,v1=[0-9a-f]{64},v0=[0-9a-f]{64}$/)
  expect(() => Stripe.webhooks.constructEvent(first.body, first.signature, 'whsec_other')).toThrow()
})

test('what a reader does to an event does not reach the object', async () => {
  const b = await bench({
    onEvent(event) {
      const object = asRecord(asRecord(event).data).object
      if (typeof object === 'object' && object !== null) Object.assign(object, { name: 'spoilt' })
    },
  })
  const { id } = await b.stripe.products.create({ name: 'a' })
  expect((await b.stripe.products.retrieve(id)).name).toBe('a')
})

test('the signature’s time is the wall clock, whatever the virtual time', async () => {
  const b = await bench({ now: () => noonMs })
  const hook = await endpoint()
  b.account.addWebhookEndpoint({ url: hook.url })
  b.account.advance(7 * 24 * 3600)
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  const [delivery] = hook.received
  expect(delivery?.signature).toMatch(new RegExp(`^t=${noonMs / 1000},`))
  expect(asRecord(JSON.parse(delivery?.body ?? '{}')).created).toBe(noonMs / 1000 + 7 * 24 * 3600)
})

test('enabled_events filters, `*` takes all', async () => {
  const b = await bench()
  const [all, some, none] = [await endpoint(), await endpoint(), await endpoint()]
  b.account.addWebhookEndpoint({ url: all.url, enabledEvents: ['*'] })
  b.account.addWebhookEndpoint({ url: some.url, enabledEvents: ['price.created'] })
  b.account.addWebhookEndpoint({ url: none.url, enabledEvents: ['charge.refunded'] })
  await b.stripe.prices.create({ currency: 'usd', unit_amount: 1, product_data: { name: 'a' } })
  await b.account.drain()
  expect(all.types()).toEqual(['product.created', 'price.created'])
  expect(some.types()).toEqual(['price.created'])
  expect(none.types()).toEqual([])
})

test('some events are told only to endpoints that name them', () => {
  const type = 'reporting.report_type.updated'
  expect(isEnabled(['*'], type)).toBe(false)
  expect(isEnabled(['*', type], type)).toBe(true)
})

describe('retries', () => {
  test('exactly the schedule, in virtual time, then no more', async () => {
    const b = await bench({ now: () => noonMs, retrySchedule: [60, 600] })
    const hook = await endpoint(() => 500)
    b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    b.account.advance(59)
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
    b.account.advance(10_000)
    await b.account.drain()
    const start = noonMs / 1000
    expect(b.account.deliveries()).toMatchObject([
      { attempt: 1, status: 500, at: start },
      { attempt: 2, status: 500, at: start + 60 },
      { attempt: 3, status: 500, at: start + 660 },
    ])
    const ids = hook.received.map(({ body }) => asRecord(JSON.parse(body)).id)
    expect(new Set(ids).size).toBe(1)
  })

  test.each([201, 204])('%i is a success', async (status) => {
    const b = await bench()
    const hook = await endpoint(() => status)
    b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'a' })
    b.account.advance(10_000)
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
  })

  test.each([302, 400, 503])('%i is a failure, and no redirect is followed', async (status) => {
    const b = await bench({ retrySchedule: [60] })
    const hook = await endpoint((index) => (index === 0 ? status : 200))
    b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
    b.account.advance(60)
    await b.account.drain()
    expect(b.account.deliveries()).toMatchObject([{ status }, { status: 200 }])
  })

  test('an endpoint that is not there', async () => {
    const b = await bench()
    b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/hook' })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    expect(b.account.deliveries()).toMatchObject([{ attempt: 1, error: 'econnrefused' }])
  })
})

test('events are listed by type, group, list of types and time, for 30 days', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  await confirmPage(b, id)
  const types = async (params: Stripe.EventListParams) =>
    (await b.stripe.events.list(params)).data.map(({ type }) => type)
  expect(await types({ type: 'charge.*' })).toEqual(['charge.updated', 'charge.succeeded'])
  expect(await types({ types: ['payment_intent.created', 'charge.succeeded'] })).toEqual([
    'payment_intent.created',
    'charge.succeeded',
  ])
  expect(await types({ created: { gt: b.account.now() } })).toEqual([])
  expect(await types({ created: { lte: b.account.now() } })).toHaveLength(5)
  const both = await b.call('GET', '/v1/events?type=a&types[]=b')
  expect(both.status).toBe(400)
  const [event] = (await b.stripe.events.list()).data
  expect(await b.stripe.events.retrieve(event?.id ?? '')).toEqual(event)
  b.account.advance(31 * 24 * 3600)
  expect(await types({ type: 'charge.*' })).toEqual([])
})

test('in auto mode events go out by themselves', async () => {
  const b = await bench({ delivery: 'auto' })
  const hook = await endpoint()
  b.account.addWebhookEndpoint({ url: hook.url })
  for (let i = 0; i < 50; i += 1) await b.stripe.products.create({ name: `p${i}` })
  await b.account.drain()
  expect(hook.received).toHaveLength(50)
})

test('an endpoint that never answers is cut off', { timeout: 20_000 }, async () => {
  const b = await bench()
  const { createServer } = await import('node:http')
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  b.account.addWebhookEndpoint({ url: `http://127.0.0.1:${port}/` })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  expect(b.account.deliveries()).toMatchObject([{ error: 'timed_out' }])
  silent.closeAllConnections()
  await new Promise((resolve) => silent.close(resolve))
})
