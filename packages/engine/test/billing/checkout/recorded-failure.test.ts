// Goal: a failure that Stripe keeps under an idempotency key costs the buyer one try, not a day.
// Method: the official SDK over a Stripe that answers 500, keeps it by key, and replays it as Stripe does.
import Stripe from 'stripe'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/api.ts'
import { createEngine } from '../../../src/engine.ts'
import { stripeFromSdk } from '../../../src/stripe/sdk.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { RecordingLogger, SECRET } from '../../support/shop.ts'
import { PLANS } from './plan-shop.ts'

const PRICE = {
  id: 'price_pro',
  object: 'price',
  active: true,
  currency: 'eur',
  type: 'recurring',
  unit_amount: 2_000,
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
  product: { id: 'prod_1', object: 'product', active: true },
}
const BROKEN = { error: { type: 'api_error', message: 'An unknown error occurred' } }

/** Fails the first request of a path, and by its key every repeat of it. */
class FailingStripe {
  /** Path and key of everything that was asked for. */
  readonly asked: string[] = []
  /** Paths whose next new key fails. */
  readonly failing = new Set<string>()
  /** Whether a failure is kept, and replayed. */
  keeps = true
  readonly #failed = new Set<string>()

  readonly sdk = new Stripe('sk_test_x', {
    httpClient: Stripe.createFetchHttpClient(async (input, init) => {
      const { pathname } = new URL(String(input))
      return this.#answer(pathname, new Headers(init?.headers).get('idempotency-key') ?? '')
    }),
  })

  keysOf(path: string): readonly string[] {
    return [...new Set(this.asked.filter((each) => each.startsWith(`${path} `)))]
  }

  #answer(path: string, key: string): Response {
    if (path.startsWith('/v1/prices/')) return Response.json(PRICE)
    const request = `${path} ${key}`
    this.asked.push(request)
    if (this.#failed.has(request)) {
      return Response.json(BROKEN, { status: 500, headers: { 'Idempotent-Replayed': 'true' } })
    }
    if (this.failing.delete(path)) {
      if (this.keeps) this.#failed.add(request)
      const headers = this.keeps ? {} : { 'Stripe-Should-Retry': 'false' }
      return Response.json(BROKEN, { status: 500, headers })
    }
    return path === '/v1/customers'
      ? Response.json({ id: 'cus_1', object: 'customer' })
      : Response.json({ id: 'cs_1', url: 'https://pay.example/cs_1', status: 'open' })
  }
}

const CUSTOMERS = '/v1/customers'
const SESSIONS = '/v1/checkout/sessions'

describe.each(backends)('a failure that Stripe recorded, on $name', (backend) => {
  const db = useDatabase(backend)
  let stripe: FailingStripe
  let engine: Engine
  beforeEach(() => {
    stripe = new FailingStripe()
    engine = createEngine({
      database: db.database,
      stripe: stripe.sdk,
      mode: 'test',
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: { pro: PLANS.pro },
      processor: { mode: 'manual' },
      logger: new RecordingLogger(),
    })
  })

  const failed = { code: 'STRIPE_FAILED', status: 502, retryable: true }
  const ask = () =>
    engine.checkout.createSession({
      body: { itemId: 'pro', quantity: 1 },
      identity: { userId: 'user_1' },
      browser: null,
      idempotencyKey: 'key-1',
    })

  test('is told from one whose outcome is unknown', async () => {
    const port = stripeFromSdk(stripe.sdk)
    const make = (idempotencyKey: string) =>
      port.createCustomer({}, { idempotencyKey, timeoutMs: 5_000 })
    stripe.failing.add(CUSTOMERS)
    await expect(make('key-1')).rejects.toMatchObject(failed)
    stripe.failing.add(CUSTOMERS)
    stripe.keeps = false
    await expect(make('key-2')).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' })
  })

  test('lets the customer be asked for anew', async () => {
    stripe.failing.add(CUSTOMERS)
    await expect(engine.customers.ensure({ userId: 'user_1' })).rejects.toMatchObject(failed)
    expect(await engine.customers.ensure({ userId: 'user_1' })).toEqual({ customerId: 'cus_1' })
    expect(stripe.keysOf(CUSTOMERS)).toHaveLength(2)
  })

  test('lets the session be asked for anew, for the same order', async () => {
    stripe.failing.add(SESSIONS)
    await expect(ask()).rejects.toMatchObject(failed)
    const { orderId } = await ask()
    const keys = [`${SESSIONS} ${orderId}:1`, `${SESSIONS} ${orderId}:2`]
    expect(stripe.keysOf(SESSIONS)).toEqual(keys)
    expect(await engine.orders.list()).toHaveLength(1)
  })

  test('is nothing to go by while it is not recorded: the same key is sent again', async () => {
    stripe.failing.add(SESSIONS)
    stripe.keeps = false
    await expect(ask()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' })
    await ask()
    expect(stripe.keysOf(SESSIONS)).toHaveLength(1)
  })
})
