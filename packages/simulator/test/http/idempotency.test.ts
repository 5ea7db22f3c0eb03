// Goal: one key, one effect; replays repeat the first answer, other parameters and parallel use are refused.
import { expect, test } from 'vitest'
import { bench, openSession } from '../support.ts'

const key = { 'idempotency-key': 'order-1' }

test('a replay answers the same body, says so, and does nothing', async () => {
  const b = await bench()
  const first = await b.call('POST', '/v1/products', 'name=a&active=true', key)
  const second = await b.call('POST', '/v1/products', 'active=true&name=a', key)
  expect(first.headers.get('idempotent-replayed')).toBeNull()
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'))
  expect(second.headers.get('idempotency-key')).toBe('order-1')
  expect(second.body).toEqual(first.body)
  expect(b.types()).toEqual(['product.created'])
})

test('the event names the request and its key', async () => {
  const b = await bench()
  const { headers } = await b.call('POST', '/v1/products', 'name=a', key)
  expect(b.account.events()).toMatchObject([
    { request: { id: headers.get('request-id'), idempotency_key: 'order-1' } },
  ])
})

test('other parameters with a used key are an idempotency_error', async () => {
  const b = await bench()
  await b.call('POST', '/v1/products', 'name=a', key)
  const { status, error } = await b.call('POST', '/v1/products', 'name=b', key)
  expect([status, error.type]).toEqual([400, 'idempotency_error'])
  expect(error.message).toMatch(
    /^Keys for idempotent requests can only be used with the same param/,
  )
})

test('keys of one account mean nothing in another', async () => {
  const b = await bench()
  await b.call('POST', '/v1/products', 'name=a', key)
  const other = { ...key, authorization: 'Bearer sk_test_other' }
  expect((await b.call('POST', '/v1/products', 'name=b', other)).status).toBe(200)
})

test('a key in flight is a 409', async () => {
  const b = await bench()
  b.account.chaos({ seed: 1, api: { latencyMs: 300 } })
  const [first, second] = await Promise.all([
    b.call('POST', '/v1/products', 'name=a', key),
    b.call('POST', '/v1/products', 'name=a', key),
  ])
  expect([first.status, second.status].sort()).toEqual([200, 409])
  const refused = first.status === 409 ? first : second
  expect(refused.error.code).toBe('idempotency_key_in_use')
  expect(b.types()).toEqual(['product.created'])
})

test('a refused parameter does not burn the key', async () => {
  const b = await bench()
  expect((await b.call('POST', '/v1/products', 'nmae=a', key)).status).toBe(400)
  expect((await b.call('POST', '/v1/products', 'name=a', key)).status).toBe(200)
})

test('a decline is an answer: the replay repeats it without a second charge', async () => {
  const b = await bench()
  const form = 'amount=2000&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined'
  const first = await b.call('POST', '/v1/payment_intents', form, key)
  const second = await b.call('POST', '/v1/payment_intents', form, key)
  expect([first.status, second.status]).toEqual([402, 402])
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(b.types().filter((type) => type === 'charge.failed')).toHaveLength(1)
})

test('after 24 hours of virtual time the key is forgotten', async () => {
  const b = await bench()
  const first = await b.call('POST', '/v1/products', 'name=a', key)
  b.account.advance(24 * 3600 - 5)
  expect((await b.call('POST', '/v1/products', 'name=a', key)).body.id).toBe(first.body.id)
  b.account.advance(10)
  expect((await b.call('POST', '/v1/products', 'name=a', key)).body.id).not.toBe(first.body.id)
})

test('the SDK’s retry of a lost answer finds the session that the first try made', async () => {
  const b = await bench()
  b.account.chaos({ seed: 1, api: { dropResponse: 1 } })
  // The SDK repeats a cut connection once by itself, with the same key.
  const session = await openSession(b)
  const all = await b.stripe.checkout.sessions.list()
  expect(all.data.map(({ id }) => id)).toEqual([session.id])
})
