// A connected account shares its platform's key: what is set for the platform holds for it, and with its deletion it ends.
import { expect, test } from 'vitest'
import { Account } from '../../src/world/account.ts'
import { apiKey, asRecord, type Bench, bench, endpoint } from '../support.ts'

async function platform() {
  const b = await bench()
  if (!(b.account instanceof Account)) throw new Error('The handle is not an account.')
  return { b, account: b.account }
}

async function connect(b: Bench) {
  const { id } = await b.stripe.accounts.create({ type: 'standard' })
  return { id, options: { stripeAccount: id } }
}

async function simAs(b: Bench, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${b.simulator.url}/_sim/${path}`, {
    headers: { authorization: `Bearer ${apiKey}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  return asRecord(await response.json())
}

test('chaos and billing rules reach the connected accounts there are and those to come', async () => {
  const { b, account } = await platform()
  const early = await connect(b)
  await b.stripe.customers.create({}, early.options)
  b.account.chaos({ seed: 1, drop: 1 })
  b.account.billing({ retryDays: [1] })
  const late = await connect(b)
  await b.stripe.customers.create({}, late.options)
  for (const { id } of [early, late]) {
    const { dispatcher, rules } = account.connections.of(id)
    expect(dispatcher.chaos).toEqual({ seed: 1, drop: 1 })
    expect(rules.retryDays).toEqual([1])
  }
})

test('trouble with the API is the key’s, whichever account it is set by', async () => {
  const { b } = await platform()
  const { id, options } = await connect(b)
  await b.stripe.customers.create({}, options)
  await b.sim(`chaos?account=${id}`, { api: { failNext: 1, status: 503 } })
  await expect(b.stripe.customers.create({}, options)).rejects.toMatchObject({ statusCode: 503 })
  await b.stripe.customers.create({}, options)
})

test('to the simulator a platform’s key stands for its connected accounts, too', async () => {
  const { b } = await platform()
  const { options } = await connect(b)
  const sink = await endpoint()
  const hook = await b.stripe.webhookEndpoints.create(
    { url: sink.url, enabled_events: ['payment_intent.requires_action'] },
    options,
  )
  const { id } = await b.stripe.paymentIntents.create(
    {
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: true,
      return_url: 'https://shop.example/',
      automatic_payment_methods: { enabled: true },
    },
    options,
  )
  await b.simulator.drain()
  expect((await simAs(b, 'deliveries')).deliveries).toMatchObject([{ endpointId: hook.id }])
  expect((await simAs(b, 'webhook_endpoints')).endpoints).toMatchObject([{ id: hook.id }])
  await simAs(b, `payment_intents/${id}/authenticate`, { outcome: 'succeeds' })
  expect(await b.stripe.paymentIntents.retrieve(id, {}, options)).toMatchObject({
    status: 'succeeded',
  })
})

test('a deleted account goes on no more', async () => {
  const { b, account } = await platform()
  const { id, options } = await connect(b)
  await b.stripe.topups.create({ amount: 500, currency: 'usd' }, options)
  const own = account.connections.of(id)
  await b.stripe.accounts.del(id)
  expect(own.events().at(-1)).toMatchObject({ type: 'account.application.deauthorized' })
  const before = own.events().length
  b.account.advance(30 * 24 * 3600)
  expect(own.events()).toHaveLength(before)
})

test('the ids of an account’s requests are its own: another’s traffic does not change them', async () => {
  const play = async (beside: boolean) => {
    const b = await bench()
    if (beside) {
      await b.call('GET', '/v1/customers', '', { authorization: 'Bearer sk_test_other_one' })
    }
    const first = await b.call('POST', '/v1/customers')
    b.account.reset()
    const again = await b.call('POST', '/v1/customers')
    expect(again.headers.get('request-id')).toBe(first.headers.get('request-id'))
    const id = first.headers.get('request-id')
    expect(id).toMatch(/^req_\w{14}$/)
    return id
  }
  expect(await play(true)).toBe(await play(false))
})
