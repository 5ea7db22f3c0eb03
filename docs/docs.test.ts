// Goal: what the documents show is what the software does.
// Method: the examples of docs/reference/http-api.md are sent, in their order, to a real engine on
// the embedded database; the guides' code is compiled and loaded; the README is followed as printed:
// its commands in a shell, its app as a file, its purchase on the simulator's checkout page.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { systemClock, systemTimers } from '@quittance/engine'
import { createFetchHandler } from '@quittance/engine/adapters/fetch'
import { migrate } from '@quittance/engine/storage/migrate'
import { pglite } from '@quittance/engine/storage/pglite'
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

/** Stands for the sign-in of the app. */
function identify(request: Request) {
  const [, userId] = /\bsession=(\w+)/.exec(request.headers.get('cookie') ?? '') ?? []
  return userId === undefined ? null : { userId }
}

async function openTestShop() {
  const database = await pglite()
  onTestFinished(() => database.close())
  await migrate(database)
  const unused = async () => undefined
  const opened = { database, url: undefined, reset: unused, shift: unused, drop: unused }
  const shop = openShop(opened, { identify })
  await shop.engine.customers.ensure({ userId: 'u_17' })
  return shop
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
      if (got.orderId === undefined || response.status !== 201) continue
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

/** The builds of the guides' blocks load: what they call at the top is called. */
const LOAD = `
for (const path of process.argv.slice(1)) await import(path)
process.exit(0)`

describe('docs/guides', () => {
  const pages = readdirSync(new URL('guides', import.meta.url)).map((name) => `docs/guides/${name}`)
  const blocks = pages.flatMap((page) => extractRunnable(page))

  it('hold code that compiles and loads', { timeout: 120_000 }, () => {
    const nameOf = (page: string, name: string) => `${page.replaceAll(/\W+/g, '-')}/${name}`
    const files = blocks.map(({ path, name, code }) => [nameOf(path, name), code] as const)
    const builtOf = compile(Object.fromEntries(files), 'guides')
    const built = files.map(([name]) => builtOf(name.replace(/\.ts$/, '')))
    expect(built.length).toBeGreaterThanOrEqual(25)
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

/** What the README has people type, found by how it begins. */
function commandOfReadme(beginning: string): string {
  const shell = [...read('../README.md').matchAll(/```sh\n([\s\S]*?)```/g)]
  const found = shell.map(([, text = '']) => text).find((text) => text.startsWith(beginning))
  if (found === undefined) throw new Error(`README.md no longer has the command ${beginning}`)
  return found.trim()
}

interface Started {
  readonly child: ChildProcess
  /** All that it has written to either stream. */
  readonly said: () => string
}

/** In a process group of its own, which ends with the test, whatever npm and the shell left in it. */
function startShell(command: string, cwd: string, env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn('sh', ['-c', command], {
    cwd,
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
  }
  onTestFinished(() => endGroup(child))
  return { child, said: () => said }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await ended
}

async function until<T>(started: Started, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = systemClock.now() + 30_000
  while (systemClock.now() < deadline) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (started.child.exitCode !== null) break
    await systemTimers.sleep(50)
  }
  throw new Error(`it did not come to what the README says. It said:\n${started.said()}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Sends what a `curl` line would. */
async function curl(line: string): Promise<unknown> {
  const [, url = ''] = /(http:\S+)/.exec(line) ?? []
  const [, name = '', value = ''] = /-H '([^:]+): ([^']+)'/.exec(line) ?? []
  const [, body = ''] = /-d '([^']+)'/.exec(line) ?? []
  const response = await fetch(url, { method: 'POST', headers: { [name]: value }, body })
  expect(response.status).toBe(201)
  return await response.json()
}

/** What a buyer enters on the page behind the session's address; answers where that leads. */
async function payAt(url: string): Promise<string> {
  const entries = {
    email: 'ada@example.com',
    method: 'card',
    cardNumber: '4242 4242 4242 4242',
    cardExpiry: '12 / 34',
    cardCvc: '123',
    billingName: 'Ada',
    country: 'AT',
  }
  const body = new URLSearchParams(entries)
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  expect(answer.status).toBe(303)
  return answer.headers.get('location') ?? ''
}

describe('README.md', () => {
  const [block] = extractRunnable('README.md')
  const root = fileURLToPath(new URL('..', import.meta.url))
  const directory = `${root}artifacts/docs/readme-app`

  it('shows an app of at most 30 lines, on a page of at most 160', () => {
    expect(block?.code.trimEnd().split('\n').length).toBeLessThanOrEqual(30)
    expect(read('../README.md').split('\n').length).toBeLessThanOrEqual(161)
  })

  it('can be followed as printed, but for the ports', { timeout: 120_000 }, async () => {
    const port = String(await freePort())
    const here = (text: string) => text.replaceAll(/\b3000\b/g, port)
    const simulator = startShell(`${here(commandOfReadme('npm run simulator'))} --port 0`, root)
    const exported = await until(
      simulator,
      async () => /^export STRIPE_API_BASE=.*\n/m.exec(simulator.said())?.[0],
    )

    // Inside the repository, so that imports find what `npm install` would bring.
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory, { recursive: true })
    writeFileSync(`${directory}/app.mjs`, here(block?.code ?? ''))
    const app = startShell(`${exported}exec node app.mjs`, directory)
    await until(app, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
      return answer?.ok === true ? answer : undefined
    })

    const made = await curl(here(commandOfReadme('curl ')))
    const { orderId, url } = Object(made)
    const back = await payAt(String(url))
    expect(back).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/success\\?`))
    await until(app, async () => {
      const answer = await fetch(back, { headers: { accept: 'application/json' } })
      const { status } = Object(await answer.json())
      return status === 'fulfilled' ? status : undefined
    })
    // The return alone would fulfil the order: Stripe's own word has to have been taken, too.
    const [, base = ''] = /STRIPE_API_BASE=(\S+)/.exec(exported) ?? []
    await fetch(`${base}/_sim/drain`, { method: 'POST' })
    const { deliveries } = Object(await (await fetch(`${base}/_sim/deliveries`)).json())
    expect(deliveries).toContainEqual(
      expect.objectContaining({ type: 'checkout.session.completed', attempt: 1, status: 200 }),
    )
    await endGroup(app.child)
    expect(app.said()).toBe('')

    // The app's own table, in the app's own directory, now that nobody else has it.
    const database = await pglite({ dataDir: `${directory}/.data` })
    onTestFinished(() => database.close())
    expect(await database.query('select * from shipments')).toEqual([{ order_id: orderId }])
  })
})
