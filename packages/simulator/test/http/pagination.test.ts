// Goal: lists are newest first and walk both ways without loss, within Stripe's bounds.
import type Stripe from 'stripe'
import { expect, test, vi } from 'vitest'
import { Store } from '../../src/account/store.ts'
import { listPage } from '../../src/http/list-page.ts'
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

test('a filter keeps its pages whole, both ways', async () => {
  const b = await bench()
  for (let i = 0; i < 12; i += 1) {
    await b.stripe.products.create({ name: `p${i}`, active: i % 3 > 0 })
  }
  const list = (place: Stripe.ProductListParams) =>
    b.stripe.products.list({ active: true, limit: 3, ...place })
  const namesOf = ({ data }: Stripe.ApiList<Stripe.Product>) => data.map(({ name }) => name)
  const first = await list({})
  expect([namesOf(first), first.has_more]).toEqual([['p11', 'p10', 'p8'], true])
  const second = await list({ starting_after: first.data.at(-1)?.id ?? '' })
  expect([namesOf(second), second.has_more]).toEqual([['p7', 'p5', 'p4'], true])
  const last = await list({ starting_after: second.data.at(-1)?.id ?? '' })
  expect([namesOf(last), last.has_more]).toEqual([['p2', 'p1'], false])
  const back = await list({ ending_before: second.data[0]?.id ?? '' })
  expect([namesOf(back), back.has_more]).toEqual([['p11', 'p10', 'p8'], false])
})

test.each([
  [{}, 4, 'row_99'],
  [{ starting_after: 'row_50' }, 4, 'row_49'],
  [{ ending_before: 'row_50' }, 4, 'row_53'],
  [{ starting_after: 'row_2' }, 2, 'row_1'],
])('a page at %j looks at no row beyond the one after it', (place, looks, first) => {
  const store = new Store()
  for (let at = 0; at < 100; at += 1) {
    store.put('tombstone', { id: `row_${at}`, object: 'x', deleted: true })
  }
  const keeps = vi.fn(() => true)
  const { data } = listPage(store, 'tombstone', '/rows', { limit: 3, ...place }, keeps)
  expect(data[0]?.id).toBe(first)
  expect(keeps).toHaveBeenCalledTimes(looks)
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
