// Metered prices: what was used in a period is billed when it is over, by the events of the meter.
import { expect, test } from 'vitest'
import { day, firstItem, hour, idOf, type Shop, shop, startAt } from './support.ts'

async function metered(s: Shop, formula: 'count' | 'last' | 'sum' = 'sum') {
  const meter = await s.stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula },
  })
  const price = await s.price(3, {
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
  })
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
  })
  s.news()
  return subscription
}

/** Uses some, `days` after the start. */
const use = (s: Shop, value: number, days: number) =>
  s.stripe.billing.meterEvents.create({
    event_name: 'calls',
    timestamp: startAt + days * day,
    payload: { stripe_customer_id: s.customer.id, value: String(value) },
  })

const amounts = (s: Shop) =>
  s
    .news()
    .filter(({ type }) => type === 'invoice.created')
    .map(({ object }) => object.total)

test('a metered subscription begins with nothing to pay, and pays for what was used', async () => {
  const s = await shop()
  const subscription = await metered(s)
  expect(subscription.status).toBe('active')
  expect(firstItem(subscription).quantity).toBeUndefined()
  const first = await s.stripe.invoices.retrieve(idOf(subscription.latest_invoice))
  expect(first).toMatchObject({ status: 'paid', total: 0 })
  await s.advance(10 * day)
  await use(s, 100, 3)
  await use(s, 50, 9)
  expect((await s.stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(450)
  await s.advance(20 * day + hour)
  const invoice = s.news().find(({ type }) => type === 'invoice.paid')
  expect(invoice?.object).toMatchObject({
    amount_paid: 450,
    lines: {
      data: [{ quantity: 150, period: { start: startAt, end: startAt + 30 * day } }],
    },
  })
  await s.advance(31 * day)
  expect(amounts(s)).toEqual([0])
})

test('a meter may count its events, or keep the last of them', async () => {
  for (const [formula, total] of [
    ['count', 6],
    ['last', 60],
  ] as const) {
    const s = await shop()
    await metered(s, formula)
    await s.advance(10 * day)
    await use(s, 100, 3)
    await use(s, 20, 9)
    s.news()
    await s.advance(20 * day)
    expect(amounts(s)).toEqual([total])
  }
})

test('the last period is billed after the end', async () => {
  const s = await shop()
  const { id } = await metered(s)
  await s.stripe.subscriptions.update(id, { cancel_at_period_end: true })
  await s.advance(10 * day)
  await use(s, 100, 3)
  s.news()
  await s.advance(20 * day + hour)
  const news = s.news()
  expect(news.map(({ type }) => type)).toContain('customer.subscription.deleted')
  expect(news.find(({ type }) => type === 'invoice.paid')?.object.amount_paid).toBe(300)
})

test('an immediate end bills what was used, when it is asked to', async () => {
  const s = await shop()
  const { id } = await metered(s)
  await s.advance(10 * day)
  await use(s, 100, 3)
  s.news()
  await s.stripe.subscriptions.cancel(id, { invoice_now: true })
  expect(amounts(s)).toEqual([300])
})

test('nobody orders a quantity of a metered price', async () => {
  const s = await shop()
  const price = firstItem(await metered(s)).price.id
  await expect(
    s.stripe.subscriptions.create({ customer: s.customer.id, items: [{ price, quantity: 2 }] }),
  ).rejects.toMatchObject({ param: 'items[0][quantity]' })
})

test('a change to another price bills what was used of the old one', async () => {
  const s = await shop()
  const subscription = await metered(s)
  await s.advance(10 * day)
  await use(s, 100, 3)
  const flat = await s.price(3000)
  s.news()
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: flat.id }],
    proration_behavior: 'none',
  })
  const pending = s.news().filter(({ type }) => type === 'invoiceitem.created')
  expect(pending.map(({ object }) => object.amount)).toEqual([300])
})

test('what is used in a trial is free', async () => {
  const s = await shop()
  const price = firstItem(await metered(s)).price.id
  await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price }],
    trial_period_days: 5,
  })
  await s.advance(4 * day)
  await use(s, 100, 3)
  s.news()
  await s.advance(day + hour)
  expect(amounts(s)).toEqual([0])
})
