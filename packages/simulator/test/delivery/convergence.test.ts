// Goal: a consumer that verifies, dedupes and fetches ends in the same state in calm weather and in any chaos; one that
// trusts the order of payloads does not. Method: one program per seed, run twice on one account with the same ids.
//
// CONVERGENCE_SEEDS=1000 npx vitest run packages/simulator/test/delivery/convergence.test.ts
import { isDeepStrictEqual } from 'node:util'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Chaos, SimulatedAccount } from '../../src/index.ts'
import { type Random, seededRandom } from '../../src/ports.ts'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { noonMs } from '../support.ts'
import { byPayload, byReference, type Consumer, consumer, type State } from './consumers.ts'

const seeds = Number(process.env.CONVERGENCE_SEEDS ?? 60)
/** As in live mode, where a delivery is tried for days: with three retries chaos could lose an event for good. */
const retries = 20
const storm: Omit<Chaos, 'seed'> = {
  duplicate: 0.3,
  twin: 0.2,
  reorderWindow: 6,
  drop: 0.2,
  errorBefore: 0.15,
  errorAfter: 0.15,
}

let simulator: CheckedSimulator

beforeAll(async () => {
  simulator = await checkedSimulator({
    seed: 'convergence',
    delivery: 'manual',
    now: () => noonMs,
    retrySchedule: Array.from({ length: retries }, () => 60),
  })
})

afterAll(() => simulator.close())

interface Bench {
  readonly account: SimulatedAccount
  readonly stripe: Stripe
}

function benchOf(seed: number): Bench {
  const apiKey = `sk_test_convergence_${seed}`
  const { port } = simulator
  const options = { host: '127.0.0.1', port, protocol: 'http', telemetry: false } as const
  return { account: simulator.account(apiKey), stripe: new Stripe(apiKey, options) }
}

/**
 * A shop's day: a session paid by its first or second card, then refunded in one or two parts. Only what Stripe tells of:
 * of a change without an event, such as an intent's metadata, nobody learns but by chance.
 */
async function* shopDay({ stripe }: Bench, random: Random): AsyncGenerator<void> {
  const one = <T>(...of: readonly [T, ...T[]]): T =>
    of[Math.floor(random.next() * of.length)] ?? of[0]
  const product = await stripe.products.create({ name: 'Notebook' })
  const price = await stripe.prices.create({
    currency: 'eur',
    unit_amount: 1500,
    product: product.id,
  })
  yield
  for (const name of one(['Notebook, ruled'], ['Notebook, plain', 'Notebook, dotted'])) {
    await stripe.products.update(product.id, { name })
    yield
  }
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example/thanks',
    line_items: [{ price: price.id, quantity: 2 }],
  })
  const cards = one(
    ['pm_card_visa'],
    ['pm_card_visa_chargeDeclined', 'pm_card_visa'],
    ['pm_card_mastercard'],
  )
  for (const card of cards) {
    await pay(stripe, session.id, card)
    yield
  }
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id)
  if (typeof intent !== 'string') throw new Error('the session was not paid')
  for (const amount of one([3000], [1000], [1000, 2000])) {
    await stripe.refunds.create({ payment_intent: intent, amount })
    yield
  }
}

/** As the official CLI does it; a declined card is an answer, too. */
async function pay(stripe: Stripe, session: string, card: string): Promise<void> {
  const path = `/v1/payment_pages/${session}/confirm`
  const params = { payment_method: card, expected_amount: 3000 }
  await stripe.rawRequest('POST', path, params).catch((error: unknown) => {
    if (!(error instanceof Stripe.errors.StripeCardError)) throw error
  })
}

/** Runs the seed's day in this weather; deliveries fall between its steps, and every retry is played out. */
async function run(seed: number, weather: Chaos | null, target: Consumer): Promise<State> {
  const bench = benchOf(seed)
  const { account, stripe } = bench
  account.reset()
  target.start(stripe, account.addWebhookEndpoint({ url: target.url }).secret)
  account.chaos(weather)
  const random = seededRandom(`day:${seed}`)
  for await (const _ of shopDay(bench, random)) {
    const pause = random.next()
    if (pause < 0.3) continue
    await account.drain()
    if (pause > 0.6) account.advance(90)
  }
  for (let round = 0; round <= retries; round += 1) {
    await account.drain()
    account.advance(60)
  }
  return target.state()
}

/** What the API itself says in the end of everything that the consumer knows. */
async function truth(seed: number, known: State): Promise<State> {
  const { stripe } = benchOf(seed)
  const state: State = {}
  for (const [id, object] of Object.entries(known)) {
    const event = { data: { object } }
    await byReference(event as Stripe.Event, state, stripe)
    expect(state[id]).toBeDefined()
  }
  return state
}

test(`over ${seeds} seeds the reference consumer ends with what calm weather and the API say`, {
  timeout: 60_000 + seeds * 600,
}, async () => {
  const reference = await consumer(byReference)
  const diverged: number[] = []
  for (let seed = 0; seed < seeds; seed += 1) {
    const calm = await run(seed, null, reference)
    const rough = await run(seed, { seed, ...storm }, reference)
    if (!isDeepStrictEqual(rough, calm)) diverged.push(seed)
    if (seed % 20 === 0) expect(await truth(seed, rough)).toEqual(rough)
    simulator.account(`sk_test_convergence_${seed}`).reset()
  }
  await reference.close()
  expect(diverged).toEqual([])
  // The storm was one: much of what came had come before.
  const { deliveries, repeated } = reference.counts()
  expect(repeated).toBeGreaterThan(deliveries * 0.1)
})

test('a consumer that trusts the order of payloads ends elsewhere', async () => {
  const naive = await consumer(byPayload)
  const diverged: number[] = []
  for (let seed = 0; seed < 12; seed += 1) {
    const calm = await run(seed, null, naive)
    const rough = await run(seed, { seed, ...storm }, naive)
    if (!isDeepStrictEqual(rough, calm)) diverged.push(seed)
  }
  await naive.close()
  expect(diverged.length).toBeGreaterThan(0)
})
