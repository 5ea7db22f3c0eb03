// What each phase says of its subscription, when it begins and ends, and what becomes of one that cannot be carried out.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import {
  day,
  firstItem,
  giveCard,
  hour,
  idOf,
  type Shop,
  shop,
  startAt,
} from '../subscriptions/support.ts'

const monthly = { interval: 'month' } as const
type Phases = Stripe.SubscriptionScheduleCreateParams.Phase[]

const schedule = (s: Shop, phases: Phases, more: Record<string, unknown> = {}) =>
  s.stripe.subscriptionSchedules.create({
    customer: s.customer.id,
    start_date: 'now',
    phases,
    ...more,
  })

const latest = async (s: Shop, made: Stripe.SubscriptionSchedule) =>
  s.stripe.subscriptions.retrieve(idOf(made.subscription))

const invoicesOf = async (s: Shop, subscription: string) => {
  const { data } = await s.stripe.invoices.list({ subscription, limit: 100 })
  return data.reverse()
}

test('what one phase has the next one has only where it says so', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const other = await giveCard(s, s.customer.id, 'pm_card_mastercard')
  await s.stripe.customers.update(s.customer.id, {
    invoice_settings: { default_payment_method: s.method },
  })
  const coupon = await s.stripe.coupons.create({ percent_off: 50, duration: 'forever' })
  const rate = await s.stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 10,
    inclusive: false,
  })
  const made = await schedule(s, [
    {
      items: [{ price: price.id, discounts: [{ coupon: coupon.id }], tax_rates: [rate.id] }],
      discounts: [{ coupon: coupon.id }],
      default_tax_rates: [rate.id],
      default_payment_method: other,
      collection_method: 'send_invoice',
      invoice_settings: { days_until_due: 7, footer: 'Bye', description: 'Memo' },
      description: 'First',
      metadata: { kept: '1', gone: '1' },
      duration: monthly,
    },
    { items: [{ price: price.id }], metadata: { gone: '', come: '2' }, duration: monthly },
  ])
  expect(await latest(s, made)).toMatchObject({
    collection_method: 'send_invoice',
    days_until_due: 7,
    default_payment_method: other,
    description: 'First',
    invoice_settings: { footer: 'Bye', description: 'Memo' },
    metadata: { kept: '1', gone: '1' },
  })
  await s.advance(31 * day)
  const after = await latest(s, made)
  expect(after).toMatchObject({
    collection_method: 'charge_automatically',
    days_until_due: null,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    invoice_settings: { footer: null, description: null },
    metadata: { kept: '1', come: '2' },
  })
  expect(after.metadata).not.toHaveProperty('gone')
  expect(firstItem(after)).toMatchObject({ discounts: [], tax_rates: [] })
  await s.advance(31 * day)
  const [first, , third] = await invoicesOf(s, after.id)
  expect(first).toMatchObject({ footer: 'Bye', description: 'Memo', total: 275 })
  expect(third).toMatchObject({ footer: null, description: null, total: 1000 })
})

test('where a phase is silent the default settings speak', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const made = await schedule(
    s,
    [
      {
        items: [{ price: price.id }],
        description: 'Own',
        invoice_settings: { footer: 'Own' },
        duration: monthly,
      },
      { items: [{ price: price.id }], duration: monthly },
    ],
    {
      default_settings: {
        description: 'Default',
        default_payment_method: s.method,
        invoice_settings: { footer: 'Default' },
      },
    },
  )
  expect(await latest(s, made)).toMatchObject({
    description: 'Own',
    default_payment_method: s.method,
    invoice_settings: { footer: 'Own' },
  })
  await s.advance(30 * day)
  expect(await latest(s, made)).toMatchObject({
    description: 'Default',
    default_payment_method: s.method,
    invoice_settings: { footer: 'Default' },
  })
})

test('an update does not redeem again what the current phase has redeemed', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const coupon = await s.stripe.coupons.create({
    percent_off: 50,
    duration: 'forever',
    max_redemptions: 1,
  })
  const phase = { items: [{ price: price.id }], discounts: [{ coupon: coupon.id }] }
  const made = await schedule(s, [{ ...phase, duration: monthly }])
  const { discounts } = await latest(s, made)
  await s.stripe.subscriptionSchedules.update(made.id, {
    phases: [
      { ...phase, start_date: startAt, duration: monthly },
      { items: [{ price: price.id }], duration: monthly },
    ],
  })
  expect((await latest(s, made)).discounts).toEqual(discounts)
  expect((await s.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1)
})

