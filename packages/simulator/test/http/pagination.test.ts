// Goal: lists are newest first and walk both ways without loss, within Stripe's bounds.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

async function withProducts(count: number): Promise<Bench> {
  const b = await bench()
  for (let i = 0; i < count; i += 1) await b.stripe.products.create({ name: `p${i}` })
  return b
}

test('ten by default, newest first, with has_more and url', async () => {
  const b = await withProducts(12)
  const { body } = await b.call('GET', '/v1/products')
  expect(body).toMatchObject({ object: 'list', has_more: true, url: '/v1/products' })
  const names = (await b.stripe.products.list()).data.map(({ name }) => name)
  expect(names).toEqual(Array.from({ length: 10 }, (_, i) => `p${11 - i}`))
})

test('auto-pagination by the SDK meets every object once', async () => {
  const b = await withProducts(23)
  const all = await b.stripe.products.list({ limit: 5 }).autoPagingToArray({ limit: 100 })
  expect(all.map(({ name }) => name)).toEqual(Array.from({ length: 23 }, (_, i) => `p${22 - i}`))
})

test('ending_before walks towards the newest', async () => {
  const b = await withProducts(6)
  const [oldest] = (await b.stripe.products.list({ limit: 100 })).data.slice(-1)
  if (!oldest) throw new Error('no products')
  const page = await b.stripe.products.list({ limit: 2, ending_before: oldest.id })
  expect(page.data.map(({ name }) => name)).toEqual(['p2', 'p1'])
  expect(page.has_more).toBe(true)
})

test.each([
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=x', 'limit'],
  ['starting_after=prod_none', 'starting_after'],
  ['starting_after=prod_a&ending_before=prod_b', 'ending_before'],
])('%s is refused', async (query, param) => {
  const b = await withProducts(1)
  const { status, error } = await b.call('GET', `/v1/products?${query}`)
  expect([status, error.param]).toEqual([400, param])
})
