// Snapshots: everything comes back, ids go on as they would have, and another simulator can take over.
import { expect, test } from 'vitest'
import type { Snapshot } from '../../src/index.ts'
import { apiKey, bench, noonMs } from '../support.ts'

async function shop(b: Awaited<ReturnType<typeof bench>>) {
  const price = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1500,
    product_data: { name: 'Poster' },
  })
  const session = await b.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'http://127.0.0.1:1/ok',
    line_items: [{ price: price.id, quantity: 2 }],
  })
  return { price, session }
}

test('a restored simulator goes on exactly as the first one would have', async () => {
  const b = await bench({ now: () => noonMs })
  await shop(b)
  const saved: unknown = JSON.parse(JSON.stringify(b.simulator.snapshot()))
  const first = await shop(b)
  await b.sim('restore', saved)
  expect(b.account.events()).toHaveLength(2)
  const second = await shop(b)
  expect(second).toEqual(first)
})

test('what waits comes back with it: jobs, deliveries, idempotency keys, the clock, the rules', async () => {
  const b = await bench({ now: () => noonMs })
  const other = await bench({ now: () => noonMs, seed: 'another' })
  b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/hook' })
  b.account.billing({ testClockCustomersMax: Number.POSITIVE_INFINITY })
  const options = { idempotencyKey: 'one' }
  const made = await b.stripe.customers.create({ email: 'a@example.com' }, options)
  const { session } = await shop(b)
  b.account.advance(60)
  other.simulator.restore(JSON.parse(JSON.stringify(b.simulator.snapshot())))

  expect(other.account.now()).toBe(b.account.now())
  expect(await other.stripe.customers.create({ email: 'a@example.com' }, options)).toMatchObject({
    id: made.id,
  })
  const moved = await other.stripe.checkout.sessions.retrieve(session.id)
  expect(moved.url).toContain(other.simulator.url)
  await other.simulator.drain()
  const firsts = other.account.deliveries().filter(({ attempt }) => attempt === 1)
  expect(firsts.map(({ type, error }) => [type, error])).toEqual(
    ['customer.created', 'product.created', 'price.created'].map((type) => [
      type,
      expect.stringMatching(/refused|connect/i),
    ]),
  )
  other.account.advance(86_400)
  expect(other.types().at(-1)).toBe('checkout.session.expired')
  const again = other.simulator.snapshot().accounts.find((account) => account.apiKey === apiKey)
  expect(again?.rules.testClockCustomersMax).toBe(Number.POSITIVE_INFINITY)
})

test('one account is restored without touching the others', async () => {
  const b = await bench()
  await shop(b)
  const saved = b.simulator.snapshot()
  const neighbour = b.simulator.account('sk_test_neighbour')
  neighbour.addWebhookEndpoint({ url: 'http://127.0.0.1:1/hook' })
  b.account.reset()
  const headers = { authorization: `Bearer ${apiKey}` }
  const answer = await fetch(`${b.simulator.url}/_sim/restore`, {
    method: 'POST',
    headers,
    body: JSON.stringify(saved),
  })
  expect(answer.status).toBe(200)
  expect(b.account.events()).toHaveLength(2)
  expect(b.simulator.snapshot().accounts).toHaveLength(2)
})

test.each([
  ['no snapshot', {}, 'no snapshot'],
  ['another format', { format: 0, apiVersion: 'x', url: 'x', accounts: [] }, 'no snapshot'],
  ['another version', { format: 2, apiVersion: '2020', url: 'x', accounts: [] }, 'API 2020'],
])('refused: %s, and nothing is lost', async (_, body, message) => {
  const b = await bench()
  await shop(b)
  const answer = await b.sim('restore', body)
  expect(answer.error).toContain(message)
  expect(b.account.events()).toHaveLength(2)
})

test('billing rules over HTTP', async () => {
  const b = await bench()
  expect(await b.sim('billing', { retryDays: [1], testClockCustomersMax: null })).toEqual({
    ok: true,
  })
  expect(b.simulator.snapshot().accounts[0]?.rules.retryDays).toEqual([1])
  expect((await b.sim('billing', { retries: 1 })).error).toContain("no rule 'retries'")
  expect((await b.sim('billing', { afterRetries: 'shout' })).error).toContain('one of cancel')
  expect((await b.sim('billing', { upcomingDays: -1 })).error).toContain('upcomingDays must be')
})

