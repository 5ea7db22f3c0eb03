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

const plan = { kind: 'plan', price: 'price_1', interval: 'month' } as const
const define = { name: 'Pro', unitAmount: 999, currency: 'eur' } as const

describe('options of the engine', () => {
  test('that are right build it', () => {
    expect(createEngine({ ...right, on: { 'order.fulfilled': () => undefined } }).mode).toBe('test')
  })

  test('of plans that share a price are fine when they grant the same', () => {
    const catalogue = {
      a: { ...plan, features: ['x', 'y'] },
      b: { ...plan, features: ['y', 'x'], trialDays: 14 },
      c: { lookupKey: 'c', define, features: ['z'], accessDays: 30 },
    } as const
    const billing = { groups: { default: { second: 'allow', trials: 'always' } } } as const
    expect(createEngine({ ...right, catalogue, billing }).mode).toBe('test')
  })

  test.each<[string, object]>([
    ['createEngine has no catalog', { catalog: {} }],
    [
      'on has no order.paid; it knows order.fulfilled, order.payment_failed',
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
    ['catalogue.a has no prise; it knows kind, price', { catalogue: { a: { prise: 'p' } } }],
    [
      "trialDays is for plans; give kind: 'plan'",
      { catalogue: { a: { price: 'p', trialDays: 1 } } },
    ],
    ['catalogue.a.kind must be one of one_time, plan', { catalogue: { a: { kind: 'x' } } }],
    ['catalogue.a has no accessDays', { catalogue: { a: { ...plan, accessDays: 1 } } }],
    ['catalogue.a.interval must be one of', { catalogue: { a: { ...plan, interval: 'quarter' } } }],
    [
      'intervalCount must be a whole number from 1 to 36',
      { catalogue: { a: { ...plan, intervalCount: 37 } } },
    ],
    [
      'trialDays must be a whole number from 1 to 730',
      { catalogue: { a: { ...plan, trialDays: 0 } } },
    ],
    ['trialEnd must be one of', { catalogue: { a: { ...plan, trialEnd: 'stop' } } }],
    [
      'accessDays must be a whole number from 1 to',
      { catalogue: { a: { price: 'p', accessDays: 1.5 } } },
    ],
    ['catalogue.a.features: each must be', { catalogue: { a: { ...plan, features: ['a b'] } } }],
    [
      'catalogue.a.features names one twice',
      { catalogue: { a: { ...plan, features: ['x', 'x'] } } },
    ],
    ['catalogue.a.features must be a list', { catalogue: { a: { ...plan, features: 'export' } } }],
    [
      'catalogue.a.formerPrices: each must be',
      { catalogue: { a: { ...plan, formerPrices: [''] } } },
    ],
    ['catalogue.a.allow has no coupon', { catalogue: { a: { ...plan, allow: { coupon: true } } } }],
    [
      'catalogue.a.session has no metadata',
      { catalogue: { a: { ...plan, session: { metadata: {} } } } },
    ],
    ['quantity bounds', { catalogue: { a: { ...plan, quantity: { min: 2 } } } }],
    ['define goes with lookupKey', { catalogue: { a: { ...plan, define } } }],
    [
      'define.currency must be',
      { catalogue: { a: { lookupKey: 'k', define: { ...define, currency: 'EUR' } } } },
    ],
    [
      'define.unitAmount must be',
      { catalogue: { a: { lookupKey: 'k', define: { ...define, unitAmount: 9.99 } } } },
    ],
    ['policies has no refund', { catalogue: { a: { ...plan, policies: { refund: 'keep' } } } }],
    [
      'catalogue.b shares price_1 with a, and grants something else',
      { catalogue: { a: { ...plan, features: ['x'] }, b: plan } },
    ],
    ['billing has no policy', { billing: { policy: {} } }],
    [
      'pastDueGraceDays must be a whole number from 0 to 365',
      { billing: { policies: { pastDueGraceDays: 366 } } },
    ],
    ['fullRefund must be one of keep, revoke', { billing: { policies: { fullRefund: 'take' } } }],
    [
      'billing.groups has no pros; it knows default',
      { catalogue: { a: plan }, billing: { groups: { pros: {} } } },
    ],
    [
      'billing.groups.default.second must be one of refuse, allow',
      { catalogue: { a: plan }, billing: { groups: { default: { second: 'yes' } } } },
    ],
    ['billing.portalConfiguration must be bpc_', { billing: { portalConfiguration: 'conf_1' } }],
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