test('phases end with the periods of a billing that is anchored to the 31st', async () => {
  const s = await shop({ at: Date.UTC(2027, 0, 31, 12) / 1000 })
  const prices = [await s.price(1000), await s.price(2000), await s.price(3000)]
  const made = await schedule(
    s,
    prices.map((price) => ({ items: [{ price: price.id }], duration: monthly })),
  )
  expect(made.phases.map(({ end_date: end }) => new Date(end * 1000).toISOString())).toEqual([
    '2027-02-28T12:00:00.000Z',
    '2027-03-31T12:00:00.000Z',
    '2027-04-30T12:00:00.000Z',
  ])
  await s.advance(70 * day)
  const invoices = await invoicesOf(s, idOf(made.subscription))
  expect(invoices.map(({ total }) => total)).toEqual([1000, 2000, 3000])
  const { data } = await s.stripe.invoiceItems.list({ customer: s.customer.id })
  expect(data).toEqual([])
})

test('phases that a schedule adds keep to the day that its subscription is billed on', async () => {
  const s = await shop({ at: Date.UTC(2027, 1, 10, 12) / 1000 })
  const price = await s.price(1000)
  const { id } = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    billing_cycle_anchor_config: { day_of_month: 31 },
  })
  const made = await s.stripe.subscriptionSchedules.create({ from_subscription: id })
  const [now] = made.phases
  if (!now) throw new Error('there is no phase')
  expect(now.end_date).toBe(Date.UTC(2027, 1, 28, 12) / 1000)
  const items = [{ price: price.id }]
  const grown = await s.stripe.subscriptionSchedules.update(made.id, {
    phases: [
      { items, start_date: now.start_date, end_date: now.end_date },
      { items, duration: monthly },
    ],
  })
  expect(grown.phases[1]?.end_date).toBe(Date.UTC(2027, 2, 31, 12) / 1000)
})

test('a phase of another interval is dated from its own beginning', async () => {
  const s = await shop({ at: Date.UTC(2027, 0, 31, 12) / 1000 })
  const [small, yearly] = [
    await s.price(1000),
    await s.price(9000, { recurring: { interval: 'year' } }),
  ]
  const made = await schedule(s, [
    { items: [{ price: small.id }], duration: monthly },
    { items: [{ price: yearly.id }], duration: { interval: 'year' } },
  ])
  expect(made.phases[1]?.end_date).toBe(Date.UTC(2028, 1, 28, 12) / 1000)
})

test('what is gone when a phase begins is left out, and the phase begins', async () => {
  const s = await shop()
  const [small, large] = [await s.price(1000), await s.price(2000)]
  const other = await giveCard(s, s.customer.id, 'pm_card_mastercard')
  await s.stripe.customers.update(s.customer.id, {
    invoice_settings: { default_payment_method: s.method },
  })
  const coupon = await s.stripe.coupons.create({ percent_off: 50, duration: 'forever' })
  const made = await schedule(s, [
    { items: [{ price: small.id }], duration: monthly },
    {
      items: [{ price: large.id, discounts: [{ coupon: coupon.id }] }],
      discounts: [{ coupon: coupon.id }],
      default_payment_method: other,
      duration: monthly,
    },
  ])
  await s.stripe.coupons.del(coupon.id)
  await s.stripe.paymentMethods.detach(other)
  await s.advance(30 * day + hour)
  const after = await latest(s, made)
  expect(after).toMatchObject({ discounts: [], default_payment_method: null })
  expect(firstItem(after)).toMatchObject({ price: { id: large.id }, discounts: [] })
  const invoices = await invoicesOf(s, after.id)
  expect(invoices.at(-1)).toMatchObject({ status: 'paid', amount_paid: 2000 })
})

