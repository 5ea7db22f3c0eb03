// What the simulator's own tests share: a checked simulator, the SDK and raw HTTP against it, an endpoint that listens.
import { createServer } from 'node:http'
import Stripe from 'stripe'
import { onTestFinished } from 'vitest'
import type { SimulatedAccount, SimulatorOptions } from '../src/index.ts'
import { type CheckedSimulator, checkedSimulator } from './schema/checked-simulator.ts'

export const apiKey = 'sk_test_simulator'
/** A fixed wall clock: 2026-11-01T12:00:00Z. */
export const noonMs = 1_793_534_400_000

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
  /** The `error` member, empty when there is none. */
  readonly error: Record<string, unknown>
}

export interface Bench {
  readonly simulator: CheckedSimulator
  readonly account: SimulatedAccount
  readonly stripe: Stripe
  call(
    method: string,
    path: string,
    form?: string,
    headers?: Record<string, string>,
  ): Promise<Answer>
  sim(path: string, body?: unknown): Promise<Record<string, unknown>>
  types(): string[]
}

/** Manual delivery unless a test asks otherwise; closes itself, and fails on any shape not Stripe's. */
export async function bench(options: SimulatorOptions = {}): Promise<Bench> {
  const simulator = await checkedSimulator({ seed: 'test', delivery: 'manual', ...options })
  onTestFinished(() => simulator.close())
  const account = simulator.account(apiKey)
  const stripe = new Stripe(apiKey, {
    host: '127.0.0.1',
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  })
  return {
    simulator,
    account,
    stripe,
    call: (method, path, form = '', headers = {}) =>
      call(simulator.url, method, path, form, headers),
    async sim(path, body) {
      const response = await fetch(`${simulator.url}/_sim/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return asRecord(await response.json())
    },
    types: () => account.events().map((event) => String(asRecord(event).type)),
  }
}

async function call(
  url: string,
  method: string,
  path: string,
  form: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    ...(method === 'POST' ? { body: form } : {}),
  })
  const body = asRecord(await response.json())
  return { status: response.status, headers: response.headers, body, error: asRecord(body.error) }
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

export interface Received {
  readonly body: string
  readonly signature: string
  readonly headers: Readonly<Record<string, unknown>>
}

export interface Endpoint {
  readonly url: string
  readonly received: Received[]
  types(): string[]
}

/** An endpoint that answers what `answer` says for its nth request (from 0); 200 otherwise. */
export async function endpoint(
  answer: (index: number, body: string) => number = () => 200,
): Promise<Endpoint> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      received.push({
        body,
        signature: String(request.headers['stripe-signature']),
        headers: request.headers,
      })
      const status = answer(received.length - 1, body)
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port')
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    types: () => received.map(({ body }) => String(asRecord(JSON.parse(body)).type)),
  }
}

/** An open session over `total` of EUR, so that cards and SEPA debits can pay it. */
export async function openSession(
  { stripe }: Pick<Bench, 'stripe'>,
  change: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example/success?session_id={CHECKOUT_SESSION_ID}',
    line_items: [
      {
        price_data: { currency: 'eur', unit_amount: 1500, product_data: { name: 'Notebook' } },
        quantity: 2,
      },
    ],
    ...change,
  })
}

/** Pays by the route of the official CLI. */
export function confirmPage(b: Bench, sessionId: string, method = 'pm_card_visa', amount = 3000) {
  const form = `payment_method=${method}&expected_amount=${amount}`
  return b.call('POST', `/v1/payment_pages/${sessionId}/confirm`, form)
}
