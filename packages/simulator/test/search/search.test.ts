// The search query language over the official SDK.
import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../src/search/query.ts'
import { type Bench, bench } from '../support.ts'

async function customers(b: Bench): Promise<void> {
  const make = b.stripe.customers
  await make.create({ email: 'amy@rocketrides.io', name: 'Amy', metadata: { plan: 'gold' } })
  await make.create({
    email: 'bob@example.com',
    name: 'Bob "B" O\'Neil',
    metadata: { plan: 'tin' },
  })
  await make.create({ email: 'Xamy@example.com', phone: '555' })
}

describe('customers', () => {
  it.each([
    ['email:"amy@rocketrides.io"', ['Amy']],
    ["email:'AMY@rocketrides.io'", ['Amy']],
    ['email~"amy"', [null, 'Amy']],
    ['-email~"amy"', ['Bob "B" O\'Neil']],
    ['metadata["plan"]:"gold"', ['Amy']],
    ['-metadata["plan"]:null', ['Bob "B" O\'Neil', 'Amy']],
    ['metadata["plan"]:null', [null]],
    ['metadata["plan"]:"gold" OR phone:"555"', [null, 'Amy']],
    ['metadata["plan"]:"gold" and email~"example"', []],
    ['email~"example" metadata["plan"]:"tin"', ['Bob "B" O\'Neil']],
    ['name:"Bob \\"B\\" O\'Neil"', ['Bob "B" O\'Neil']],
    ['created>1', [null, 'Bob "B" O\'Neil', 'Amy']],
    ['created<=1', []],
  ])('%s', async (query, names) => {
    const b = await bench()
    await customers(b)
    const found = await b.stripe.customers.search({ query })
    expect(found.data.map(({ name }) => name)).toEqual(names)
    expect(found).toMatchObject({ object: 'search_result', has_more: false, next_page: null })
  })

  it.each([
    ['email:amy', 'unable to parse'],
    ['', 'empty'],
    ['email:"a" AND name:"b" OR name:"c"', 'AND and OR'],
    ['email:"a"name:"b"', 'unable to parse'],
    ['(email:"a")', 'unable to parse'],
    ['age:"3"', 'Field `age` is an unsupported search field for resource `customers`'],
    ['metadata:"a"', 'unsupported search field'],
    ['email["a"]:"b"', 'unsupported search field'],
    ['created~"123"', 'does not support'],
    ['email>"a"', 'does not support'],
    ['email~"am"', 'at least 3'],
    [Array.from({ length: 11 }, () => 'name:"a"').join(' '), 'at most 10'],
  ])('refuses %s', async (query, message) => {
    const b = await bench()
    const form = new URLSearchParams({ query })
    const { status, error } = await b.call('GET', `/v1/customers/search?${form.toString()}`)
    expect([status, error.type, error.param]).toEqual([400, 'invalid_request_error', 'query'])
    expect(error.message).toContain(message)
  })

  it('pages', async () => {
    const b = await bench()
    for (let n = 0; n < 5; n += 1) await b.stripe.customers.create({ name: `customer ${n}` })
    const first = await b.stripe.customers.search({ query: 'name~"customer"', limit: 2 })
    expect([first.data.length, first.has_more]).toEqual([2, true])
    const all = await b.stripe.customers
      .search({ query: 'name~"customer"', limit: 2 })
      .autoPagingToArray({ limit: 100 })
    expect(all.map(({ name }) => name)).toEqual([4, 3, 2, 1, 0].map((n) => `customer ${n}`))
    const foreign = b.stripe.prices.search({
      query: 'active:"true"',
      page: String(first.next_page),
    })
    await expect(foreign).rejects.toMatchObject({ param: 'page' })
  })
})

it('finds prices, products, intents and charges by what they are', async () => {
  const b = await bench()
  const price = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 100,
    lookup_key: 'premium',
    product_data: { name: 'Blue Poster' },
  })
  await b.stripe.paymentIntents.create({
    amount: 1500,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: { order: '6735' },
  })
  const prices = await b.stripe.prices.search({ query: "active:'true' lookup_key:'premium'" })
  expect(prices.data.map(({ id }) => id)).toEqual([price.id])
  const products = await b.stripe.products.search({
    query: 'name~"post"',
    expand: ['data.default_price'],
  })
  expect(products.data).toHaveLength(1)
  const intents = await b.stripe.paymentIntents.search({
    query: 'status:"succeeded" AND amount>=1500 AND metadata["order"]:"6735"',
  })
  expect(intents.data).toHaveLength(1)
  const charges = await b.stripe.charges.search({
    query: 'payment_method_details.card.last4:4242 -disputed:"true"',
  })
  expect(charges.data).toHaveLength(1)
  expect((await b.stripe.invoices.search({ query: 'total>0' })).data).toEqual([])
  expect((await b.stripe.subscriptions.search({ query: '-status:"canceled"' })).data).toEqual([])
})

it('reads a query without looking at rows', () => {
  expect(parseQuery(`-metadata['a\\'b']:null or total>=-2.5`)).toEqual({
    join: 'OR',
    clauses: [
      { field: 'metadata', key: "a'b", isNegated: true, operator: ':', value: null },
      { field: 'total', isNegated: false, operator: '>=', value: -2.5 },
    ],
  })
})
