// Goal: what tests do over /_sim works for one account or for all, and refuses nonsense with 400.
import { expect, test } from 'vitest'
import { apiKey, bench, endpoint, openSession } from '../support.ts'

test('the clock moves by seconds or to a moment, and things happen on the way', async () => {
  const b = await bench()
  await openSession(b)
  const start = b.account.now()
  const { now } = await b.sim('clock', { advance: 100 })
  expect(Number(now) - start).toBeGreaterThanOrEqual(100)
  await b.sim('clock', { to: start + 24 * 3600 + 10 })
  expect(b.types()).toContain('checkout.session.expired')
})

test('drain and deliveries', async () => {
  const b = await bench()
  const hook = await endpoint()
  b.account.addWebhookEndpoint({ url: hook.url })
  await b.stripe.products.create({ name: 'a' })
  expect(hook.received).toHaveLength(0)
  await b.sim('drain', {})
  expect(hook.types()).toEqual(['product.created'])
  expect(await b.sim('deliveries')).toMatchObject({
    deliveries: [{ type: 'product.created', attempt: 1, status: 200 }],
  })
})

test('an Authorization header limits to one account', async () => {
  const b = await bench()
  const other = b.simulator.account('sk_test_other')
  const [mine, theirs] = [b.account.now(), other.now()]
  await fetch(`${b.simulator.url}/_sim/clock`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: '{"advance":5000}',
  })
  expect(b.account.now() - mine).toBeGreaterThanOrEqual(5000)
  expect(other.now() - theirs).toBeLessThan(100)
})

test('reset forgets everything, and the seed gives the same ids again', async () => {
  const b = await bench()
  const first = await b.stripe.products.create({ name: 'a' })
  await b.sim('reset', {})
  expect(b.account.events()).toEqual([])
  expect((await b.stripe.products.list()).data).toEqual([])
  expect((await b.stripe.products.create({ name: 'a' })).id).toBe(first.id)
})

test.each([
  ['clock', '{}'],
  ['clock', '{"advance":-1}'],
  ['clock', 'no json'],
  ['chaos', '{"seed":1,"drop":2}'],
  ['chaos', '{"seed":1,"delayMs":5}'],
  ['chaos', '{"seed":{}}'],
  ['chaos', '{"duplicate":0.5}'],
  ['chaos', '{"seed":1,"dupe":0.5}'],
  ['chaos', '{"seed":1,"twin":2}'],
  ['chaos', '{"seed":1,"only":"charge.failed"}'],
  ['chaos', '{"seed":1,"only":{"events":"charge.failed"}}'],
])('%s with %s is a 400', async (path, body) => {
  const b = await bench()
  const response = await fetch(`${b.simulator.url}/_sim/${path}`, { method: 'POST', body })
  expect(response.status).toBe(400)
})

test('chaos can be limited to some events and one endpoint', async () => {
  const b = await bench()
  const [first, second] = [await endpoint(), await endpoint()]
  b.account.addWebhookEndpoint({ url: first.url })
  const { id } = b.account.addWebhookEndpoint({ url: second.url })
  await b.sim('chaos', { seed: 1, drop: 1, only: { events: ['price.*'], endpoint: id } })
  await b.stripe.prices.create({ currency: 'usd', unit_amount: 1, product_data: { name: 'a' } })
  await b.sim('drain', {})
  expect(first.types()).toEqual(['product.created', 'price.created'])
  expect(second.types()).toEqual(['product.created'])
})

test('an unknown route names those there are', async () => {
  const b = await bench()
  const response = await fetch(`${b.simulator.url}/_sim/nothing`)
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('POST /_sim/reset')
})
