// Goal: "Stripe is down", "Stripe is slow" and "the answer was lost" on demand, over HTTP and in process.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

test('failNext fails that many requests before they are executed', async () => {
  const b = await bench()
  await b.sim('chaos', { api: { failNext: 2, status: 503 } })
  for (let i = 0; i < 2; i += 1) {
    const { status, error } = await b.call('POST', '/v1/products', 'name=a')
    expect([status, error.type]).toEqual([503, 'api_error'])
  }
  expect((await b.call('POST', '/v1/products', 'name=a')).status).toBe(200)
  expect(b.types()).toEqual(['product.created'])
})

test('latencyMs delays, null switches it off', async () => {
  const b = await bench()
  const took = async () => {
    const start = performance.now()
    await b.call('GET', '/v1/products')
    return performance.now() - start
  }
  await b.sim('chaos', { api: { latencyMs: 600 } })
  expect(await took()).toBeGreaterThanOrEqual(595)
  await b.sim('chaos', { api: null })
  expect(await took()).toBeLessThan(500)
})

test('dropResponse executes and cuts the connection', async () => {
  const b = await bench()
  await b.sim('chaos', { api: { dropResponse: 1 } })
  await expect(b.call('POST', '/v1/products', 'name=a')).rejects.toThrow()
  expect(b.types()).toEqual(['product.created'])
})

test('a rate limit is 429 with its type', async () => {
  const b = await bench()
  await b.sim('chaos', { api: { failNext: 1, status: 429 } })
  const { status, error } = await b.call('GET', '/v1/products')
  expect([status, error.type]).toEqual([429, 'rate_limit_error'])
})

test('chaos set for all meets accounts that come later', async () => {
  const b = await bench()
  b.simulator.chaos({ seed: 1, api: { failNext: 1, status: 500 } })
  const late = { authorization: 'Bearer sk_test_late' }
  expect((await b.call('GET', '/v1/products', '', late)).status).toBe(500)
  expect((await b.call('GET', '/v1/products', '', late)).status).toBe(200)
  b.simulator.chaos(null)
})