test('with the customer a schedule that has not begun is canceled', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const phases = [{ items: [{ price: price.id }], duration: monthly }]
  const waiting = await schedule(s, phases, { start_date: startAt + 5 * day })
  const running = await schedule(s, phases)
  s.news()
  await s.stripe.customers.del(s.customer.id)
  expect(s.newTypes().filter((type) => type === 'subscription_schedule.canceled')).toHaveLength(2)
  for (const { id } of [waiting, running]) {
    expect((await s.stripe.subscriptionSchedules.retrieve(id)).status).toBe('canceled')
  }
  await s.advance(40 * day)
  expect(s.newTypes()).not.toContain('customer.subscription.created')
})

test('a schedule in a currency that its customer does not have any more is canceled at its start', async () => {
  const s = await shop()
  const [euros, dollars] = [await s.price(1000, { currency: 'eur' }), await s.price(1000)]
  const made = await schedule(s, [{ items: [{ price: euros.id }], duration: monthly }], {
    start_date: startAt + 5 * day,
  })
  const other = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: dollars.id }],
  })
  s.news()
  await s.advance(40 * day)
  expect(s.newTypes()).toContain('subscription_schedule.canceled')
  expect((await s.stripe.subscriptionSchedules.retrieve(made.id)).status).toBe('canceled')
  expect(await invoicesOf(s, other.id)).toHaveLength(2)
})

test('a phase whose plan is gone lets go of the subscription', async () => {
  const s = await shop()
  const small = await s.price(1000)
  const plan = await s.stripe.plans.create({
    currency: 'usd',
    amount: 2000,
    interval: 'month',
    product: { name: 'Old' },
  })
  const made = await schedule(s, [
    { items: [{ price: small.id }], duration: monthly },
    { items: [{ plan: plan.id }], duration: monthly },
  ])
  await s.stripe.plans.del(plan.id)
  await s.advance(31 * day)
  expect(await s.stripe.subscriptionSchedules.retrieve(made.id)).toMatchObject({
    status: 'released',
    released_subscription: made.subscription,
  })
  const free = await latest(s, made)
  expect(free).toMatchObject({ status: 'active', schedule: null })
})

test('phases that could never be carried out are refused', async () => {
  const s = await shop()
  const [price, euros] = [await s.price(1000), await s.price(1000, { currency: 'eur' })]
  const items = [{ price: price.id }]
  const stranger = await s.stripe.paymentMethods.create({
    type: 'card',
    card: { token: 'tok_visa' },
  })
  const refusals: [Phases[number], string][] = [
    [{ items: [{ price: euros.id }] }, 'phases[1][items]'],
    [{ items, discounts: [{ coupon: 'none' }] }, 'phases[1][discounts][0][coupon]'],
    [{ items, default_payment_method: stranger.id }, 'phases[1][default_payment_method]'],
    [{ items, collection_method: 'send_invoice' }, 'phases[1][invoice_settings][days_until_due]'],
    [{ items: [...items, ...items] }, 'phases[1][items][1][price]'],
    [{ items, trial_end: startAt + 90 * day }, 'phases[1][trial_end]'],
    [{ items, trial: true, trial_end: startAt + 40 * day }, 'phases[1][trial_end]'],
  ]
  for (const [phase, param] of refusals) {
    await expect(
      schedule(s, [
        { items, duration: monthly },
        { duration: monthly, ...phase },
      ]),
    ).rejects.toMatchObject({ statusCode: 400, param })
  }
})

test('a schedule keeps the billing mode of its subscription', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const made = await schedule(s, [{ items: [{ price: price.id }], duration: monthly }], {
    billing_mode: { type: 'classic' },
  })
  expect(made.billing_mode.type).toBe('classic')
  expect((await latest(s, made)).billing_mode.type).toBe('classic')
})

test('a subscription that gets a schedule keeps its terms', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const { id } = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    description: 'Agreed',
    default_payment_method: s.method,
    invoice_settings: { footer: 'Bye' },
  })
  const made = await s.stripe.subscriptionSchedules.create({ from_subscription: id })
  const [phase] = made.phases
  if (!phase) throw new Error('there is no phase')
  await s.stripe.subscriptionSchedules.update(made.id, {
    phases: [
      { items: [{ price: price.id }], start_date: phase.start_date, end_date: phase.end_date },
    ],
  })
  expect(await latest(s, made)).toMatchObject({
    description: 'Agreed',
    default_payment_method: s.method,
    invoice_settings: { footer: 'Bye' },
  })
})
