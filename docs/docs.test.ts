// Goal: what the documents show is what the software does.
// Method: the examples of docs/reference/http-api.md are sent, in their order, to a real engine on
// the embedded database; the code of README.md is compiled and run as a process of its own against
// the simulator, and paid through.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemTimers } from '@quittance/engine'
import { createFetchHandler } from '@quittance/engine/adapters/fetch'
import { migrate } from '@quittance/engine/storage/migrate'
import { pglite } from '@quittance/engine/storage/pglite'
import { createSimulator } from '@quittance/simulator'
import Stripe from 'stripe'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openShop, paid, SECRET, signatureOf } from '../packages/engine/test/support/shop.ts'
import { compile, extractRunnable } from '../tools/docs-blocks.mjs'

interface Example {
  readonly request: string
  readonly status: number
  readonly answer: unknown
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

function examplesOf(markdown: string): readonly Example[] {
  const pairs = markdown.matchAll(/```http\n([\s\S]*?)```\s+```json (\d+)\n([\s\S]*?)```/g)
  return [...pairs].map(([, request = '', status, answer = '']) => ({
    request,
    status: Number(status),
    answer: JSON.parse(answer),
  }))
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** `…` in a text of the documents matches anything, all else only itself. */
function asDocumented(answer: unknown): unknown {
  if (typeof answer === 'string' && answer.includes('…')) {
    return expect.stringMatching(new RegExp(`^${answer.split('…').map(escaped).join('.+')}$`))
  }
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [key, asDocumented(value)]),
  )
}

describe('docs/reference/http-api.md', () => {
  const examples = examplesOf(read('reference/http-api.md'))

  it('has its examples', () => {
    expect(examples.length).toBe(read('reference/http-api.md').match(/```http/g)?.length)
    expect(examples.length).toBeGreaterThanOrEqual(10)
  })

  it('answers each as documented', { timeout: 60_000 }, async () => {
    const database = await pglite()
    onTestFinished(() => database.close())
    await migrate(database)
    const shop = openShop({
      database,
      url: undefined,
      reset: async () => undefined,
      shift: async () => undefined,
      drop: async () => undefined,
    })
    const handler = createFetchHandler(shop.engine)
    let orderId = ''
    let sessionId = ''
    let browser = ''
    for (const { request, status, answer } of examples) {
      const [head = '', body = ''] = request.trim().split('\n\n')
      const [line = '', ...headerLines] = head
        .replace('session_id=cs_test_…', `session_id=${sessionId}`)
        .replace('order=ord_…', `order=${orderId}`)
        .replace('quittance_browser=…', `quittance_browser=${browser}`)
        .split('\n')
      const [method = '', path = ''] = line.split(' ')
      const headers = new Headers(
        headerLines.map((text) => text.split(': ', 2) as [string, string]),
      )
      if (headers.get('stripe-signature') !== null) {
        const seconds = Math.floor(Date.now() / 1000)
        const bytes = new TextEncoder().encode(body)
        headers.set('stripe-signature', signatureOf(bytes, SECRET, seconds))
      }
      const response = await handler(
        new Request(`http://127.0.0.1${path}`, {
          method,
          headers,
          ...(method === 'POST' ? { body } : {}),
        }),
      )
      const got: { orderId?: string; sessionId?: string } = await response.json()
      expect({ line, status: response.status, body: got }).toEqual({
        line,
        status,
        body: asDocumented(answer),
      })
      if (response.status !== 201) continue
      orderId = got.orderId ?? ''
      sessionId = got.sessionId ?? ''
      browser =
        /quittance_browser=([0-9a-f]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? ''
      // The buyer pays, as the page's next examples assume.
      shop.stripe.change(sessionId, paid())
    }
  })
})

/** By the route that the official CLI pays through. */
async function payFor(stripe: Stripe, sessionId: string): Promise<void> {
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  await stripe.rawRequest('POST', `/v1/payment_pages/${sessionId}/confirm`, {
    payment_method: method.id,
    expected_amount: 1_500,
  })
}

const PORT_LINE = 'app.listen(3000)'

/** The README's own text, but for where Stripe, the port and the app's table are. */
function runnableReadme(simulatorPort: number): string {
  const [block] = extractRunnable('README.md')
  if (block === undefined) throw new Error('README.md has no runnable block')
  const changes: readonly (readonly [string, string])[] = [
    [
      'new Stripe(STRIPE_API_KEY)',
      `new Stripe(STRIPE_API_KEY, { host: '127.0.0.1', port: ${simulatorPort}, protocol: 'http' })`,
    ],
    [`pglite({ dataDir: '.data' })`, 'pglite()'],
    [
      'await engine.start()',
      'await database.query("create table shipments (order_id text)")\nawait engine.start()',
    ],
    [
      PORT_LINE,
      `app.get('/shipments', async (_, res) => void res.json(await database.query('select * from shipments')))
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))`,
    ],
  ]
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`README.md no longer has ${from}`)
    return text.replace(from, () => to)
  }, block.code)
}

describe('README.md', () => {
  it('shows an app that takes a payment once', { timeout: 90_000 }, async () => {
    const simulator = await createSimulator({ seed: 'readme' })
    onTestFinished(() => simulator.close())
    const key = 'sk_test_readme_example'
    const stripe = new Stripe(key, { host: '127.0.0.1', port: simulator.port, protocol: 'http' })
    const product = await stripe.products.create({ name: 'Poster' })
    await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 1_500,
      lookup_key: 'poster_2026',
    })
    const file = compile(
      { 'readme-app.ts': runnableReadme(simulator.port) },
      'readme',
    )('readme-app')
    const secret = 'whsec_readme'
    const child = spawn(process.execPath, [file], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { PATH: process.env.PATH, STRIPE_API_KEY: key, STRIPE_WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')))
      child.once('exit', (code) => reject(new Error(`the app of the README ended with ${code}`)))
    })
    const url = `http://127.0.0.1:${JSON.parse(line).port}`
    simulator.account(key).addWebhookEndpoint({ url: `${url}/webhooks/stripe`, secret })

    const made = await fetch(`${url}/api/checkout/create-session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ itemId: 'poster', quantity: 1 }),
    })
    expect(made.status).toBe(201)
    const { orderId, sessionId }: { orderId: string; sessionId: string } = await made.json()
    await payFor(stripe, sessionId)
    await simulator.drain()
    const shipped = async () => await (await fetch(`${url}/shipments`)).json()
    for (let look = 0; look < 100 && (await shipped()).length === 0; look += 1) {
      await systemTimers.sleep(50)
    }
    await fetch(`${url}/success?session_id=${sessionId}`)
    expect(await shipped()).toEqual([{ order_id: orderId }])
  })
})
