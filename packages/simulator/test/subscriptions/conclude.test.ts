// Whatever ends a subscription gives back and collects by the same rules.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { day, firstItem, hour, idOf, type Shop, shop, startAt } from './support.ts'

async function subscribed(s: Shop, more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const price = await s.price(3000)
  return s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    ...more,
  })
}

async function totals(s: Shop, subscription: string): Promise<number[]> {
  const { data } = await s.stripe.invoices.list({ subscription, limit: 100 })
  return data.map(({ total }) => total).reverse()
}

test('the end of the period collects what is pending', async () => {
  const s = await shop()
  const subscription = await subscribed(s)
  await s.advance(15 * day)
  const gold = await s.price(6000)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    cancel_at_period_end: true,
  })
  await s.stripe.invoiceItems.create({
    customer: s.customer.id,
    amount: 700,
    currency: 'usd',
    subscription: subscription.id,
  })
  await s.advance(15 * day + 2 * hour)
  const { data } = await s.stripe.invoices.list({ subscription: subscription.id })
  expect(data[0]).toMatchObject({ status: 'paid', amount_paid: 2200 })
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled')
})

test.each(['create', 'early', 'late', 'schedule'])(
  'the last usage is billed, though the end was planned %s',
  async (asked) => {
    const s = await shop()
    const { stripe } = s
    const meter = await stripe.billing.meters.create({
      display_name: 'calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    })
    const price = await s.price(10, {
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    })
    const end = Date.parse('2027-01-01T12:00:00Z') / 1000
    const { id } =
      asked === 'schedule'
        ? await stripe.subscriptionSchedules
            .create({
              customer: s.customer.id,
              start_date: 'now',
              end_behavior: 'cancel',
              phases: [
                {
                  items: [{ price: price.id }],
                  duration: { interval: 'month', interval_count: 2 },
                },
              ],
            })
            .then(({ subscription }) => ({ id: idOf(subscription) }))
        : await stripe.subscriptions.create({
            customer: s.customer.id,
            items: [{ price: price.id }],
            ...(asked === 'create' ? { cancel_at: end } : {}),
          })
    if (asked === 'early') await stripe.subscriptions.update(id, { cancel_at: end })
    await s.advance(31 * day)
    if (asked === 'late') await stripe.subscriptions.update(id, { cancel_at_period_end: true })
    // Meters take no events from beyond the account's own time.
    s.account.advance(31 * day)
    await stripe.billing.meterEvents.create({
      event_name: 'calls',
      timestamp: startAt + 30 * day + hour,
      payload: { stripe_customer_id: s.customer.id, value: '100' },
    })
    await s.advance(40 * day)
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('canceled')
    expect((await totals(s, id)).at(-1)).toBe(1000)
  },
)

test('what is used in a trial stays free when it ends with the trial', async () => {
  const s = await shop()
  const meter = await s.stripe.billing.meters.create({
    display_name: 'calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  })
  const price = await s.price(10, {
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
  })
  const { id } = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    trial_period_days: 10,
    cancel_at_period_end: true,
  })
  await s.stripe.billing.meterEvents.create({
    event_name: 'calls',
    timestamp: startAt,
    payload: { stripe_customer_id: s.customer.id, value: '100' },
  })
  await s.advance(11 * day)
  expect(await totals(s, id)).toEqual([0])
})

test.each([
  ['by update, in a later period', 46, false, undefined, [3000, 3000, -1500]],
  [
    'by update, in a later period though nothing is prorated',
    46,
    false,
    'none',
    [3000, 3000, -1500],
  ],
  ['by update, in this one', 15, false, undefined, [3000, -1500]],
  ['by update, in this one though nothing is prorated', 15, false, 'none', [3000]],
  ['from the beginning', 15, true, undefined, [3000, -1500]],
  ['from the beginning though nothing is prorated', 15, true, 'none', [3000]],
] as const)(
  'an end inside a period gives back its rest: %s',
  async (_name, days, first, proration_behavior, amounts) => {
    const s = await shop({ at: Date.parse('2026-11-01T12:00:00Z') / 1000 })
    // The second period is December, of 31 days.
    const cancel_at = startAt + days * day - (days > 30 ? day / 2 : 0)
    const params = { cancel_at, ...(proration_behavior ? { proration_behavior } : {}) }
    const { id } = await subscribed(s, first ? params : {})
    if (!first) await s.stripe.subscriptions.update(id, params)
    await s.advance(60 * day)
    expect(await totals(s, id)).toEqual(amounts)
  },
)

test('with the customer go schedules that have not begun and quotes that are open', async () => {
  const s = await shop()
  const { stripe } = s
  const price = await s.price(1000)
  const schedule = await stripe.subscriptionSchedules.create({
    customer: s.customer.id,
    start_date: startAt + 5 * day,
    phases: [{ items: [{ price: price.id }], duration: { interval: 'month' } }],
  })
  const quote = await stripe.quotes.create({
    customer: s.customer.id,
    line_items: [{ price: price.id }],
  })
  await stripe.quotes.finalizeQuote(quote.id)
  s.news()
  await stripe.customers.del(s.customer.id)
  const types = s.newTypes()
  expect(types).toContain('subscription_schedule.canceled')
  expect(types).toContain('quote.canceled')
  expect(types.at(-1)).toBe('customer.deleted')
  expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('canceled')
  await s.advance(40 * day)
  expect(s.newTypes()).toEqual([])
})
