// Goal: products and prices keep Stripe's rules: lookup keys, recurring shapes, previous_attributes, deletion.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

test('a product, changed and deleted, with its events', async () => {
  const b = await bench()
  const product = await b.stripe.products.create({ name: 'a', metadata: { shelf: '1', row: '2' } })
  const changed = await b.stripe.products.update(product.id, {
    name: 'b',
    metadata: { shelf: '9', row: '' },
  })
  expect(changed.metadata).toEqual({ shelf: '9' })
  expect(await b.stripe.products.del(product.id)).toEqual({
    id: product.id,
    object: 'product',
    deleted: true,
  })
  await expect(b.stripe.products.retrieve(product.id)).rejects.toThrow(/No such product/)
  expect(b.account.events()).toMatchObject([
    { type: 'product.created', data: { object: { name: 'a' } } },
    {
      type: 'product.updated',
      data: {
        object: { name: 'b' },
        previous_attributes: { name: 'a', metadata: { shelf: '1', row: '2' } },
      },
    },
    { type: 'product.deleted' },
  ])
})

test('an update that changes nothing emits nothing', async () => {
  const b = await bench()
  const { id } = await b.stripe.products.create({ name: 'a' })
  await b.stripe.products.update(id, { name: 'a' })
  expect(b.types()).toEqual(['product.created'])
})

test('default_price_data makes the price with the product', async () => {
  const b = await bench()
  const product = await b.stripe.products.create({
    name: 'a',
    default_price_data: { currency: 'EUR', unit_amount: 500 },
    expand: ['default_price'],
  })
  expect(product.default_price).toMatchObject({ currency: 'eur', unit_amount: 500 })
})

test('a product with prices cannot be deleted', async () => {
  const b = await bench()
  const price = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 900,
    product_data: { name: 'a' },
  })
  await expect(b.stripe.products.del(String(price.product))).rejects.toThrow(/prices/)
})

test('a lookup key finds its price, and moves only when told to', async () => {
  const b = await bench()
  const { id: product } = await b.stripe.products.create({ name: 'a' })
  const base = { currency: 'usd', product, lookup_key: 'premium' }
  const old = await b.stripe.prices.create({ ...base, unit_amount: 900 })
  await expect(b.stripe.prices.create({ ...base, unit_amount: 800 })).rejects.toThrow(
    /already uses that lookup key/,
  )
  const next = await b.stripe.prices.create({
    ...base,
    unit_amount: 800,
    transfer_lookup_key: true,
  })
  const found = await b.stripe.prices.list({ lookup_keys: ['premium'] })
  expect(found.data.map(({ id }) => id)).toEqual([next.id])
  expect((await b.stripe.prices.retrieve(old.id)).lookup_key).toBeNull()
})

test('recurring prices have the recurring shape, decimals stay exact', async () => {
  const b = await bench()
  const price = await b.call(
    'POST',
    '/v1/prices',
    'currency=usd&unit_amount_decimal=0.25&product_data[name]=a&recurring[interval]=month',
  )
  expect(price.body).toMatchObject({
    type: 'recurring',
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
    unit_amount: null,
    unit_amount_decimal: '0.25',
  })
})
