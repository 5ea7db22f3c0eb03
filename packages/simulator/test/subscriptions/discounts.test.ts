// Discounts over the life of a subscription: how long they bill, when they are used up, what they leave of prorations.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { day, firstItem, hour, type Shop, shop } from './support.ts'

async function billed(s: Shop, subscription: string): Promise<number[]> {
  const { data } = await s.stripe.invoices.list({ subscription, limit: 100 })
  return data.map(({ total }) => total).reverse()
}

const month = 31 * day

test.each([
  ['once', 100, undefined, [0, 1000, 1000]],
  ['repeating', 50, 2, [500, 500, 1000]],
] as const)(
  'on an item, a %s coupon ends as on a subscription',
  async (duration, percent_off, duration_in_months, amounts) => {
    const s = await shop()
    const coupon = await s.stripe.coupons.create({
      percent_off,
      duration,
      ...(duration_in_months === undefined ? {} : { duration_in_months }),
    })
    const price = await s.price(1000)
    const discounts = [{ coupon: coupon.id }]
    const { id } = await s.stripe.subscriptions.create({
      customer: s.customer.id,
      items: [{ price: price.id, discounts }],
    })
    await s.advance(month)
    await s.advance(month)
    expect(await billed(s, id)).toEqual(amounts)
    expect(firstItem(await s.stripe.subscriptions.retrieve(id)).discounts).toEqual([])
  },
)

test('a coupon for one bill stays until it has taken something off', async () => {
  const s = await shop()
  const [own, other] = [await s.price(1000), await s.price(500)]
  const coupon = await s.stripe.coupons.create({
    percent_off: 50,
    duration: 'once',
    applies_to: { products: [String(other.product)] },
  })
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: own.id }],
    discounts: [{ coupon: coupon.id }],
  })
  expect(subscription.discounts).toHaveLength(1)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ price: other.id }],
    proration_behavior: 'none',
  })
  await s.advance(month)
  await s.advance(month)
  expect(await billed(s, subscription.id)).toEqual([1000, 1250, 1500])
})

test('a coupon for one bill that has priced a proration is used up', async () => {
  const s = await shop()
  const { stripe } = s
  const [silver, gold] = [await s.price(1000), await s.price(2000)]
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' })
  const { id, items } = await stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: silver.id }],
  })
  await stripe.subscriptions.update(id, { discounts: [{ coupon: coupon.id }] })
  await s.advance(15 * day)
  const turn = (price: Stripe.Price) =>
    stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', price: price.id }],
      proration_behavior: 'always_invoice',
    })
  const upgraded = await turn(gold)
  expect(upgraded.discounts).toEqual([])
  await turn(silver)
  await s.advance(16 * day)
  expect(await billed(s, id)).toEqual([1000, 0, 0, 1000])
})

test("a customer's discount is in prorations, and what it took stands beside them", async () => {
  const s = await shop()
  const { stripe } = s
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever' })
  await stripe.rawRequest('POST', `/v1/customers/${s.customer.id}`, { coupon: coupon.id })
  const [silver, gold] = [await s.price(1000), await s.price(2000)]
  const subscription = await stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: silver.id }],
  })
  await s.advance(15 * day)
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    proration_behavior: 'always_invoice',
  })
  expect(await billed(s, subscription.id)).toEqual([500, 250])
  const { data } = await stripe.invoiceItems.list({ customer: s.customer.id })
  expect(
    data.map(({ amount, proration_details: details }) => [
      amount,
      details?.discount_amounts?.[0]?.amount,
    ]),
  ).toEqual([
    [500, 500],
    [-250, undefined],
  ])
})

test('a fixed amount is taken off once in a period, whatever joins it', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({
    amount_off: 500,
    currency: 'usd',
    duration: 'forever',
  })
  const [one, two] = [await s.price(1000), await s.price(1000)]
  const { id } = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: one.id }],
    discounts: [{ coupon: coupon.id }],
  })
  await s.stripe.subscriptionItems.create({
    subscription: id,
    price: two.id,
    proration_behavior: 'always_invoice',
  })
  expect(await billed(s, id)).toEqual([500, 1000])
})

const everywhere: readonly (readonly [
  string,
  Stripe.CouponCreateParams,
  'customer' | 'item' | 'subscription',
])[] = (['customer', 'item', 'subscription'] as const).flatMap((on) =>
  [
    { percent_off: 33.33, duration: 'forever' as const },
    { amount_off: 500, currency: 'usd', duration: 'forever' as const },
    { percent_off: 50, duration: 'repeating' as const, duration_in_months: 3 },
  ].map((coupon) => [JSON.stringify(coupon), coupon, on] as const),
)

test.each(everywhere)('there and back again costs nothing: %s', async (_name, params, on) => {
  const s = await shop()
  const { stripe } = s
  const coupon = await stripe.coupons.create(params)
  const discounts = [{ coupon: coupon.id }]
  if (on === 'customer') {
    await stripe.rawRequest('POST', `/v1/customers/${s.customer.id}`, { coupon: coupon.id })
  }
  const [silver, gold, beside] = [await s.price(1001), await s.price(2999), await s.price(777)]
  const subscription = await stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: silver.id, ...(on === 'item' ? { discounts } : {}) }, { price: beside.id }],
    ...(on === 'subscription' ? { discounts } : {}),
  })
  const item = subscription.items.data.find(({ price }) => price.id === silver.id)
  const turn = async (change: Stripe.SubscriptionUpdateParams.Item) => {
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item?.id ?? '', ...change }],
      proration_behavior: 'always_invoice',
    })
  }
  const [first] = await billed(s, subscription.id)
  for (const wait of [0, 7 * day + 12345, 9 * day]) {
    if (wait > 0) await s.advance(wait)
    for (const quantity of [2, 7, 1]) await turn({ quantity })
    await turn({ price: gold.id })
    await turn({ price: silver.id })
  }
  const all = await billed(s, subscription.id)
  expect(all.reduce((sum, total) => sum + total, 0)).toBe(first)
})

test('nothing is given back twice, nor what was never charged', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
  })
  const { id } = firstItem(subscription)
  await s.stripe.subscriptionItems.update(id, { quantity: 9, proration_behavior: 'none' })
  await s.stripe.subscriptionItems.update(id, { quantity: 1 })
  await s.advance(month + hour)
  expect(await billed(s, subscription.id)).toEqual([1000, 1000])
})
