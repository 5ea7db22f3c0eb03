// Schedules lead a subscription from phase to phase, and then let go of it or end it.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { day, firstItem, hour, idOf, type Shop, shop, startAt } from '../subscriptions/support.ts'

const monthly = { interval: 'month' } as const

async function twoPhases(s: Shop, more: Record<string, unknown> = {}) {
  const [small, large] = [await s.price(1000), await s.price(2000)]
  const schedule = await s.stripe.subscriptionSchedules.create({
    customer: s.customer.id,
    start_date: 'now',
    phases: [
      { items: [{ price: small.id }], duration: monthly },
      { items: [{ price: large.id, quantity: 2 }], duration: { ...monthly, interval_count: 2 } },
    ],
    ...more,
  })
  return { schedule, small, large }
}

const subscriptionOf = (s: Shop, schedule: Stripe.SubscriptionSchedule) =>
  s.stripe.subscriptions.retrieve(idOf(schedule.subscription))

test('a schedule that starts now has its subscription, whose first invoice is a draft for an hour', async () => {
  const s = await shop()
  const { schedule } = await twoPhases(s)
  expect(schedule).toMatchObject({
    status: 'active',
    end_behavior: 'release',
    current_phase: { start_date: startAt, end_date: startAt + 30 * day },
    phases: [
      {
        start_date: startAt,
        end_date: startAt + 30 * day,
        proration_behavior: 'create_prorations',
      },
      { start_date: startAt + 30 * day, end_date: Date.UTC(2027, 1, 1, 12) / 1000 },
    ],
  })
  expect(s.newTypes().filter((type) => /subscription|invoice/.test(type))).toEqual([
    'invoice.created',
    'customer.subscription.created',
    'customer.subscription.updated',
    'subscription_schedule.created',
  ])
  const subscription = await subscriptionOf(s, schedule)
  expect(subscription).toMatchObject({ status: 'active', schedule: schedule.id })
  expect(await s.stripe.invoices.retrieve(idOf(subscription.latest_invoice))).toMatchObject({
    status: 'draft',
    billing_reason: 'subscription_create',
  })
  await s.advance(hour)
  expect(s.newTypes()).toContain('invoice.paid')
})

test('the next phase begins with its period, without prorations, and the last one lets go', async () => {
  const s = await shop()
  const { schedule, large } = await twoPhases(s)
  await s.advance(29 * day)
  s.news()
  await s.advance(day + hour)
  const news = s.news()
  const types = news.map(({ type }) => type)
  expect(types).toContain('subscription_schedule.updated')
  expect(types).not.toContain('invoiceitem.created')
  const paid = news.find(({ type }) => type === 'invoice.paid')
  expect(paid?.object).toMatchObject({ amount_paid: 4000, billing_reason: 'subscription_cycle' })
  const subscription = await subscriptionOf(s, schedule)
  expect(firstItem(subscription)).toMatchObject({ price: { id: large.id }, quantity: 2 })

  await s.advance(40 * day)
  s.news()
  await s.advance(13 * day)
  expect(s.newTypes()).toContain('subscription_schedule.expiring')
  await s.advance(9 * day)
  expect(s.newTypes()).toContain('subscription_schedule.completed')
  const done = await s.stripe.subscriptionSchedules.retrieve(schedule.id)
  expect(done).toMatchObject({
    status: 'completed',
    completed_at: Date.UTC(2027, 1, 1, 12) / 1000,
    released_subscription: subscription.id,
    subscription: null,
  })
  const free = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(free).toMatchObject({ status: 'active', schedule: null })
})

test('end_behavior cancel ends the subscription with the last phase', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const schedule = await s.stripe.subscriptionSchedules.create({
    customer: s.customer.id,
    start_date: 'now',
    end_behavior: 'cancel',
    phases: [{ items: [{ price: price.id }], duration: monthly }],
  })
  await s.advance(29 * day)
  s.news()
  await s.advance(2 * day)
  const types = s.newTypes()
  expect(types).toEqual([
    'subscription_schedule.completed',
    'customer.subscription.updated',
    'customer.subscription.deleted',
  ])
  const { status } = await s.stripe.subscriptionSchedules.retrieve(schedule.id)
  expect(status).toBe('completed')
})

