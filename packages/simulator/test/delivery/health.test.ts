// Goal: an endpoint that only fails is disabled after days of virtual time, without an event; what waits for it is given up.
import { describe, expect, test } from 'vitest'
import { type Bench, bench, endpoint, noonMs } from '../support.ts'

const daySeconds = 24 * 3600

async function tell(b: Bench): Promise<void> {
  await b.stripe.products.create({ name: 'a' })
  await b.account.drain()
}

const statusOf = async (b: Bench, id: string) =>
  (await b.stripe.webhookEndpoints.retrieve(id)).status

test('after a week of failures it is disabled, without an event, and hears of nothing more', async () => {
  const b = await bench({ now: () => noonMs, retrySchedule: [] })
  const [dead, well] = [await endpoint(() => 500), await endpoint()]
  const { id } = b.account.addWebhookEndpoint({ url: dead.url })
  b.account.addWebhookEndpoint({ url: well.url })
  await tell(b)
  b.account.advance(7 * daySeconds - 1)
  await tell(b)
  expect(await statusOf(b, id)).toBe('enabled')
  b.account.advance(1)
  await tell(b)
  expect(await statusOf(b, id)).toBe('disabled')
  await tell(b)
  expect([dead.received.length, well.received.length]).toEqual([3, 4])
  expect(new Set(b.types())).toEqual(new Set(['product.created']))
})

test('one success begins the count anew', async () => {
  const b = await bench({ now: () => noonMs, retrySchedule: [], disableAfterDays: 2 })
  const hook = await endpoint((index) => (index === 1 ? 200 : 500))
  const { id } = b.account.addWebhookEndpoint({ url: hook.url })
  for (let day = 0; day < 4; day += 1) {
    await tell(b)
    b.account.advance(daySeconds)
  }
  expect(await statusOf(b, id)).toBe('enabled')
  await tell(b)
  expect(await statusOf(b, id)).toBe('disabled')
})

test('whoever enables it again gives it the whole time', async () => {
  const b = await bench({ now: () => noonMs, retrySchedule: [], disableAfterDays: 1 })
  const hook = await endpoint(() => 500)
  const { id } = b.account.addWebhookEndpoint({ url: hook.url })
  await tell(b)
  b.account.advance(daySeconds)
  await tell(b)
  expect(await statusOf(b, id)).toBe('disabled')
  await b.stripe.webhookEndpoints.update(id, { disabled: false })
  await tell(b)
  expect(await statusOf(b, id)).toBe('enabled')
})

test('Infinity never disables', async () => {
  const b = await bench({ now: () => noonMs, retrySchedule: [], disableAfterDays: Infinity })
  const hook = await endpoint(() => 500)
  const { id } = b.account.addWebhookEndpoint({ url: hook.url })
  await tell(b)
  b.account.advance(1000 * daySeconds)
  await tell(b)
  expect(await statusOf(b, id)).toBe('enabled')
})

describe('a retry that falls due', () => {
  async function failedOnce() {
    const b = await bench({ now: () => noonMs, retrySchedule: [60, 60] })
    const hook = await endpoint((index) => (index === 0 ? 500 : 200))
    const { id } = b.account.addWebhookEndpoint({ url: hook.url })
    await tell(b)
    await b.stripe.webhookEndpoints.update(id, { disabled: true })
    return { b, hook, id }
  }

  test('while the endpoint is disabled is given up for good', async () => {
    const { b, hook, id } = await failedOnce()
    b.account.advance(60)
    await b.account.drain()
    await b.stripe.webhookEndpoints.update(id, { disabled: false })
    b.account.advance(10_000)
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
  })

  test('after it was enabled again is made', async () => {
    const { b, hook, id } = await failedOnce()
    await b.stripe.webhookEndpoints.update(id, { disabled: false })
    b.account.advance(60)
    await b.account.drain()
    expect(b.account.deliveries()).toMatchObject([{ status: 500 }, { attempt: 2, status: 200 }])
    expect(hook.received).toHaveLength(2)
  })

  test('after the endpoint was deleted is given up', async () => {
    const { b, hook, id } = await failedOnce()
    await b.stripe.webhookEndpoints.del(id)
    b.account.advance(60)
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
  })
})
