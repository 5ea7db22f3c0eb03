// Goal: the catalogue in the configuration becomes products and prices, and drift is told, never mended.
// Method: the CLI in this process, the official SDK, and the simulator as Stripe; no database, no server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulator, type Simulator } from '@quittance/simulator'
import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/main.ts'

const KEY = 'sk_test_catalogue'
const CATALOGUE = {
  'pro.monthly': {
    kind: 'plan',
    lookupKey: 'pro',
    interval: 'month',
    features: ['export'],
    define: { name: 'Pro', description: 'All of it', unitAmount: 2_000, currency: 'eur' },
  },
  quarter: {
    kind: 'plan',
    lookupKey: 'quarter',
    interval: 'month',
    intervalCount: 3,
    define: { name: 'Pro, by the quarter', unitAmount: 5_500, currency: 'eur' },
  },
  poster: {
    lookupKey: 'poster',
    define: { name: 'Poster', unitAmount: 1_500, currency: 'jpy' },
  },
}

let directory: string
let simulator: Simulator
let stripe: Stripe

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-catalog-'))
  simulator = await createSimulator({ delivery: 'manual' })
  stripe = new Stripe(KEY, {
    host: '127.0.0.1',
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
  })
})
afterAll(async () => {
  await simulator.close()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(() => simulator.reset())

async function run(words: string, file: object = { catalogue: CATALOGUE }) {
  writeFileSync(join(directory, 'quittance.config.json'), JSON.stringify(file))
  let out = ''
  let err = ''
  const environment = { STRIPE_API_KEY: KEY, STRIPE_API_BASE: simulator.url }
  const code = await runCli(
    words.split(' '),
    {
      environment,
      directory,
      terminal: false,
      print: (text) => {
        out += text
      },
      complain: (text) => {
        err += text
      },
    },
    '1.2.3',
  )
  return { code, out, err }
}

interface Row {
  readonly itemId: string
  readonly state: string
  readonly priceId: string | null
  readonly productId: string | null
  readonly differences: readonly { field: string; catalogue: unknown; stripe: unknown }[]
  readonly created?: readonly string[]
}

async function rows(words: string, file?: object): Promise<{ code: number; rows: readonly Row[] }> {
  const { code, out } = await run(`${words} --json`, file)
  return { code, rows: JSON.parse(out) }
}

const rowOf = async (itemId: string, file?: object): Promise<Row | undefined> =>
  (await rows('catalog diff', file)).rows.find((row) => row.itemId === itemId)

describe('catalog push', () => {
  it('makes what is missing, once, and diff agrees', async () => {
    const before = await rows('catalog diff')
    expect(before.code).toBe(1)
    expect(before.rows.map(({ state }) => state)).toEqual(['missing', 'missing', 'missing'])
    expect((await stripe.products.list()).data).toEqual([])

    const pushed = await rows('catalog push')
    expect(pushed.code).toBe(0)
    expect(pushed.rows.map(({ created }) => created)).toEqual(
      Array.from({ length: 3 }, () => ['product', 'price']),
    )
    const [pro] = (await stripe.prices.list({ lookup_keys: ['pro'] })).data
    expect(pro).toMatchObject({
      unit_amount: 2_000,
      currency: 'eur',
      recurring: { interval: 'month', interval_count: 1 },
      metadata: { quittance_item: 'pro.monthly' },
    })
    const product = await stripe.products.retrieve(String(pro?.product))
    expect(product).toMatchObject({ name: 'Pro', description: 'All of it' })

    const again = await rows('catalog push')
    expect(again.code).toBe(0)
    expect(again.rows.map(({ created }) => created)).toEqual([[], [], []])
    expect((await stripe.products.list()).data).toHaveLength(3)
    expect(await run('catalog diff')).toMatchObject({ code: 0, err: '' })
  })

  it('goes on where it was cut in two, and takes no product of somebody else', async () => {
    await stripe.products.create({
      id: 'quittance_poster',
      name: 'Poster',
      metadata: { quittance_item: 'poster' },
    })
    await stripe.products.create({ id: 'quittance_quarter', name: 'Mine' })
    const { code, rows: pushed } = await rows('catalog push')
    expect(code).toBe(1)
    expect(pushed).toMatchObject([
      { itemId: 'pro.monthly', state: 'same', created: ['product', 'price'] },
      { itemId: 'quarter', state: 'missing', priceId: null, created: [] },
      { itemId: 'poster', state: 'same', created: ['price'], productId: 'quittance_poster' },
    ])
    expect(pushed[1]?.differences).toMatchObject([{ field: 'product' }])
    expect((await stripe.prices.list({ product: 'quittance_quarter' })).data).toEqual([])
  })
})

describe('catalog diff', () => {
  it('names every drift, and push changes nothing of it', async () => {
    await rows('catalog push')
    const pro = CATALOGUE['pro.monthly']
    const define = { name: 'Pro+', description: 'More', unitAmount: 2_500, currency: 'usd' }
    const moved = {
      catalogue: { ...CATALOGUE, 'pro.monthly': { ...pro, interval: 'year', define } },
    }
    const drift = [
      { field: 'interval', catalogue: 'every year', stripe: 'every month' },
      { field: 'amount', catalogue: 2_500, stripe: 2_000 },
      { field: 'currency', catalogue: 'usd', stripe: 'eur' },
      { field: 'name', catalogue: 'Pro+', stripe: 'Pro' },
      { field: 'description', catalogue: 'More', stripe: 'All of it' },
    ]
    expect(await rowOf('pro.monthly', moved)).toMatchObject({ state: 'drift', differences: drift })
    const pushed = await rows('catalog push', moved)
    expect(pushed.code).toBe(1)
    expect(pushed.rows[0]).toMatchObject({ state: 'drift', differences: drift, created: [] })
    expect(await rowOf('pro.monthly')).toMatchObject({ state: 'same' })
    const text = await run('catalog diff', moved)
    expect(text.code).toBe(1)
    expect(text.out).toMatch(/pro\.monthly +drift .*amount: catalogue 2500, Stripe 2000/)
  })

  it('sees what was archived', async () => {
    await rows('catalog push')
    const [price] = (await stripe.prices.list({ lookup_keys: ['poster'] })).data
    await stripe.prices.update(price?.id ?? '', { active: false })
    await stripe.products.update('quittance_pro.monthly', { active: false })
    expect(await rowOf('poster')).toMatchObject({
      state: 'drift',
      differences: [{ field: 'price', catalogue: 'active', stripe: 'archived' }],
    })
    expect(await rowOf('pro.monthly')).toMatchObject({
      state: 'drift',
      differences: [{ field: 'product', catalogue: 'active', stripe: 'archived' }],
    })
  })

  it('checks what the catalogue only names, and says what push cannot make', async () => {
    const { id: product } = await stripe.products.create({ name: 'Mug' })
    const { id: price } = await stripe.prices.create({ product, currency: 'eur', unit_amount: 900 })
    const catalogue = {
      mug: { price },
      plan: { kind: 'plan', price, interval: 'month' },
      gone: { price: 'price_gone' },
      undefined: { lookupKey: 'nowhere' },
    }
    const { code, rows: found } = await rows('catalog push', { catalogue })
    expect(code).toBe(1)
    expect(found).toMatchObject([
      { itemId: 'mug', state: 'same', priceId: price, productId: product },
      {
        itemId: 'plan',
        state: 'drift',
        differences: [{ field: 'interval', catalogue: 'every month', stripe: null }],
      },
      { itemId: 'gone', state: 'missing', priceId: 'price_gone', created: [] },
      { itemId: 'undefined', state: 'missing', differences: [{ field: 'define' }], created: [] },
    ])
    const { out } = await run('catalog diff', { catalogue })
    expect(out).toMatch(/gone +missing +price_gone +no such price/)
    expect(out).toMatch(/undefined +missing +– +no define in the catalogue/)
    expect((await stripe.products.list()).data).toHaveLength(1)
  })

  it('of an empty catalogue is nothing, and of a wrong one a word', async () => {
    expect(await run('catalog diff', {})).toEqual({
      code: 0,
      out: 'The catalogue is empty.\n',
      err: '',
    })
    const wrong = {
      catalogue: { pro: { kind: 'plan', lookupKey: 'pro', interval: 'month', trialDays: 0 } },
    }
    const { code, err } = await run('catalog diff', wrong)
    expect(code).not.toBe(0)
    expect(err).toContain('catalogue.pro.trialDays must be a whole number from 1 to 730')
  })
})
