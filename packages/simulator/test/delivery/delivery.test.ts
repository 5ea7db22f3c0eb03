// Goal: events reach their endpoints as Stripe's do: signed afresh, filtered, retried in virtual time, counted.
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
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

  test('a disabled endpoint’s due retry is given up', async () => {
    const b = await bench()
    const hook = await endpoint(() => 500)
    const { id } = b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    await b.stripe.webhookEndpoints.update(id, { disabled: true })
    b.account.advance(10_000)
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
  })
})

test('pending_webhooks counts down, and delivery_success filters by it', async () => {
  const b = await bench()
  const [good, bad] = [await endpoint(), await endpoint(() => 500)]
  b.account.addWebhookEndpoint({ url: good.url, enabledEvents: ['product.created'] })
  b.account.addWebhookEndpoint({ url: bad.url, enabledEvents: ['*'] })
  await b.stripe.products.create({ name: 'a' })
  await b.stripe.customers.create()
  const pending = async () => {
    const { data } = await b.stripe.events.list()
    return data.map((event) => [event.type, event.pending_webhooks])
  }
  expect(await pending()).toEqual([
    ['customer.created', 1],
    ['product.created', 2],
  ])
  await b.account.drain()
  expect(await pending()).toEqual([
    ['customer.created', 1],
    ['product.created', 1],
  ])
  expect((await b.stripe.events.list({ delivery_success: true })).data).toEqual([])
  expect((await b.stripe.events.list({ delivery_success: false })).data).toHaveLength(2)
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

test('an event is sent again on request, with the same id and a new signature', async () => {
  let wallMs = noonMs
  const b = await bench({ now: () => wallMs })
  const hook = await endpoint()
  const { id } = b.account.addWebhookEndpoint({ url: hook.url })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  const [event] = (await b.stripe.events.list()).data
  wallMs += 5000
  const answer = await b.call('POST', `/v1/events/${event?.id}/retry`, `webhook_endpoint=${id}`)
  expect(answer.status).toBe(200)
  await b.account.drain()
  const [first, second] = hook.received
  expect(asRecord(JSON.parse(second?.body ?? '{}')).id).toBe(event?.id)
  expect(second?.signature).not.toBe(first?.signature)
})

test('endpoints: the secret only at creation, api_version recorded, limit of 16', async () => {
  const b = await bench()
  const hook = await endpoint()
  const made = await b.stripe.webhookEndpoints.create({
    url: hook.url,
    enabled_events: ['*'],
    api_version: '2025-03-31.basil',
  })
  expect(made.secret).toMatch(/^whsec_/)
  const read = await b.stripe.webhookEndpoints.retrieve(made.id)
  expect([read.secret, read.api_version]).toEqual([undefined, '2025-03-31.basil'])
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  expect(hook.received[0]?.body).toContain('"api_version": "2025-03-31.basil"')
  await b.stripe.webhookEndpoints.del(made.id)
  expect((await b.stripe.webhookEndpoints.list()).data).toEqual([])
  const create = () => b.call('POST', '/v1/webhook_endpoints', `url=${hook.url}&enabled_events[]=*`)
  for (let i = 0; i < 16; i += 1) expect((await create()).status).toBe(200)
  expect((await create()).status).toBe(400)
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