test('a schedule may begin later, and can be given up before', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const later = () =>
    s.stripe.subscriptionSchedules.create({
      customer: s.customer.id,
      start_date: startAt + 5 * day,
      phases: [{ items: [{ price: price.id }], duration: monthly }],
      metadata: { plan: 'later' },
    })
  const first = await later()
  expect(first).toMatchObject({ status: 'not_started', subscription: null, current_phase: null })
  const given = await later()
  s.news()
  const { status } = await s.stripe.subscriptionSchedules.cancel(given.id)
  expect(status).toBe('canceled')
  expect(s.newTypes()).toEqual(['subscription_schedule.canceled', 'subscription_schedule.aborted'])
  const scheduled = await s.stripe.subscriptionSchedules.list({ scheduled: true })
  expect(scheduled.data.map(({ id }) => id)).toEqual([first.id])
  await s.advance(5 * day)
  expect(s.newTypes()).toContain('customer.subscription.created')
  const started = await s.stripe.subscriptionSchedules.retrieve(first.id)
  expect(started.status).toBe('active')
})

test('a schedule can be made of a subscription, and grow phases', async () => {
  const s = await shop()
  const [small, large] = [await s.price(1000), await s.price(2000)]
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: small.id }],
  })
  const schedule = await s.stripe.subscriptionSchedules.create({
    from_subscription: subscription.id,
  })
  expect(schedule).toMatchObject({
    status: 'active',
    subscription: subscription.id,
    phases: [{ start_date: startAt, end_date: startAt + 30 * day }],
  })
  s.news()
  const grown = await s.stripe.subscriptionSchedules.update(schedule.id, {
    phases: [
      {
        items: [{ price: small.id }],
        start_date: startAt,
        end_date: startAt + 30 * day,
      },
      { items: [{ price: large.id }], duration: monthly },
    ],
  })
  expect(grown.phases).toHaveLength(2)
  expect(s.newTypes()).toEqual(['subscription_schedule.updated'])
  await s.advance(30 * day + hour)
  expect(s.news().find(({ type }) => type === 'invoice.paid')?.object.amount_paid).toBe(2000)
  await expect(
    s.stripe.subscriptionSchedules.create({ from_subscription: subscription.id }),
  ).rejects.toMatchObject({ param: 'from_subscription' })
})

test('a released subscription goes on by itself', async () => {
  const s = await shop()
  const { schedule } = await twoPhases(s)
  s.news()
  const released = await s.stripe.subscriptionSchedules.release(schedule.id)
  expect(released).toMatchObject({
    status: 'released',
    released_subscription: schedule.subscription,
  })
  expect(s.newTypes()).toEqual(['customer.subscription.updated', 'subscription_schedule.released'])
  await s.advance(30 * day + hour)
  const paid = s.news().filter(({ type }) => type === 'invoice.paid')
  expect(paid.map(({ object }) => object.amount_paid)).toEqual([1000, 1000])
  await expect(s.stripe.subscriptionSchedules.cancel(schedule.id)).rejects.toMatchObject({
    statusCode: 400,
  })
})

test('a subscription that is canceled takes its schedule along', async () => {
  const s = await shop()
  const { schedule } = await twoPhases(s)
  s.news()
  await s.stripe.subscriptions.cancel(idOf(schedule.subscription))
  expect(s.newTypes()).toEqual(['customer.subscription.deleted', 'subscription_schedule.canceled'])
})

test('a canceled schedule cancels its subscription', async () => {
  const s = await shop()
  const { schedule } = await twoPhases(s)
  await s.advance(hour)
  s.news()
  await s.stripe.subscriptionSchedules.cancel(schedule.id, { prorate: false, invoice_now: false })
  expect(s.newTypes()).toEqual(['subscription_schedule.canceled', 'customer.subscription.deleted'])
})

