// Goal: what a price is sold as is what the catalogue says now: naming a price reaches those who have it,
// and an item that is renamed is taken from nobody.
// Method: rows as the projections write them, then an engine of another catalogue that finds them.
import { describe, expect, test } from 'vitest'
import type { CatalogueItems } from '../../../src/catalogue.ts'
import { createEngine } from '../../../src/engine.ts'
import { readState } from '../../../src/pipeline/projections/access/inputs.ts'
import { renameItems } from '../../../src/pipeline/projections/access/items.ts'
import { accessRules } from '../../../src/pipeline/projections/access/rules.ts'
import { lockBuyer } from '../../../src/pipeline/projections/buyers/row.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { FakeStripe } from '../../support/fake-stripe.ts'
import { RecordingLogger, SECRET } from '../../support/shop.ts'
import { item, itemsOf, openDesk, subscription } from '../projections/desk.ts'
import { CATALOGUE, rulesOf } from './make.ts'
import { putBuyer, putOrder, putSubscription, settle } from './rows.ts'

const { pro, report, ...OTHERS } = CATALOGUE
const PRO = { kind: 'plan', price: 'price_pro', interval: 'month', features: ['export'] } as const
const REPORT = { price: 'price_report', features: ['report'] } as const
const RENAMED: CatalogueItems = { ...OTHERS, pro_monthly: PRO, full_report: REPORT }

