// Goal: whatever a buyer has been through, access by the engine is access by a brute-force reading of Stripe's objects.
// Method: fast-check draws the shop's policies and a history; its news comes in any order, twice, and late.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccessPolicies, CatalogueItems } from '../../../src/catalogue.ts'
import { backends } from '../../support/databases.ts'
import { bruteAccess, disagreements, type Rules, turnsOf } from '../brute-access.ts'
import { readBuyer } from '../buyer-at-stripe.ts'
import { openEngineShop } from '../engine-shop.ts'
import { type GoodName, offerOf } from '../flows/goods.ts'
import { faultsOfObservations } from '../permute/agreement.ts'
import { Dice } from '../permute/dice.ts'
import { billingOf, CATALOGUE } from '../permute/offers.ts'
import { readRows } from '../permute/rows.ts'
import { readTold } from '../permute/told.ts'
import { openWorld, type RunDatabase, type World } from '../permute/world.ts'
import { anyDeed, signUp } from './deeds.ts'
import { Life, USER } from './life.ts'

const HISTORIES = Number(process.env.ACCESS_HISTORIES ?? 8)
const DEEDS_MAX = Number(process.env.ACCESS_DEEDS ?? 16)
/** A history is looked at after about so many deeds, and in the end. */
const DEEDS_BETWEEN_LOOKS = 6

const either = fc.constantFrom('keep', 'revoke')
const POLICIES: { [Name in keyof AccessPolicies]: fc.Arbitrary<AccessPolicies[Name]> } = {
  pastDueGraceDays: fc.constantFrom(0, 2, 7, 30),
  partialRefund: either,
  fullRefund: either,
  inquiry: either,
  chargeback: either,
  disputeLost: either,
  canceledNow: fc.constantFrom('ends_now', 'paid_through'),
  collectionVoided: either,
}
const policies = fc.record(POLICIES, { requiredKeys: [] })
const accessDays = fc.option(fc.constantFrom(1, 30), { nil: undefined, freq: 2 })

const shopkeeper = fc.record({
  policies,
  /** What is said of a good goes before what is said of all. */
  ofGoods: fc.record({ pro: policies, team: policies, poster: policies }, { requiredKeys: [] }),
  posterDays: accessDays,
})
type Shopkeeper = typeof shopkeeper extends fc.Arbitrary<infer T> ? T : never

