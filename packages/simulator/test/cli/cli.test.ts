// Goal: the command line stocks a simulator so that an app can sell at once, and names what it cannot read.
// Method: the reader by tables; the stock through the SDK; the whole program as a process.
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Stripe from 'stripe'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readCommandLine, usage } from '../../src/cli-options.ts'
import { stockSimulator } from '../../src/cli-stock.ts'
import { startReceiver } from '../conformance/receiver.ts'
import { bench } from '../support.ts'

const hook = 'http://127.0.0.1:3000/webhooks/stripe'
const stockOf = (...args: string[]) => readCommandLine(args)?.stock

describe('the flags', () => {
  test('are nothing to stock unless given', () => {
    expect(readCommandLine([])).toEqual({
      json: false,
      state: undefined,
      options: {
        port: 12_111,
        socketPath: join(tmpdir(), 'quittance-simulator-12111.sock'),
      },
      stock: { apiKey: 'sk_test_simulator', prices: [], forwardTo: [], secret: undefined },
    })
  })

  test('choose the socket, which a port known beforehand has anyway', () => {
    const socketOf = (...args: string[]) => readCommandLine(args)?.options.socketPath
    expect(socketOf('--port', '4243')).toBe(join(tmpdir(), 'quittance-simulator-4243.sock'))
    expect(socketOf('--port', '4243', '--socket', '/run/mine.sock')).toBe('/run/mine.sock')
    expect(socketOf('--port', '0')).toBeUndefined()
  })

  test('allow further names of this machine', () => {
    const hosts = (...args: string[]) => readCommandLine(args)?.options.allowedHosts
    expect(hosts('--allow-host', 'sim', '--allow-host', 'sim.lan')).toEqual(['sim', 'sim.lan'])
  })

  test('may be repeated', () => {
    expect(
      stockOf(
        ...['--price', 'poster_2026=2500usd', '--price', 'buch=1900EUR'],
        ...['--forward-to', hook, '--forward-to', 'https://shop.example/hook'],
        ...['--secret', 'whsec_chosen', '--key', 'sk_test_shop'],
      ),
    ).toEqual({
      apiKey: 'sk_test_shop',
      prices: [
        { lookupKey: 'poster_2026', currency: 'usd', unitAmount: 2_500 },
        { lookupKey: 'buch', currency: 'eur', unitAmount: 1_900 },
      ],
      forwardTo: [hook, 'https://shop.example/hook'],
      secret: 'whsec_chosen',
    })
  })

  test('are each in the help', () => {
    expect(readCommandLine(['--help'])).toBeUndefined()
    for (const flag of [
      'price',
      'forward-to',
      'secret',
      'key',
      'port',
      'socket',
      'seed',
      'state',
      'allow-host',
      'json',
    ]) {
      expect(usage).toContain(`  --${flag}`)
    }
  })

  test.each([
    ['no amount', ['--price', 'poster_2026'], /--price .*'poster_2026'.*=2500usd/],
    ['no currency', ['--price', 'poster=2500'], /--price .*'poster=2500'/],
    ['an amount with a point', ['--price', 'poster=25.00usd'], /'poster=25.00usd'.*smallest unit/],
    ['more than Stripe takes', ['--price', 'poster=100000000usd'], /--price/],
    ['no lookup key', ['--price', '=2500usd'], /--price .*'=2500usd'/],
    ['one key for two prices', ['--price', 'a=1usd', '--price', 'a=2usd'], /--price .*'a' twice/],
    ['an address without a scheme', ['--forward-to', '127.0.0.1:3000'], /--forward-to .*http:\/\//],
    ['an address twice', ['--forward-to', hook, '--forward-to', hook], /--forward-to .*twice/],
    ['a secret for nobody', ['--secret', 'whsec_a'], /--secret .*Add --forward-to/],
    ['a port that is none', ['--port', 'x'], /--port .*'x'/],
    ['a flag without its value', ['--price'], /--price/],
    ['an unknown flag', ['--prise', 'a=1usd'], /--prise/],
  ])('refuse %s', (_name, args, message) => {
    expect(() => readCommandLine(args)).toThrow(message)
  })

  test('refuse more endpoints than an account has', () => {
    const args = Array.from({ length: 17 }, (_, index) => ['--forward-to', `${hook}/${index}`])
    expect(() => readCommandLine(args.flat())).toThrow(/--forward-to is given 17 times.*16/)
  })

  test.each([
    ['--key', 'sk_live_realmoney', 'is a live key'],
    ['--key', 'sk_test_abc', 'at least 4'],
    ['--key', 'sk_test_$(reboot)', 'is something else'],
    ['--secret', 'realmoney', 'must be whsec_'],
  ])('refuse a bad %s without repeating it', (flag, value, words) => {
    const read = () => readCommandLine([flag, value, '--forward-to', hook])
    expect(read).toThrow(words)
    expect(read).not.toThrow(value)
  })
})

describe('the stock', () => {
  test('is a one-time price that the SDK finds by its lookup key', async () => {
    const { simulator, stripe } = await bench()
    const { prices } = await stockSimulator(simulator, {
      apiKey: 'sk_test_simulator',
      prices: [{ lookupKey: 'poster_2026', currency: 'usd', unitAmount: 2_500 }],
      forwardTo: [],
      secret: undefined,
    })
    const found = await stripe.prices.list({
      lookup_keys: ['poster_2026'],
      expand: ['data.product'],
    })
    expect(found.data).toHaveLength(1)
    expect(found.data[0]).toMatchObject({
      id: prices[0]?.id,
      currency: 'usd',
      unit_amount: 2_500,
      type: 'one_time',
      active: true,
      product: { name: 'Poster 2026' },
    })
  })

  test('sends signed events to every address under one secret, none of them of its own making', async () => {
    const receivers = [await startReceiver(), await startReceiver()]
    for (const receiver of receivers) onTestFinished(() => receiver.close())
    const { simulator, stripe, account } = await bench()
    const stocked = await stockSimulator(simulator, {
      apiKey: 'sk_test_simulator',
      prices: [{ lookupKey: 'poster_2026', currency: 'usd', unitAmount: 2_500 }],
      forwardTo: receivers.map(({ url }) => `${url}/hook`),
      secret: undefined,
    })
    await stripe.customers.create({ name: 'Ada' })
    await account.drain()
    const secret = stocked.env.STRIPE_WEBHOOK_SECRET ?? ''
    expect(secret).toMatch(/^whsec_\w{32}$/)
    for (const receiver of receivers) {
      const events = receiver
        .at('/hook')
        .map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret))
      expect(events.map(({ type }) => type)).toEqual(['customer.created'])
    }
  })

  test('takes the chosen secret', async () => {
    const { simulator } = await bench()
    const { env } = await stockSimulator(simulator, {
      apiKey: 'sk_test_simulator',
      prices: [],
      forwardTo: [hook],
      secret: 'whsec_chosen',
    })
    expect(env).toEqual({
      STRIPE_API_BASE: simulator.url,
      STRIPE_API_KEY: 'sk_test_simulator',
      STRIPE_WEBHOOK_SECRET: 'whsec_chosen',
    })
  })
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Through npm, as people start it; ends with the first line of its answer or by itself. */
function runSimulator(args: readonly string[]): Promise<Ended> {
  const child = spawn('npm', ['run', '--silent', 'simulator', '--', ...args], {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
  }
  onTestFinished(end)
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8')
      if (stdout.endsWith('}\n')) resolve({ code: null, stdout, stderr })
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8')
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

describe('the program', () => {
  test('prints as JSON what was stocked, and it is there', { timeout: 60_000 }, async () => {
    const { stdout } = await runSimulator([
      ...['--port', '0', '--json', '--price', 'poster_2026=2500usd', '--forward-to', hook],
    ])
    const told = JSON.parse(stdout)
    const stripe = new Stripe(told.apiKey, { host: '127.0.0.1', port: told.port, protocol: 'http' })
    const { data } = await stripe.prices.list({ lookup_keys: ['poster_2026'] })
    const [price] = told.prices
    expect(price).toEqual({
      id: data[0]?.id,
      lookupKey: 'poster_2026',
      currency: 'usd',
      unitAmount: 2_500,
    })
    const endpoints = await stripe.webhookEndpoints.list()
    expect(told.endpoints).toEqual([{ id: endpoints.data[0]?.id, url: hook }])
    expect(told.env).toEqual({
      STRIPE_API_BASE: told.url,
      STRIPE_API_KEY: 'sk_test_simulator',
      STRIPE_WEBHOOK_SECRET: expect.stringMatching(/^whsec_\w+$/),
    })
  })

  test('ends with 1 and the cure when a flag is wrong', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await runSimulator(['--price', 'poster'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/--price .*'poster'.*poster_2026=2500usd/)
  })
})