describe.each(backends)('items of the catalogue on $name', (backend) => {
  const db = useDatabase(backend)

  /** What a deployment with this catalogue tells, once its sweep has found everybody. */
  async function deploy(catalogue: CatalogueItems): Promise<readonly string[]> {
    const heard: string[] = []
    const engine = createEngine({
      database: db.database,
      stripe: new FakeStripe(),
      mode: 'test',
      logger: new RecordingLogger(),
      endpoints: { default: { secrets: [SECRET] } },
      catalogue,
      processor: { mode: 'manual' },
      on: {
        'access.granted': ({ feature }) => void heard.push(`+${feature}`),
        'access.revoked': ({ feature }) => void heard.push(`-${feature}`),
      },
    })
    await engine.drain()
    return heard
  }

  const access = () =>
    db.database.query(
      'select feature, granted, reason, told, times_told from quittance.access order by feature',
    )
  const sold = (priceId: string, itemId: string) =>
    db.database.query(
      `insert into quittance.catalogue_prices (price_id, item_id, seen_at)
       values ($1, $2, quittance.now())`,
      [priceId, itemId],
    )

  test('a price that is named later gives its subscribers what it gives', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { item_id: null, price_id: 'price_2019' })
    expect(await settle(db.database, ada, rulesOf())).toEqual([])
    expect(await access()).toEqual([])
    const named = { ...CATALOGUE, pro: { ...PRO, formerPrices: ['price_2019'] } }
    expect(await deploy(named)).toEqual(['+export'])
    expect(await deploy(named)).toEqual([])
  })

  test.each([
    ['its lookup key', { lookup_key: 'pro_2019' }, { lookupKey: 'pro_2019' }],
    ['its price', {}, { price: 'price_2019' }],
  ])('%s names it as well', async (_, stored, named) => {
    const ada = await putBuyer(db.database, 'ada')
    const price = { item_id: null, price_id: 'price_2019', ...stored }
    await putSubscription(db.database, 'sub_1', price)
    await settle(db.database, ada, rulesOf())
    const old = { kind: 'plan', interval: 'month', features: ['export'], ...named } as const
    expect(await deploy({ ...CATALOGUE, old })).toEqual(['+export'])
  })

  test('an item that is renamed is taken from nobody, and nothing is told', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1')
    await putOrder(db.database, 'order_1', ada)
    expect(await settle(db.database, ada, rulesOf())).toHaveLength(2)
    const before = await access()
    expect(await deploy(RENAMED)).toEqual([])
    expect(await access()).toEqual(before)
    expect(await db.database.query('select item_id from quittance.buyer_subscriptions')).toEqual([
      { item_id: 'pro_monthly' },
    ])
    const [row] = await db.database.query('select rules from quittance.buyers')
    expect(row).toEqual({ rules: accessRules(RENAMED, {}).hash })
  })

  test('an order goes by its item while there is one of this name, then by its price', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putOrder(db.database, 'order_1', ada)
    await settle(db.database, ada, rulesOf())
    const extra = { price: 'price_report', features: ['extra'] }
    // Two items of one price: what was bought was the one of this name.
    expect(await deploy({ ...CATALOGUE, extra })).toEqual([])
    expect(await deploy({ ...OTHERS, pro: PRO, extra })).toEqual(['+extra', '-report'])
  })

  test('what a price was sold as counts where the catalogue does not name it', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { price_id: 'price_moved' })
    await putOrder(db.database, 'order_1', ada, { price_id: 'price_moved_too' })
    await settle(db.database, ada, rulesOf())
    await sold('price_moved', 'pro_monthly')
    await sold('price_moved_too', 'full_report')
    expect(await deploy(RENAMED)).toEqual([])
    expect(await access()).toMatchObject([
      { feature: 'export', granted: true },
      { feature: 'report', granted: true },
    ])
  })

  test('a price that no catalogue knows any more stays what it was', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1', { price_id: 'price_unnamed' })
    expect(await settle(db.database, ada, rulesOf())).toHaveLength(1)
    expect(await deploy({ ...CATALOGUE, other: { price: 'price_other' } })).toEqual([])
  })

  test('an item that left the catalogue with its price gives nothing any more', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1')
    await settle(db.database, ada, rulesOf())
    expect(await deploy({ ...OTHERS, report: REPORT })).toEqual(['-export'])
  })

  test('the rows of the items follow, and nothing else of them changes', async () => {
    const ada = await putBuyer(db.database, 'ada')
    await putSubscription(db.database, 'sub_1')
    await putSubscription(db.database, 'sub_2', { item_id: 'team' })
    await putSubscription(db.database, 'sub_3', { item_id: null, price_id: 'price_foreign' })
    const rules = accessRules(RENAMED, {})
    const rename = () =>
      db.database.transaction(async (tx) => {
        const buyer = await lockBuyer(tx, ada)
        if (buyer === null) throw new TypeError('the buyer is gone')
        await renameItems(tx, (await readState(tx, buyer)).subscriptions, rules)
      })
    const rows = () =>
      db.database.query(
        'select id, item_id, price_id, quantity from quittance.buyer_subscriptions order by id',
      )
    const before = await rows()
    await rename()
    const [first, ...others] = await rows()
    expect(first).toEqual({ ...before[0], item_id: 'pro_monthly' })
    expect(others).toEqual(before.slice(1))
    await rename()
    expect(await rows()).toEqual([first, ...others])
  })

  test('news of a subscription whose lookup key has moved on leave its item what it was', async () => {
    const desk = openDesk(db)
    const sells = (price: string, key: string | null) =>
      subscription({
        items: itemsOf(item('', { price: { id: price, lookup_key: key, product: 'prod_t' } })),
      })
    const stored = async () =>
      (await desk.rows('select price_id, item_id from quittance.subscription_items'))[0]
    await desk.tell(desk.put('customer.subscription.created', sells('price_a', 'team_monthly')))
    await desk.tell(desk.put('customer.subscription.updated', sells('price_a', null)))
    expect(await stored()).toEqual({ price_id: 'price_a', item_id: 'team' })
    expect(desk.counts()['access.revoked']).toBeUndefined()
    // Of another price nothing is known.
    await desk.tell(desk.put('customer.subscription.updated', sells('price_b', null)))
    expect(await stored()).toEqual({ price_id: 'price_b', item_id: null })
    expect(desk.counts()['access.revoked']).toBe(2)
  })
})