test('what is not a schedule is refused', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const customer = s.customer.id
  const phases = [{ items: [{ price: price.id }] }]
  const refusals: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ phases, start_date: 'now' }, { param: 'customer' }],
    [{ customer, start_date: 'now' }, { param: 'phases' }],
    [{ customer, phases }, { param: 'start_date' }],
    [
      { customer, start_date: 'now', phases: [{ ...phases[0], end_date: startAt - 1 }] },
      { param: 'phases[0][end_date]' },
    ],
    [
      { customer, start_date: 'now', phases: [{ items: [{ price: 'price_none' }] }] },
      { param: 'phases[0][items][0][price]' },
    ],
    [
      { customer, start_date: 'now', phases: [{ ...phases[0], nonsense: 1 }] },
      { code: 'parameter_unknown' },
    ],
  ]
  for (const [params, error] of refusals) {
    await expect(s.stripe.subscriptionSchedules.create(params)).rejects.toMatchObject({
      statusCode: 400,
      ...error,
    })
  }
})

test('older clients size phases by iterations of their price', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const form = `customer=${s.customer.id}&start_date=now&phases[0][items][0][price]=${price.id}`
  const { status, body } = await s.call(
    'POST',
    '/v1/subscription_schedules',
    `${form}&phases[0][iterations]=3`,
  )
  expect(status).toBe(200)
  expect(body.phases).toMatchObject([{ end_date: Date.UTC(2027, 1, 1, 12) / 1000 }])
  const wrong = await s.call(
    'POST',
    '/v1/subscription_schedules',
    `${form}&phases[0][iterations]=0`,
  )
  expect(wrong.error).toMatchObject({ param: 'phases[0][iterations]' })
})

test('a phase of another interval is billed when it begins', async () => {
  const s = await shop()
  const [monthlyPrice, yearly] = [
    await s.price(1000),
    await s.price(9000, { recurring: { interval: 'year' } }),
  ]
  await s.stripe.subscriptionSchedules.create({
    customer: s.customer.id,
    start_date: 'now',
    phases: [
      { items: [{ price: monthlyPrice.id }], duration: monthly },
      { items: [{ price: yearly.id }], duration: { interval: 'year' } },
    ],
  })
  await s.advance(31 * day)
  const paid = s.news().filter(({ type }) => type === 'invoice.paid')
  expect(paid.map(({ object }) => object.amount_paid)).toEqual([1000, 9000])
})

test('phases may price inline', async () => {
  const s = await shop()
  const product = await s.stripe.products.create({ name: 'Bespoke' })
  const phase = (unit_amount: number) => ({
    items: [
      { price_data: { currency: 'usd', product: product.id, unit_amount, recurring: monthly } },
    ],
    duration: monthly,
  })
  await s.stripe.subscriptionSchedules.create({
    customer: s.customer.id,
    start_date: 'now',
    phases: [phase(1000), phase(1500)],
  })
  await s.advance(31 * day)
  const paid = s.news().filter(({ type }) => type === 'invoice.paid')
  expect(paid.map(({ object }) => object.amount_paid)).toEqual([1000, 1500])
})

test('a coupon that is gone when its phase begins takes nothing off, and holds nothing up', async () => {
  const s = await shop()
  const { stripe, customer } = s
  const [first, second] = [
    await stripe.coupons.create({ percent_off: 10, duration: 'once' }),
    await stripe.coupons.create({ percent_off: 20, duration: 'once' }),
  ]
  const price = await s.price(1000)
  const items = [{ price: price.id }]
  const made = await stripe.subscriptionSchedules.create({
    customer: customer.id,
    start_date: startAt + day,
    phases: [
      { items, discounts: [{ coupon: first.id }], duration: monthly },
      { items: [{ price: price.id, discounts: [{ coupon: second.id }] }], duration: monthly },
    ],
  })
  await stripe.coupons.del(first.id)
  await stripe.coupons.del(second.id)
  await s.advance(day)
  const schedule = await stripe.subscriptionSchedules.retrieve(made.id)
  expect(schedule).toMatchObject({
    status: 'active',
    phases: [{ discounts: [{ coupon: first.id }] }, {}],
  })
  expect((await subscriptionOf(s, schedule)).discounts).toEqual([])
  await s.advance(32 * day)
  expect(await stripe.subscriptionSchedules.retrieve(made.id)).toMatchObject({
    current_phase: { start_date: schedule.phases[1]?.start_date },
  })
})
