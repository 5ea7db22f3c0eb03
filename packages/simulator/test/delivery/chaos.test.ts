// Goal: chaos is a function of its seed, and no chaos loses an event for a consumer that dedupes by id.
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Chaos, DeliveryAttempt } from '../../src/index.ts'
import type { Account } from '../../src/world/account.ts'
import { asRecord, bench, confirmPage, endpoint, noonMs, openSession } from '../support.ts'

/** Three paid sessions through the given chaos; every retry is played out. */
async function run(chaos: Chaos | null, retrySchedule = [60, 600, 3600]) {
  const b = await bench({ seed: 'same', now: () => noonMs, retrySchedule })
  const hook = await endpoint()
  b.account.addWebhookEndpoint({ url: hook.url })
  b.account.chaos(chaos)
  for (let i = 0; i < 3; i += 1) {
    const { id } = await openSession(b)
    await confirmPage(b, id)
  }
  for (let round = 0; round < 4; round += 1) {
    await b.account.drain()
    b.account.advance(4000)
  }
  const bodies = hook.received.map(({ body }) => asRecord(JSON.parse(body)))
  return {
    log: JSON.stringify(b.account.deliveries()),
    ids: bodies.map(({ id }) => String(id)),
    types: bodies.map(({ type }) => String(type)),
    emitted: b.account.events().map((event) => String(asRecord(event).id)),
  }
}

const wild: Chaos = {
  seed: 7,
  duplicate: 0.4,
  reorderWindow: 5,
  drop: 0.2,
  errorBefore: 0.2,
  errorAfter: 0.2,
}

function attempts(log: string): DeliveryAttempt[] {
  return JSON.parse(log)
}

test('without chaos the log is in order and complete', async () => {
  const { ids, emitted } = await run(null)
  expect(ids).toEqual(emitted)
})

test('the same seed gives a byte-identical log, another seed another', async () => {
  const [first, second, other] = [await run(wild), await run(wild), await run({ ...wild, seed: 8 })]
  expect(second.log).toBe(first.log)
  expect(second.ids).toEqual(first.ids)
  expect(other.log).not.toBe(first.log)
})

describe('each kind alone', () => {
  test('duplicate', async () => {
    const { ids, emitted } = await run({ seed: 1, duplicate: 1 })
    expect(ids).toHaveLength(2 * emitted.length)
    expect(new Set(ids).size).toBe(emitted.length)
  })

  test('reorderWindow changes places, and only places', async () => {
    const { ids, emitted } = await run({ seed: 1, reorderWindow: 6 })
    expect(ids).not.toEqual(emitted)
    expect([...ids].sort()).toEqual([...emitted].sort())
  })

  test('delayMs changes places too', async () => {
    const { ids, emitted } = await run({ seed: 1, delayMs: [10, 900] })
    expect(ids).not.toEqual(emitted)
    expect([...ids].sort()).toEqual([...emitted].sort())
  })

  test('drop: the endpoint sees nothing, every attempt is logged', async () => {
    const { ids, log } = await run({ seed: 1, drop: 1 })
    expect(ids).toEqual([])
    expect(log).toContain('"attempt":4,"error":"chaos_dropped"')
  })

  test('errorBefore: retried until it passes', async () => {
    const { ids, emitted, log } = await run({ seed: 1, errorBefore: 0.5 })
    expect(log).toContain('chaos_before')
    expect(ids.length).toBeLessThanOrEqual(emitted.length)
    expect(ids.length).toBeGreaterThan(emitted.length * 0.7)
  })

  test('errorAfter: delivered, and delivered again', async () => {
    const { ids, log } = await run({ seed: 1, errorAfter: 0.5 })
    expect(log).toContain('chaos_after')
    expect(ids.length).toBeGreaterThan(new Set(ids).size)
  })
})

describe('two different events for one fact', () => {
  test('both are real: listed, of one type and object, each delivered', async () => {
    const b = await bench({ now: () => noonMs })
    const hook = await endpoint()
    b.account.addWebhookEndpoint({ url: hook.url })
    b.account.chaos({ seed: 1, twin: 1 })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    const { data } = await b.stripe.events.list()
    expect(data.map(({ type }) => type)).toEqual(['product.created', 'product.created'])
    const [second, first] = data
    expect(second?.id).not.toBe(first?.id)
    expect(second?.data).toEqual(first?.data)
    const ids = hook.received.map(({ body }) => asRecord(JSON.parse(body)).id)
    expect(ids).toEqual([first?.id, second?.id])
    expect(data.map((event) => event.pending_webhooks)).toEqual([0, 0])
  })

  test('they change no other id', async () => {
    const { emitted: calm } = await run(null)
    const { emitted } = await run({ seed: 1, twin: 1 })
    expect(new Set(emitted).size).toBe(2 * calm.length)
    expect(emitted.filter((id) => calm.includes(id))).toEqual(calm)
  })
})