const history = fc.record({
  shopkeeper,
  seed: fc.nat(),
  deeds: fc
    .tuple(signUp, fc.array(anyDeed, { maxLength: DEEDS_MAX, size: 'max' }))
    .map(([first, rest]) => [first, ...rest]),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

function catalogueOf({ ofGoods, posterDays }: Shopkeeper): CatalogueItems {
  const byGood: Partial<Record<GoodName, Partial<AccessPolicies>>> = ofGoods
  return Object.fromEntries(
    Object.entries(CATALOGUE).map(([itemId, item]) => {
      const { good } = offerOf(itemId)
      const own = byGood[good]
      const days = good === 'poster' && posterDays !== undefined ? { accessDays: posterDays } : {}
      return [itemId, { ...item, ...days, ...(own === undefined ? {} : { policies: own }) }]
    }),
  )
}

const secondsOf = (date: Date | null): number | null =>
  date === null ? null : date.getTime() / 1000

/** Just before, at, and just after; a moment that is no whole second is one of ours. */
const around = (turn: number): readonly number[] => [turn - 1, turn - 0.001, turn, turn + 1]

async function look(life: Life, rules: Rules): Promise<readonly string[]> {
  await life.hearsAll()
  const { engine, time } = life.shop
  const customer = await life.customer()
  const purchases = await Promise.all(
    life.sales.map(async (sale) => ({
      ...sale,
      fulfilledAt: (await engine.orders.get(sale.orderId))?.fulfilledAt ?? null,
    })),
  )
  const customers = customer === null ? [] : [customer]
  const buyer = await readBuyer(life.stripe, { customers, purchases })
  const known = await engine.access.get({ userId: USER })
  const ends = known.flatMap(({ until }) => secondsOf(until) ?? [])
  const turns = known.flatMap(({ feature }) => turnsOf(buyer, feature, rules))
  const now = time.nowMs / 1000
  const ask = (at: Date) => engine.access.get({ userId: USER }, { at })
  const moments = [now, ...[...turns, ...ends].flatMap(around)]
  const faults = [...(await disagreements(ask, buyer, rules, moments))]
  for (const { feature } of known) {
    const { granted } = bruteAccess(buyer, feature, rules, now)
    if ((await engine.access.can({ userId: USER }, feature)) !== granted) {
      faults.push(`can() says of ${feature} that it is ${granted ? 'not ' : ''}granted`)
    }
  }
  const on = life.shop.database.database
  return [...faults, ...faultsOfObservations(await readTold(on), await readRows(on))]
}

interface Played {
  readonly faults: readonly string[]
  readonly story: readonly string[]
  readonly events: number
}

async function live(world: World, database: RunDatabase, drawn: History): Promise<Played> {
  world.restock()
  await database.empty()
  const catalogue = catalogueOf(drawn.shopkeeper)
  const rules = { catalogue, policies: drawn.shopkeeper.policies }
  const billing = { ...billingOf('kind'), policies: rules.policies }
  const shop = await openEngineShop({ world, database, catalogue, billing })
  const life = new Life(shop, new Dice(String(drawn.seed)))
  const story: string[] = []
  const faults: string[] = []
  let sinceLook = 0
  for (const deed of drawn.deeds) {
    const outcome = await life.tries(() => deed.act(life))
    story.push(
      `${new Date(life.stage.account.now() * 1000).toISOString()} ${deed.text}: ${outcome}`,
    )
    sinceLook += outcome === 'done' ? 1 : 0
    if (sinceLook < DEEDS_BETWEEN_LOOKS) continue
    sinceLook = 0
    faults.push(...(await look(life, rules)))
    story.push('looked at')
    if (faults.length > 0) break
  }
  if (faults.length === 0) faults.push(...(await look(life, rules)))
  return { faults, story, events: life.stage.account.events().length }
}

describe('access after any history', () => {
  let world: World | undefined
  beforeAll(async () => {
    world = await openWorld('histories', backends)
  })
  afterAll(async () => {
    await world?.close()
  })

  test('is what Stripe’s objects come to', { timeout: 900_000 }, async () => {
    const opened = world
    if (opened === undefined) throw new TypeError('the world is open only while tests run')
    const deeds = new Map<string, number>()
    let runs = 0
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        const database = opened.databases[runs % opened.databases.length]
        if (database === undefined) throw new TypeError('there is no database')
        runs += 1
        const { faults, story } = await live(opened, database, drawn)
        for (const line of story) {
          const name = /^\S+ ([a-z ]+?)(?: \w+=.*)?: (.*)$/.exec(line)
          if (name !== null) {
            const key = `${name[1]}: ${name[2]}`
            deeds.set(key, (deeds.get(key) ?? 0) + 1)
          }
        }
        if (faults.length === 0) return
        const shop = JSON.stringify(drawn.shopkeeper)
        throw new Error([...faults.slice(0, 8), '', shop, ...story].join('\n'))
      }),
      {
        numRuns: HISTORIES,
        ...(process.env.ACCESS_SEED ? { seed: Number(process.env.ACCESS_SEED) } : {}),
        ...(process.env.ACCESS_PATH ? { path: process.env.ACCESS_PATH } : {}),
        endOnFailure: process.env.ACCESS_SHRINK === 'no',
      },
    )
    console.info(Object.fromEntries([...deeds].sort()))
    expect(runs).toBeGreaterThanOrEqual(process.env.ACCESS_PATH ? 1 : HISTORIES)
  })
})
