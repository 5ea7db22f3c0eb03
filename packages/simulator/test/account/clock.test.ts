// The virtual clock: as far as it goes, and no account alone when one of them cannot.
import { expect, test } from 'vitest'
import { Clock } from '../../src/account/clock.ts'
import { systemPorts } from '../../src/ports.ts'
import { bench, noonMs } from '../support.ts'

const day = 24 * 60 * 60

test.each([9e12, Number.NaN, Number.POSITIVE_INFINITY, 80 * 366 * day])(
  'refuses to go %s seconds on',
  async (seconds) => {
    const b = await bench({ now: () => noonMs })
    expect(() => b.account.advance(seconds)).toThrow(RangeError)
    expect(b.account.now()).toBe(noonMs / 1000)
  },
)

test('a test clock does not begin or go past the year 2100', async () => {
  const b = await bench()
  const { testClocks } = b.stripe.testHelpers
  const refusal = { statusCode: 400, param: 'frozen_time' }
  await expect(testClocks.create({ frozen_time: 99_999_999_999 })).rejects.toMatchObject(refusal)
  const edge = Date.UTC(2100, 0) / 1000
  const clock = await testClocks.create({ frozen_time: edge })
  await expect(testClocks.advance(clock.id, { frozen_time: edge + 1 })).rejects.toMatchObject(
    refusal,
  )
})

test('over HTTP all accounts move, or none', async () => {
  const b = await bench({ now: () => noonMs })
  const ahead = b.simulator.account('sk_test_ahead_one')
  const start = b.account.now()
  ahead.advance(1000 * day)
  const answer = await b.sim('clock', { to: start + 500 * day })
  expect(answer.error).toContain('only moves forward')
  expect([b.account.now(), ahead.now()]).toEqual([start, start + 1000 * day])
  expect(await b.sim('clock', { to: start + 1500 * day })).toEqual({ now: start + 1500 * day })
  expect([b.account.now(), ahead.now()]).toEqual([start + 1500 * day, start + 1500 * day])
})

test('jobs come back from a dump in the order in which they were to run', () => {
  const clock = new Clock(systemPorts(() => noonMs))
  const expire = (quoteId: string) => ({ kind: 'expire_quote', quoteId }) as const
  clock.freeze('clock_1', noonMs)
  clock.schedule(null, noonMs + 2, expire('third'))
  clock.schedule('clock_1', noonMs + 1, expire('of the test clock'))
  clock.schedule(null, noonMs + 1, expire('first'))
  clock.schedule(null, noonMs + 1, expire('second'))
  const copy = new Clock(systemPorts(() => noonMs))
  copy.load(JSON.parse(JSON.stringify(clock.dump())))
  const ran: unknown[] = []
  copy.runDue(noonMs + 10, (job) => ran.push(job))
  expect(ran).toEqual([expire('first'), expire('second'), expire('third')])
  copy.advance('clock_1', noonMs + 10, (job, timeline) => ran.push([job, timeline]))
  expect(ran.at(-1)).toEqual([expire('of the test clock'), 'clock_1'])
})

test('the log of deliveries is a copy: what is done to it reaches nobody', async () => {
  const b = await bench()
  const log = b.account.deliveries()
  b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/hook' })
  await b.stripe.customers.create()
  await b.simulator.drain()
  expect(log).toEqual([])
  expect(b.account.deliveries()).toHaveLength(1)
})