describe('limited', () => {
  test('to some events', async () => {
    const only = { events: ['payment_intent.*', 'charge.succeeded'] }
    const { log } = await run({ seed: 1, drop: 1, only })
    const dropped = attempts(log).filter(({ error }) => error === 'chaos_dropped')
    expect(new Set(dropped.map(({ type }) => type))).toEqual(
      new Set(['payment_intent.created', 'payment_intent.succeeded', 'charge.succeeded']),
    )
    expect(attempts(log).some(({ status }) => status === 200)).toBe(true)
  })

  test('to one endpoint', async () => {
    const b = await bench({ now: () => noonMs })
    const [good, bad] = [await endpoint(), await endpoint()]
    b.account.addWebhookEndpoint({ url: good.url })
    const { id } = b.account.addWebhookEndpoint({ url: bad.url })
    b.account.chaos({ seed: 1, drop: 1, duplicate: 1, only: { endpoint: id } })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    expect([good.received.length, bad.received.length]).toEqual([1, 0])
    expect(b.account.deliveries()).toHaveLength(3)
  })
})

/** A day with two endpoints, a rolled secret and a resend; the endpoints take as long as they are told to. */
async function busyDay(slownessMs: number): Promise<string> {
  const b = await bench({ seed: 'same', now: () => noonMs })
  const slow = createServer((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.end(), slownessMs))
  })
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  const address = slow.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const hook = await endpoint((index) => (index % 3 === 0 ? 500 : 200))
  const { id } = b.account.addWebhookEndpoint({ url: `http://127.0.0.1:${port}/` })
  b.account.addWebhookEndpoint({ url: hook.url, enabledEvents: ['charge.succeeded'] })
  b.account.chaos({ ...wild, twin: 0.3, delayMs: [0, 2000] })
  const session = await openSession(b)
  await confirmPage(b, session.id)
  await b.account.drain()
  b.account.rollWebhookSecret(id, { overlapSeconds: 60 })
  const [event] = (await b.stripe.events.list()).data
  await b.call('POST', `/v1/events/${event?.id}/retry`)
  b.account.advance(10_000)
  await b.account.drain()
  slow.close()
  return JSON.stringify(b.account.deliveries())
}

test('how long an attempt took is told beside the log', async () => {
  let wallMs = noonMs
  const b = await bench({ now: () => wallMs })
  const hook = await endpoint(() => {
    wallMs += 40
    return 200
  })
  b.account.addWebhookEndpoint({ url: hook.url })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  const { dispatcher } = b.account as Account
  expect(dispatcher.log.timed()).toMatchObject([{ status: 200, durationMs: 40 }])
  expect(b.account.deliveries()[0]).not.toHaveProperty('durationMs')
})

test('how long answers take in real time changes no byte of the log', async () => {
  const fast = await busyDay(0)
  expect(attempts(fast).length).toBeGreaterThan(10)
  expect(fast).not.toContain('durationMs')
  expect(await busyDay(15)).toBe(fast)
})

test('a snapshot of the deliveries goes on where they stood', async () => {
  const b = await bench({ now: () => noonMs, retrySchedule: [60] })
  const hook = await endpoint((index) => (index === 0 ? 500 : 200))
  b.account.addWebhookEndpoint({ url: hook.url })
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
  const { dispatcher } = b.account as Account
  const kept = JSON.parse(JSON.stringify(dispatcher.dump()))
  b.account.advance(60)
  await b.account.drain()
  const log = JSON.stringify(b.account.deliveries())
  dispatcher.load(kept)
  await b.account.drain()
  expect(JSON.stringify(b.account.deliveries())).toBe(log)
  expect(hook.received).toHaveLength(3)
})

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'seed %i: a consumer that dedupes ends with exactly the events of calm weather',
  async (seed) => {
    // Live mode's long schedule: with only three retries some seeds lose an event for good.
    const schedule = Array.from({ length: 15 }, () => 60)
    const { ids, emitted } = await run({ ...wild, seed }, schedule)
    expect([...new Set(ids)].sort()).toEqual([...emitted].sort())
  },
)
