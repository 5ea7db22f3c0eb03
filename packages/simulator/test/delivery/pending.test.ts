// Goal: `pending_webhooks` counts the endpoints that have not yet answered with success: each once, however it came about.
import { expect, test } from 'vitest'
import { asRecord, bench, endpoint } from '../support.ts'

async function pending(b: Awaited<ReturnType<typeof bench>>) {
  const { data } = await b.stripe.events.list()
  return data.map((event) => [event.type, event.pending_webhooks])
}

test('it counts down, and delivery_success filters by it', async () => {
  const b = await bench()
  const [good, bad] = [await endpoint(), await endpoint(() => 500)]
  b.account.addWebhookEndpoint({ url: good.url, enabledEvents: ['product.created'] })
  b.account.addWebhookEndpoint({ url: bad.url, enabledEvents: ['*'] })
  await b.stripe.products.create({ name: 'a' })
  await b.stripe.customers.create()
  expect(await pending(b)).toEqual([
    ['customer.created', 1],
    ['product.created', 2],
  ])
  await b.account.drain()
  expect(await pending(b)).toEqual([
    ['customer.created', 1],
    ['product.created', 1],
  ])
  expect((await b.stripe.events.list({ delivery_success: true })).data).toEqual([])
  expect((await b.stripe.events.list({ delivery_success: false })).data).toHaveLength(2)
})

test('the payload tells how many waited when it was made; a retry that succeeds counts', async () => {
  const b = await bench({ retrySchedule: [60, 60] })
  const hook = await endpoint((index) => (index < 2 ? 503 : 200))
  b.account.addWebhookEndpoint({ url: hook.url })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  b.account.advance(60)
  await b.account.drain()
  expect(await pending(b)).toEqual([['product.created', 1]])
  b.account.advance(60)
  await b.account.drain()
  expect(await pending(b)).toEqual([['product.created', 0]])
  expect((await b.stripe.events.list({ delivery_success: true })).data).toHaveLength(1)
  expect(hook.received.map(({ body }) => asRecord(JSON.parse(body)).pending_webhooks)).toEqual([
    1, 1, 1,
  ])
})

test('a duplicate and a resend do not count twice', async () => {
  const b = await bench()
  const [first, second] = [await endpoint(), await endpoint(() => 500)]
  b.account.addWebhookEndpoint({ url: first.url })
  b.account.addWebhookEndpoint({ url: second.url })
  b.account.chaos({ seed: 1, duplicate: 1 })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  expect(first.received).toHaveLength(2)
  expect(await pending(b)).toEqual([['product.created', 1]])
  const [event] = (await b.stripe.events.list()).data
  await b.call('POST', `/v1/events/${event?.id}/retry`)
  await b.account.drain()
  expect(first.received).toHaveLength(3)
  expect(await pending(b)).toEqual([['product.created', 1]])
})

test('a duplicate that arrives where the first copy was lost counts', async () => {
  const b = await bench({ retrySchedule: [60] })
  const hook = await endpoint((index) => (index === 0 ? 500 : 200))
  b.account.addWebhookEndpoint({ url: hook.url })
  b.account.chaos({ seed: 1, duplicate: 1 })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  expect(await pending(b)).toEqual([['product.created', 0]])
  b.account.advance(60)
  await b.account.drain()
  expect(hook.received).toHaveLength(3)
  expect(await pending(b)).toEqual([['product.created', 0]])
})
