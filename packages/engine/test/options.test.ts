// Goal: what is misspelt or cannot work is refused at start, by its name: nothing is passed over.
// Method: one wrong option each, through the public constructor.
import { describe, expect, test } from 'vitest'
import { createEngine } from '../src/engine.ts'
import type { Database } from '../src/ports/database.ts'
import { FakeStripe } from './support/fake-stripe.ts'
import { SECRET } from './support/shop.ts'

const unreachable = () => Promise.reject(new TypeError('options are checked before any I/O'))
const database: Database = {
  kind: 'postgres',
  connectionsMax: 10,
  query: unreachable,
  transaction: unreachable,
  script: unreachable,
  listen: unreachable,
  close: async () => undefined,
}
const right = {
  database,
  stripe: new FakeStripe(),
  mode: 'test',
  endpoints: { default: { secrets: [SECRET] } },
} as const

describe('options of the engine', () => {
  test('that are right build it', () => {
    expect(createEngine({ ...right, on: { 'order.fulfilled': () => undefined } }).mode).toBe('test')
  })

  test.each<[string, object]>([
    ['createEngine has no catalog', { catalog: {} }],
    [
      'on has no order.paid; it knows order.awaiting_payment, order.fulfilled',
      { on: { 'order.paid': () => undefined } },
    ],
    ["on['order.fulfilled'] is no function", { on: { 'order.fulfilled': 'ship' } }],
    ["on['order.fulfilled'] is no function", { on: { 'order.fulfilled': {} } }],
    ['limits has no bodyBytes', { limits: { bodyBytes: 1 } }],
    ['processor has no retries', { processor: { retries: 1 } }],
    ['checkout has no url', { checkout: { url: 'x' } }],
    ['catalogue.a b', { catalogue: { 'a b': { price: 'price_1' } } }],
    ['either price or lookupKey', { catalogue: { a: {} } }],
    ['quantity bounds', { catalogue: { a: { price: 'p', quantity: { min: 3, max: 2 } } } }],
    ['limits.toleranceSeconds', { limits: { toleranceSeconds: 0 } }],
    ['processor.leaseMs', { processor: { leaseMs: 100, handlerTimeoutMs: 90 } }],
    ['processor.workers', { processor: { workers: 0 } }],
    ['checkout.publicUrl must be an absolute URL', { checkout: { publicUrl: 'shop.example' } }],
    ['checkout.publicUrl must be https in live mode', { mode: 'live' }],
  ])('are refused: %s', (message, wrong) => {
    const build = () => createEngine({ ...right, ...wrong })
    expect(build).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(build).toThrow(message)
  })

  test.each([
    ['no endpoint', {}],
    ['no secret', { default: { secrets: [] } }],
    ['a blank secret', { default: { secrets: ['  '] } }],
  ])('without a usable secret are refused: %s', (_what, endpoints) => {
    expect(() => createEngine({ ...right, endpoints })).toThrow(
      expect.objectContaining({ code: 'SECRET_BLANK' }),
    )
  })
})