test.each<[string, (account: Record<string, unknown>) => unknown, string]>([
  ['nothing', () => ({}), 'accounts[1].apiKey must be text'],
  ['no clock', ({ clock, ...rest }) => rest, 'accounts[1].clock must be an object'],
  ['rows without ids', (a) => ({ ...a, rows: { customer: [{}] } }), 'rows.customer[0].id'],
  [
    'a short generator',
    (a) => ({ ...a, ids: { objects: [1] } }),
    'ids.objects[1] must be a number',
  ],
  [
    'a broken one connected',
    (a) => ({ ...a, connected: [['acct_1', {}]] }),
    'connected[0][1].apiKey',
  ],
  ['the same key', (a) => ({ ...a, apiKey }), 'holds an account twice'],
])('refused, and no account has changed: one that holds %s', async (_, broken, message) => {
  const b = await bench()
  const neighbour = b.simulator.account('sk_test_neighbour')
  await shop(b)
  neighbour.addWebhookEndpoint({ url: 'http://127.0.0.1:1/hook' })
  const { accounts, ...saved } = JSON.parse(JSON.stringify(b.simulator.snapshot()))
  await shop(b)
  const before = JSON.stringify(b.simulator.snapshot())
  const answer = await b.sim('restore', { ...saved, accounts: [accounts[0], broken(accounts[1])] })
  expect(answer.error).toContain(message)
  expect(JSON.stringify(b.simulator.snapshot())).toBe(before)
})

test('moves its own address and no other that begins alike', async () => {
  const b = await bench()
  const like = `${b.simulator.url}1/hook`.replace(/:\d+/, ':42431')
  b.account.addWebhookEndpoint({ url: like })
  b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:4243/hook' })
  await b.sim('restore', { ...b.simulator.snapshot(), url: 'http://127.0.0.1:4243' })
  expect(b.account.webhookEndpoints().map(({ url }) => url)).toEqual([
    like,
    `${b.simulator.url}/hook`,
  ])
})

test('holds what is still to go wrong, chaos for accounts to come, and the ids of requests', async () => {
  const b = await bench()
  const other = await bench({ seed: 'another' })
  await b.stripe.customers.create()
  await b.sim('chaos', { seed: 7, drop: 1, api: { failNext: 2, status: 503 } })
  await expect(b.stripe.customers.create()).rejects.toMatchObject({ statusCode: 503 })
  const saved: unknown = JSON.parse(JSON.stringify(b.simulator.snapshot()))
  const statuses = async (of: typeof b) => {
    const answers = [await of.call('GET', '/v1/customers'), await of.call('GET', '/v1/customers')]
    return answers.map(({ status, headers }) => [status, headers.get('request-id')])
  }
  const first = await statuses(b)
  expect(first.map(([status]) => status)).toEqual([503, 200])
  await other.sim('restore', saved)
  expect(await statuses(other)).toEqual(first)
  const stranger = { authorization: 'Bearer sk_test_later_one' }
  await other.call('GET', '/v1/customers', '', stranger)
  const { accounts } = other.simulator.snapshot()
  expect(accounts.find(({ apiKey: key }) => key === 'sk_test_later_one')).toMatchObject({
    deliveries: { chaos: { seed: 7, drop: 1 } },
  })
})

/** All of it but the kinds of which the last row is gone. */
const whole = (snapshot: Snapshot) =>
  JSON.stringify(snapshot, (_, value: unknown) =>
    Array.isArray(value) && value.length === 0 ? undefined : value,
  )

test('a snapshot is a view that stays as it was when the simulator goes on', async () => {
  const b = await bench()
  const made = await b.stripe.customers.create({ name: 'before' })
  const options = { stripeAccount: (await b.stripe.accounts.create({ type: 'standard' })).id }
  await b.stripe.customers.create({}, options)
  const { session } = await shop(b)
  b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/hook' })
  await b.stripe.customers.create()
  const saved = b.simulator.snapshot()
  const text = whole(saved)
  await b.stripe.customers.update(made.id, { name: 'after' })
  await b.stripe.customers.create({}, options)
  await b.stripe.checkout.sessions.expire(session.id)
  b.account.advance(86_400)
  await b.simulator.drain()
  expect(whole(saved)).toBe(text)
  b.simulator.restore(saved)
  expect(whole(b.simulator.snapshot())).toBe(text)
  expect(await b.stripe.customers.retrieve(made.id)).toMatchObject({ name: 'before' })
})
