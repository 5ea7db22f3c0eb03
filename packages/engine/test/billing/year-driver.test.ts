// Goal: the year's driver brings what a year brings, the same again from the same seed. Method: a few subscribers, no consumer.
import { expect, test } from 'vitest'
import { openStage } from './flows/stage.ts'
import { playYear } from './year.ts'
import { DEED_NAMES } from './year-deeds.ts'

const SUBSCRIBERS = Number(process.env.YEAR_SUBSCRIBERS ?? 60)
/** Of the whole year; alone on two cores, 500 subscribers take 18 s. */
const timeout = 600_000

async function live(seed: string, { subscribers = SUBSCRIBERS, days = 365, concurrency = 8 } = {}) {
  const stage = await openStage(seed)
  try {
    const started = performance.now()
    const types = new Map<string, number>()
    const told: string[] = []
    const monthEnds: string[] = []
    const report = await playYear({
      seed,
      subscribers,
      stage,
      days,
      concurrency,
      async onDay() {
        for (const { id, type } of stage.news()) {
          types.set(type, (types.get(type) ?? 0) + 1)
          told.push(`${id} ${type}`)
        }
      },
      async onMonthEnd({ at }) {
        monthEnds.push(new Date(at * 1000).toISOString().slice(0, 10))
      },
    })
    const seconds = (performance.now() - started) / 1000
    const statuses = new Set<string>()
    const params = { status: 'all', limit: 100 } as const
    for await (const { status } of stage.stripe.subscriptions.list(params)) statuses.add(status)
    return { report, types, told, monthEnds, statuses, seconds }
  } finally {
    // Closing tells what was not of Stripe's shape.
    await stage.close()
  }
}

test('a year brings renewals, failures, recoveries, changes and ends', { timeout }, async () => {
  const { report, types, told, monthEnds, statuses, seconds } = await live('year')
  console.info(`a year of ${SUBSCRIBERS}: ${seconds.toFixed(1)} s, ${told.length} events`)
  for (const { subscriptions, orders, pastTheShop } of report.subscribers) {
    expect(subscriptions.length).toBeGreaterThan(0)
    expect(orders.length).toBe(pastTheShop ? 0 : subscriptions.length)
  }
  expect(report.deeds.signs_up).toBe(SUBSCRIBERS)
  // Most of what can be done was done by somebody.
  expect(DEED_NAMES.filter((name) => report.deeds[name] !== undefined).length).toBeGreaterThan(14)
  expect([...statuses]).toEqual(expect.arrayContaining(['active', 'canceled']))
  expect(types.get('invoice.paid')).toBeGreaterThan(4 * SUBSCRIBERS)
  for (const type of [
    'invoice.payment_failed',
    'customer.subscription.updated',
    'customer.subscription.deleted',
    'customer.subscription.trial_will_end',
    'customer.subscription.paused',
    'charge.refunded',
    'charge.dispute.created',
    'entitlements.active_entitlement_summary.updated',
  ]) {
    expect(types.get(type) ?? 0, type).toBeGreaterThan(0)
  }
  // The stage opens on 1 November.
  expect(monthEnds.slice(0, 4)).toEqual(['2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28'])
  expect(monthEnds).toHaveLength(13)
})

test('a seed lives the same year, another seed another one', { timeout }, async () => {
  const few = { subscribers: 12, days: 120, concurrency: 1 }
  const [first, second, other] = [
    await live('same', few),
    await live('same', few),
    await live('other', few),
  ]
  expect(first.told.length).toBeGreaterThan(300)
  expect(second.told).toEqual(first.told)
  expect(second.report.deeds).toEqual(first.report.deeds)
  expect(other.told).not.toEqual(first.told)
})

test('who acts beside whom changes nothing that anybody does', { timeout }, async () => {
  const few = { subscribers: 20, days: 90 }
  const alone = await live('beside', { ...few, concurrency: 1 })
  const together = await live('beside', { ...few, concurrency: 8 })
  expect(together.report.deeds).toEqual(alone.report.deeds)
  expect(together.types).toEqual(alone.types)
})
