// Entitlements: what the products of active subscriptions grant, told whenever the set changes.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { day, firstItem, type Shop, shop } from './support.ts'

async function product(s: Shop, keys: readonly string[]) {
  const price = await s.price(1000)
  const { product: id } = price
  for (const key of keys) await attach(s, String(id), key)
  s.news()
  return { price, id: String(id) }
}

async function attach(
  s: Shop,
  productId: string,
  key: string,
): Promise<Stripe.Entitlements.Feature> {
  const feature = await s.stripe.entitlements.features.create({ lookup_key: key, name: key })
  await s.stripe.products.createFeature(productId, { entitlement_feature: feature.id })
  return feature
}

const keys = async (s: Shop) => {
  const { data } = await s.stripe.entitlements.activeEntitlements.list({ customer: s.customer.id })
  return data.map(({ lookup_key }) => lookup_key).sort()
}

const summaries = (s: Shop) =>
  s.news().filter(({ type }) => type === 'entitlements.active_entitlement_summary.updated')

test('a subscription grants the features of its product, and its end takes them away', async () => {
  const s = await shop()
  const basic = await product(s, ['export', 'search'])
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: basic.price.id }],
  })
  expect(await keys(s)).toEqual(['export', 'search'])
  expect(summaries(s)).toMatchObject([
    {
      object: {
        customer: s.customer.id,
        entitlements: { data: [{ lookup_key: 'search' }, { lookup_key: 'export' }] },
      },
      previous: { entitlements: { data: [] } },
    },
  ])
  await s.stripe.subscriptions.cancel(subscription.id)
  expect(await keys(s)).toEqual([])
  expect(summaries(s)).toMatchObject([{ object: { entitlements: { data: [] } } }])
})

test('a feature attached later reaches a subscription with its next period', async () => {
  const s = await shop()
  const basic = await product(s, ['export'])
  await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: basic.price.id }],
  })
  s.news()
  await attach(s, basic.id, 'late')
  expect(await keys(s)).toEqual(['export'])
  await s.advance(29 * day)
  expect(summaries(s)).toEqual([])
  await s.advance(day)
  expect(summaries(s)).toHaveLength(1)
  expect(await keys(s)).toEqual(['export', 'late'])
})

test('a change of plan changes the set, told once', async () => {
  const s = await shop()
  const basic = await product(s, ['export'])
  const gold = await product(s, ['support'])
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: basic.price.id }],
  })
  s.news()
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.price.id }],
  })
  expect(summaries(s)).toHaveLength(1)
  expect(await keys(s)).toEqual(['support'])
})

test('two subscriptions to one feature are one entitlement, until both are gone', async () => {
  const s = await shop()
  const basic = await product(s, ['export'])
  const create = () =>
    s.stripe.subscriptions.create({ customer: s.customer.id, items: [{ price: basic.price.id }] })
  const [first, second] = [await create(), await create()]
  expect(await keys(s)).toEqual(['export'])
  await s.stripe.subscriptions.cancel(first.id)
  expect(await keys(s)).toEqual(['export'])
  await s.stripe.subscriptions.cancel(second.id)
  expect(await keys(s)).toEqual([])
})

test('an incomplete subscription grants nothing, a paused one nothing any more', async () => {
  const s = await shop()
  const basic = await product(s, ['export'])
  await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: basic.price.id }],
    payment_behavior: 'default_incomplete',
  })
  expect(await keys(s)).toEqual([])
  const { id } = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: basic.price.id }],
  })
  const { data } = await s.stripe.entitlements.activeEntitlements.list({ customer: s.customer.id })
  const [entitlement] = data
  expect(
    await s.stripe.entitlements.activeEntitlements.retrieve(entitlement?.id ?? ''),
  ).toMatchObject({ lookup_key: 'export' })
  await s.stripe.subscriptions.pause(id)
  expect(await keys(s)).toEqual([])
})
