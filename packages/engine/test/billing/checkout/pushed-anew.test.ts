// Goal: a failure that Stripe recorded under a key does not stand in the way of what the catalogue defines.
// Method: a Stripe in memory that repeats a recorded failure under the same key, as Stripe does for a day.
import { beforeEach, expect, test } from 'vitest'
import { createCatalogueSync } from '../../../src/catalogue-sync/sync.ts'
import { EngineError } from '../../../src/errors.ts'
import { FakeStripe } from '../../support/fake-stripe.ts'

const catalogue = {
  poster: {
    lookupKey: 'poster',
    define: { name: 'Poster', currency: 'eur', unitAmount: 1_900 },
  },
} as const

let stripe: FakeStripe
/** How many further keys Stripe fails under, and those that it failed under. */
let failures: number
let failed: Set<string>

function failOnce(key: string): void {
  if (!failed.has(key)) {
    if (failures === 0) return
    failures -= 1
    failed.add(key)
  }
  throw new EngineError('STRIPE_FAILED', 'recorded')
}

beforeEach(() => {
  stripe = new FakeStripe()
  failures = 0
  failed = new Set()
  const product = stripe.createProduct.bind(stripe)
  const price = stripe.createPrice.bind(stripe)
  stripe.createProduct = async (params, options) => {
    failOnce(options.idempotencyKey)
    return await product(params, options)
  }
  stripe.createPrice = async (params, options) => {
    failOnce(options.idempotencyKey)
    return await price(params, options)
  }
})

const push = () => createCatalogueSync({ catalogue, stripe }).push()

test('what failed once is asked for under another key in the same run', async () => {
  failures = 1
  expect(await push()).toMatchObject([{ created: ['product', 'price'] }])
  expect(failed.size).toBe(1)
  expect(await push()).toMatchObject([{ created: [] }])
})

test('what failed twice is asked for anew when the push is repeated', async () => {
  failures = 2
  await expect(push()).rejects.toMatchObject({ code: 'STRIPE_FAILED', retryable: true })
  expect(await push()).toMatchObject([{ created: ['product', 'price'] }])
})
