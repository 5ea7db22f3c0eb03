// Goal: over a year the database says what Stripe says, and no request goes out beyond the limiter.
// Method: many subscribers live by the account's clock, in virtual time; a rough post between Stripe and us.
import { mkdirSync, writeFileSync } from 'node:fs'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../support/databases.ts'
import { busiest } from '../support/virtual-time.ts'
import { disagreements } from './brute-access.ts'
import { readBuyer } from './buyer-at-stripe.ts'
import { type EngineShop, openEngineShop } from './engine-shop.ts'
import { faultsOfObservations } from './permute/agreement.ts'
import { differences } from './permute/compare.ts'
import { billingOf, CATALOGUE } from './permute/offers.ts'
import { type Rows, readRows } from './permute/rows.ts'
import { askStripe } from './permute/stripe-says.ts'
import { readTold, type Told } from './permute/told.ts'
import { openWorld, type World } from './permute/world.ts'
import { Post } from './post.ts'
import { playYear, seeded } from './year.ts'

const SUBSCRIBERS = Number(process.env.YEAR_SUBSCRIBERS ?? 6)
/** One connection and no second process: the same year, of few. */
const SUBSCRIBERS_EMBEDDED_MAX = 4
const DAYS = Number(process.env.YEAR_DAYS ?? 365)
const SEED = process.env.YEAR_SEED ?? 'a year of the engine'
const WORKERS = 4
/** Deliveries at the same time. */
const AT_ONCE = 64

/**
 * The budget of `processor/budget.ts`: 20 requests a second, and 10 that an idle account may send
 * at once. In a span of one second with both its ends that is 30 requests, in a minute 1210.
 */
const RATE = 20
const BURST = 10
const most = (seconds: number) => RATE * seconds + BURST

/** What the checkout and the customers ask for by themselves, while a buyer waits. */
const UNLIMITED = /^(GET \/v1\/prices|POST \/v1\/(customers|checkout\/sessions)$)/

/** The facts that follow from what Stripe has, as they are to be told: each once. */
function factsOf({ subscriptions = [], invoices = [] }: Rows): readonly string[] {
  const paid = invoices.filter(({ status }) => status === 'paid')
  return [
    ...paid.map(({ id }) => `invoice.paid ${id}`),
    ...paid
      .filter(({ billing_reason: reason }) => reason === 'subscription_cycle')
      .map(({ id, subscription_id: subscription }) => `subscription.renewed ${subscription} ${id}`),
    ...subscriptions
      .filter(({ status }) => status === 'canceled')
      .map(({ id }) => `subscription.canceled ${id}`),
  ].sort()
}

const COMPARED: readonly string[] = [
  'invoice.paid',
  'subscription.renewed',
  'subscription.canceled',
]

const factsTold = (told: readonly Told[]): readonly string[] =>
  told
    .filter(({ name }) => COMPARED.includes(name))
    .map(({ name, subject }) => `${name} ${subject}`)
    .sort()

const BILLING = billingOf('strict')
const RULES = { catalogue: CATALOGUE, policies: BILLING.policies ?? {} }
/** Of the customers, other ones each month: each costs requests of the test's own. */
const SAMPLE_MAX = 20

/** Where access is not what a brute-force reading of Stripe's objects comes to. */
async function accessFaults(
  { engine, stage, time }: EngineShop,
  customers: readonly string[],
): Promise<readonly string[]> {
  const at = time.nowMs / 1000
  const faults: string[] = []
  for (const customerId of customers) {
    const keys = { customers: [customerId], purchases: [] }
    const buyer = await readBuyer(stage.stripe, keys)
    const ask = (moment: Date) => engine.access.get({ customerId }, { at: moment })
    const found = await disagreements(ask, buyer, RULES, [at])
    faults.push(...found.map((fault) => `${customerId}: ${fault}`))
  }
  return faults
}

describe.each(backends)('a year on $name', (backend) => {
  const isEmbedded = backend.name === 'pglite'
  const subscribers = isEmbedded ? Math.min(SUBSCRIBERS, SUBSCRIBERS_EMBEDDED_MAX) : SUBSCRIBERS
  let world: World | undefined
  beforeAll(async () => {
    world = await openWorld(SEED, [backend])
  })
  afterAll(async () => {
    await world?.close()
  })

  test(`of ${subscribers} subscribers`, { timeout: 900_000 }, async () => {
    const started = performance.now()
    const database = world?.databases[0]
    if (world === undefined || database === undefined) throw new TypeError('there is no world')
    const workers = isEmbedded ? 1 : WORKERS
    const selling = { catalogue: CATALOGUE, billing: BILLING }
    const shop = await openEngineShop({ world, database, ...selling, workers })
    const { stage, time } = shop
    const post = new Post(seeded(`${SEED}: post`))
    let events = 0
    let months = 0

    const bring = async (bundle: readonly Stripe.Event[]) => {
      for (let from = 0; from < bundle.length; from += AT_ONCE) {
        await shop.deliver(bundle.slice(from, from + AT_ONCE))
      }
      await shop.drain()
    }

    const compare = async () => {
      await bring(post.rest())
      await shop.settle()
      const stripe = await askStripe(stage.stripe)
      const rows = await readRows(database.database)
      const told = await readTold(database.database)
      expect(stripe.subscriptions?.length).toBeGreaterThan(0)
      expect(differences(rows, { name: 'Stripe', rows: stripe, stripe, also: rows })).toEqual([])
      expect(faultsOfObservations(told, rows)).toEqual([])
      expect(factsTold(told)).toEqual(factsOf(stripe))
      const open = await database.database.query(
        `select seq, state, reason from quittance.dispatch where state not in ('done', 'ignored')`,
      )
      expect(open).toEqual([])
      const customers = [
        ...new Set((stripe.subscriptions ?? []).map((row) => `${row.customer_id}`)),
      ]
      const every = Math.ceil(customers.length / SAMPLE_MAX)
      const sample = customers.filter((_, index) => index % every === months % every)
      expect(await accessFaults(shop, sample)).toEqual([])
      months += 1
    }

    await playYear({
      seed: SEED,
      subscribers,
      stage,
      days: DAYS,
      async onDay() {
        await shop.followClock()
        const news = stage.news()
        events += news.length
        for (const bundle of post.bundles(news)) await bring(bundle)
      },
      onMonthEnd: compare,
    })

    const calls = time.sent.filter(({ ticketed }) => ticketed)
    const seconds = (performance.now() - started) / 1000
    const figure = {
      subscribers,
      days: DAYS,
      events,
      deliveries: post.deliveries,
      calls: calls.length,
      callsPerEvent: Math.round((calls.length / events) * 1000) / 1000,
      months,
      seconds: Math.round(seconds * 10) / 10,
      maxCallsPerSecond: busiest(calls, 1_000),
    }
    console.info(backend.name, JSON.stringify(figure))

    expect(time.faults).toEqual([])
    // Every ticket was for a request, and every request but those of the checkout had a ticket.
    expect(calls.length).toBe(time.tickets)
    const others = time.sent.filter(({ ticketed }) => !ticketed).map(({ what }) => what)
    expect(others.filter((what) => !UNLIMITED.test(what))).toEqual([])
    expect(figure.maxCallsPerSecond).toBeLessThanOrEqual(most(1))
    expect(busiest(calls, 60_000)).toBeLessThanOrEqual(most(60))
    expect(figure.callsPerEvent).toBeLessThanOrEqual(0.5)
    mkdirSync('artifacts/figures', { recursive: true })
    if (!isEmbedded) writeFileSync('artifacts/figures/billing-year.json', JSON.stringify(figure))
  })
})
