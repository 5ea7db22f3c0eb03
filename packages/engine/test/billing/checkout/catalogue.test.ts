// Goal: a plan is sold only at a price that recurs as the plan says, and a price keeps its item.
// Method: prices of every wrong kind at a Stripe in memory; a lookup key that moves.
import { beforeEach, describe, expect, test } from 'vitest'
import type { CatalogueItem } from '../../../src/catalogue.ts'
import { Catalogue } from '../../../src/checkout/catalogue.ts'
import type { Queryable, Row } from '../../../src/ports/database.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { FakeStripe } from '../../support/fake-stripe.ts'
import { openShop } from '../../support/shop.ts'

const MINUTE_MS = 60_000
const monthly: CatalogueItem = { kind: 'plan', price: 'price_1', interval: 'month' }
const once: CatalogueItem = { price: 'price_1' }
const recurring = (over: object) => ({
  type: 'recurring',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed', ...over },
})

describe.each(backends)('the prices of plans on $name', (backend) => {
  const db = useDatabase(backend)
  let stripe: FakeStripe
  beforeEach(() => {
    stripe = new FakeStripe()
  })

  const ask = (itemId: string, catalogue: Record<string, CatalogueItem>) =>
    openShop(db, { stripe, catalogue }).engine.checkout.createSession({
      body: { itemId, quantity: 1 },
      identity: null,
      browser: null,
      idempotencyKey: null,
    })
  const known = () =>
    db.database.query('select price_id, item_id from quittance.catalogue_prices order by price_id')

  test.each<[string, CatalogueItem, number | null, object]>([
    [
      'recurs every year, and the catalogue says every month',
      monthly,
      100,
      recurring({ interval: 'year' }),
    ],
    [
      'recurs every 3 months, and the catalogue says every month',
      monthly,
      100,
      recurring({ interval_count: 3 }),
    ],
    ['is paid once, and the catalogue says every month', monthly, 100, {}],
    ["recurs every month, so its item needs kind: 'plan'", once, 100, recurring({})],
    ['is metered', monthly, 100, recurring({ usage_type: 'metered' })],
    ['has no fixed amount', monthly, null, recurring({})],
    [
      'has no fixed amount',
      monthly,
      100,
      { ...recurring({}), transform_quantity: { divide_by: 5 } },
    ],
  ])('refuses one that %s', async (what, item, amount, over) => {
    stripe.addPrice('price_1', amount, { ...over })
    const asked = ask('pro', { pro: item })
    await expect(asked).rejects.toMatchObject({
      code: 'CATALOGUE_PRICE_UNUSABLE',
      message: expect.stringContaining(`catalogue.pro: price price_1 ${what}`),
    })
    expect(await known()).toEqual([])
  })

  test('takes one that recurs as the plan says, and a free one', async () => {
    stripe.addPrice('price_1', 0, recurring({ interval: 'week', interval_count: 2 }))
    const item = { kind: 'plan', price: 'price_1', interval: 'week', intervalCount: 2 } as const
    await expect(ask('pro', { pro: item })).resolves.toMatchObject({ orderId: expect.any(String) })
  })

  test('remembers what each was sold as, when a lookup key moves and an item is renamed', async () => {
    stripe.addPrice('price_old', 100, { ...recurring({}), lookup_key: 'pro' })
    const pro = { kind: 'plan', lookupKey: 'pro', interval: 'month' } as const
    await ask('pro', { pro })
    expect(await known()).toEqual([{ price_id: 'price_old', item_id: 'pro' }])
    stripe.addPrice('price_old', 100, { ...recurring({}), lookup_key: null })
    stripe.addPrice('price_new', 200, { ...recurring({}), lookup_key: 'pro' })
    await ask('pro_2', { pro_2: pro })
    expect(await known()).toEqual([
      { price_id: 'price_new', item_id: 'pro_2' },
      { price_id: 'price_old', item_id: 'pro' },
    ])
  })

  test('are asked about once a minute, and written once a change', async () => {
    stripe.addPrice('price_1', 100, recurring({}))
    let nowMs = 0
    let written = 0
    const database: Queryable = {
      async query<R extends Row>(sql: string, values: readonly unknown[] = []) {
        written += 1
        return await db.database.query<R>(sql, values)
      },
    }
    const clock = { now: () => nowMs }
    const catalogue = new Catalogue({
      items: { pro: monthly },
      stripe,
      clock,
      timeoutMs: 1,
      database,
    })
    for (let n = 0; n < 5; n += 1) {
      await catalogue.price('pro')
      nowMs += MINUTE_MS
    }
    expect(written).toBe(1)
    expect(await known()).toEqual([{ price_id: 'price_1', item_id: 'pro' }])
  })
})
