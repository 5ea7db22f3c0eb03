// Goal: chaos is a function of its seed, and no chaos loses an event for a consumer that dedupes by id.
import { describe, expect, test } from 'vitest'
import type { Chaos } from '../../src/index.ts'
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

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'seed %i: a consumer that dedupes ends with exactly the events of calm weather',
  async (seed) => {
    // Live mode's long schedule: with only three retries some seeds lose an event for good.
    const schedule = Array.from({ length: 15 }, () => 60)
    const { ids, emitted } = await run({ ...wild, seed }, schedule)
    expect([...new Set(ids)].sort()).toEqual([...emitted].sort())
  },
)
