// Goal: what the documents show is what the software does.
// Method: the examples of docs/reference/http-api.md are sent, in their order, to a real engine on
// the embedded database; the guides' code is compiled and loaded; the code of README.md is compiled
// and run as a process of its own against the simulator, and paid through.
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock, systemTimers } from '@quittance/engine'
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

/** What earlier answers told, and later requests stand on. */
interface Known {
  readonly orderId: string
  readonly sessionId: string
  readonly browser: string
}

function toRequest(text: string, known: Known): Request {
  const [head = '', body = ''] = text.trim().split('\n\n')
  const bytes = new TextEncoder().encode(body)
  const seconds = Math.floor(systemClock.now() / 1000)
  const [line = '', ...lines] = head
    .replace('session_id=cs_test_…', `session_id=${known.sessionId}`)
    .replace('order=ord_…', `order=${known.orderId}`)
    .replace('quittance_browser=…', `quittance_browser=${known.browser}`)
    .replace('t=…,v1=…', signatureOf(bytes, SECRET, seconds))
    .split('\n')
  const [method = '', path = ''] = line.split(' ')
  const headers = new Headers()
  for (const header of lines) {
    const [name = '', value = ''] = header.split(': ', 2)
    headers.set(name, value)
  }
  const content = method === 'POST' ? { body } : {}
  return new Request(`http://127.0.0.1${path}`, { method, headers, ...content })
}

async function openTestShop() {
  const database = await pglite()
  onTestFinished(() => database.close())
  await migrate(database)
  const unused = async () => undefined
  return openShop({ database, url: undefined, reset: unused, shift: unused, drop: unused })
}

describe('docs/reference/http-api.md', () => {
  const page = read('reference/http-api.md')
  const examples = examplesOf(page)

  it('has an answer to each of its requests', () => {
    expect(examples.length).toBe(page.match(/^```http$/gm)?.length)
    expect(examples.length).toBeGreaterThanOrEqual(10)
  })

  it('is answered as it says', { timeout: 60_000 }, async () => {
    const shop = await openTestShop()
    const handler = createFetchHandler(shop.engine)
    let known: Known = { orderId: '', sessionId: '', browser: '' }
    for (const { request, status, answer } of examples) {
      const response = await handler(toRequest(request, known))
      const got: Record<string, unknown> = JSON.parse(await response.text())
      expect({ request, status: response.status, body: got }).toEqual({
        request,
        status,
        body: asDocumented(answer),
      })
      if (response.status !== 201) continue
      const cookie = response.headers.get('set-cookie') ?? ''
      known = {
        orderId: String(got.orderId),
        sessionId: String(got.sessionId),
        browser: /quittance_browser=([0-9a-f]+)/.exec(cookie)?.[1] ?? '',
      }
      // The buyer pays: the page's next examples are about a paid order.
      shop.stripe.change(known.sessionId, paid())
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

/** The builds of the guides' blocks load: what they call at the top is called. */
const LOAD = `
for (const path of process.argv.slice(1)) await import(path)
process.exit(0)`

describe('docs/guides', () => {
  const pages = readdirSync(new URL('guides', import.meta.url)).map((name) => `docs/guides/${name}`)
  const blocks = pages.flatMap((page) => extractRunnable(page))

  it('hold code that compiles and loads', { timeout: 60_000 }, () => {
    const nameOf = (page: string, name: string) => `${page.replaceAll(/\W+/g, '-')}/${name}`
    const files = blocks.map(({ path, name, code }) => [nameOf(path, name), code] as const)
    const builtOf = compile(Object.fromEntries(files), 'guides')
    const built = files.map(([name]) => builtOf(name.replace(/\.ts$/, '')))
    expect(built.length).toBeGreaterThanOrEqual(15)
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', LOAD, '--', ...built],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: 'postgres://127.0.0.1:1/nobody',
          STRIPE_API_KEY: 'sk_test_guides',
          STRIPE_WEBHOOK_SECRET: 'whsec_guides',
          STRIPE_WEBHOOK_SECRET_CONNECT: 'whsec_connect',
        },
      },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

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
    const { orderId, sessionId } = JSON.parse(await made.text())
    await payFor(stripe, sessionId)
    await simulator.drain()
    const shipped = async () => JSON.parse(await (await fetch(`${url}/shipments`)).text())
    for (let look = 0; look < 100 && (await shipped()).length === 0; look += 1) {
      await systemTimers.sleep(50)
    }
    await fetch(`${url}/success?session_id=${sessionId}`)
    expect(await shipped()).toEqual([{ order_id: orderId }])
  })
})
