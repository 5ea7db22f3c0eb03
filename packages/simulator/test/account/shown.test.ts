// What an event shows of a row: the row itself, less what is hidden, told apart by what changed.
import { expect, test } from 'vitest'
import { copyOf } from '../../src/account/copy.ts'
import { shown } from '../../src/account/hidden-fields.ts'
import { previousAttributes } from '../../src/account/transaction.ts'

test('what hides nothing is shown as it is, not copied', () => {
  const invoice = { object: 'invoice', lines: { object: 'list', data: [{ amount: 1 }] } }
  expect(shown(invoice)).toBe(invoice)
})

test('what is hidden is left out at any depth, and the row keeps it', () => {
  const price = { object: 'price', id: 'price_1', tiers: null, currency_options: { eur: {} } }
  const metadata = { object: 'price', tiers: 'kept' }
  const item = { object: 'subscription_item', price, metadata }
  const seen = { object: 'subscription_item', price: { object: 'price', id: 'price_1' }, metadata }
  expect(shown({ items: [item] })).toEqual({ items: [seen] })
  expect(price).toHaveProperty('tiers')
  expect(shown({ object: 'product_feature', product: 'prod_1', id: '1' })).toEqual({
    object: 'product_feature',
    id: '1',
  })
})

test('previous attributes are of what changed, whatever the order of its members', () => {
  const before = { card: { brand: 'visa', last4: '4242' }, list: [{ a: 1, b: 2 }], gone: 1 }
  const after = { card: { last4: '4242', brand: 'visa' }, list: [{ b: 2, a: 1 }], come: 1 }
  expect(previousAttributes(before, after)).toStrictEqual({ gone: 1, come: null })
  expect(previousAttributes(before, { ...before, list: [{ a: 1, b: 3 }] })).toStrictEqual({
    list: [{ a: 1, b: 2 }],
  })
})

test('a copy is as deep as what it copies', () => {
  const row = { id: '1', list: [{ a: { b: 1 } }], none: null, metadata: { k: 'v' } }
  const copy = copyOf(row)
  expect(copy).toEqual(row)
  expect(copy.list).not.toBe(row.list)
  expect(copy.list[0]?.a).not.toBe(row.list[0]?.a)
  expect(copy.metadata).not.toBe(row.metadata)
})
