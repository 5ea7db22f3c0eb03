// Goal: the server takes a payment by configuration alone: environment, and one file beside it.
// Method: the built `quittance serve` as a process, the simulator here, and Stripe's own SDK.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createSimulator, type Simulator } from '@quittance/simulator'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from './support/demo.ts'

const CLI = fileURLToPath(new URL('../packages/server/bin/quittance.js', import.meta.url))
const KEY = 'sk_test_standalone1234'
const SECRET = 'whsec_standalone'

interface Serving {
  readonly url: string
  readonly child: ChildProcess
}

let directory: string
let simulator: Simulator
let stripe: Stripe
const children: ChildProcess[] = []

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-standalone-'))
  simulator = await createSimulator({ port: 0 })
  const { hostname, port } = new URL(simulator.url)
  stripe = new Stripe(KEY, { host: hostname, port, protocol: 'http', telemetry: false })
  const product = await stripe.products.create({ name: 'Poster' })
  await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 3_200,
    lookup_key: 'poster',
  })
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await simulator.close()
  rmSync(directory, { recursive: true, force: true })
})

function start(configFile: string): ChildProcess {
  const child = spawn(process.execPath, [CLI, 'serve', '--json', '--config', configFile], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      STRIPE_API_KEY: KEY,
      STRIPE_API_BASE: simulator.url,
      STRIPE_WEBHOOK_SECRET_SHOP: SECRET,
      DATA_DIR: join(directory, 'data'),
      FULFILLED_FILE: join(directory, 'fulfilled.txt'),
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  return child
}

async function serve(configFile: string): Promise<Serving> {
  const child = start(configFile)
  if (child.stdout === null) throw new Error('no standard output')
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line')
  const { url }: { url: string } = JSON.parse(String(line))
  simulator.account(KEY).addWebhookEndpoint({ url: `${url}/webhooks/stripe/shop`, secret: SECRET })
  return { url, child }
}

/** What the buyer's browser does on the payment page, without one. */
async function payFor(sessionId: string, amount: number): Promise<void> {
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  const body = { payment_method: method.id, expected_amount: amount }
  await stripe.rawRequest('POST', `/v1/payment_pages/${sessionId}/confirm`, body)
}

describe('quittance serve', { timeout: 120_000 }, () => {
  it('takes a payment with a catalogue and a handler from its file', async () => {
    const file = join(directory, 'shop.config.mjs')
    writeFileSync(
      file,
      `import { appendFileSync } from 'node:fs'
      export default {
        catalogue: { poster: { lookupKey: 'poster' } },
        on: {
          'order.fulfilled': ({ order }) => {
            appendFileSync(process.env.FULFILLED_FILE, order.itemId + ' x' + order.quantity + '\\n')
          },
        },
      }`,
    )
    const { url, child } = await serve(file)
    const created = await fetch(`${url}/api/checkout/create-session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ itemId: 'poster', quantity: 2 }),
    })
    expect(created.status).toBe(201)
    const cookie = (created.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const made: { orderId: string; sessionId: string } = JSON.parse(await created.text())
    await payFor(made.sessionId, 6_400)
    const shown = await until('a fulfilled order', async () => {
      const answer = await fetch(`${url}/success?session_id=${made.sessionId}`, {
        headers: { accept: 'application/json', cookie },
      })
      const view: { status: string } = JSON.parse(await answer.text())
      return view.status === 'fulfilled' ? view : null
    })
    expect(shown).toMatchObject({ orderId: made.orderId })
    // The page that the server brings along, for shops that have none.
    const page = await fetch(`${url}/success?session_id=${made.sessionId}`, { headers: { cookie } })
    expect(page.headers.get('content-type')).toMatch(/text\/html/)
    await simulator.drain()
    expect(readFileSync(join(directory, 'fulfilled.txt'), 'utf8')).toBe('poster x2\n')

    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('does not start with a price that Stripe does not have, and names the item', async () => {
    const file = join(directory, 'wrong.config.json')
    writeFileSync(file, '{"catalogue": {"lamp": {"lookupKey": "no_such_lamp"}}}')
    const child = start(file)
    let told = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8')
    })
    const [code] = await once(child, 'exit')
    expect(code).toBe(1)
    expect(told).toMatch(/lamp.*CATALOGUE_PRICE_MISSING/)
  })
})
