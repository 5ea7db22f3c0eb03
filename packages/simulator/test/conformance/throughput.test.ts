// Goal: a thousand checkouts in under ten seconds. Method: the SDK over HTTP, one account, one endpoint that gets and
// verifies every event; sixteen buyers at a time.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import Stripe from 'stripe'
import { expect, onTestFinished, test } from 'vitest'
import { checkedSimulator } from '../schema/checked-simulator.ts'
import { apiKey, asRecord } from '../support.ts'
import { keepFigure } from './figures.ts'

const flows = Number(process.env.CHECKOUT_FLOWS ?? 100)
const buyers = 16
const secondsMax = 10
const measuredFlows = 1000
/** What one paid checkout tells an endpoint. */
const eventsOfOne = [
  'charge.succeeded',
  'charge.updated',
  'checkout.session.completed',
  'payment_intent.created',
  'payment_intent.succeeded',
]

interface Told {
  readonly port?: number
  readonly types?: Readonly<Record<string, number>>
}

async function startEndpoint(secret: string) {
  const worker = new Worker(new URL('./endpoint-worker.mjs', import.meta.url), {
    workerData: { secret },
  })
  onTestFinished(async () => {
    await worker.terminate()
  })
  const answer = async (): Promise<Told> => {
    const [told]: Told[] = await once(worker, 'message')
    return told ?? {}
  }
  const { port } = await answer()
  return {
    url: `http://127.0.0.1:${port}/hook`,
    async types() {
      worker.postMessage('types')
      return (await answer()).types
    },
  }
}

test(`${flows} checkouts are created, paid and told in time`, async () => {
  const simulator = await checkedSimulator({ seed: 'throughput' })
  onTestFinished(() => simulator.close())
  const secret = 'whsec_throughput'
  const endpoint = await startEndpoint(secret)
  const account = simulator.account(apiKey)
  account.addWebhookEndpoint({ url: endpoint.url, enabledEvents: eventsOfOne, secret })
  const { port } = simulator
  const stripe = new Stripe(apiKey, { host: '127.0.0.1', port, protocol: 'http', telemetry: false })
  const price = await stripe.prices.create({
    currency: 'eur',
    unit_amount: 1500,
    product_data: { name: 'Poster' },
  })
  const buy = async () => {
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://shop.example/success',
      line_items: [{ price: price.id, quantity: 2 }],
    })
    const response = await fetch(`${simulator.url}/v1/payment_pages/${session.id}/confirm`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: new URLSearchParams({ payment_method: 'pm_card_visa', expected_amount: '3000' }),
    })
    expect(asRecord(await response.json())).toMatchObject({ status: 'complete' })
  }
  // The first one compiles the schemas of the checks, which is no work of a simulator's.
  await buy()
  let left = flows - 1
  const buyer = async () => {
    while (left > 0) {
      left -= 1
      await buy()
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: buyers }, buyer))
  await simulator.drain({ timeoutMs: 60_000 })
  const seconds = (performance.now() - started) / 1000
  expect(await endpoint.types()).toEqual(
    Object.fromEntries(eventsOfOne.map((type) => [type, flows])),
  )
  const events = flows * eventsOfOne.length
  keepFigure('checkouts', { flows, events, seconds: Number(seconds.toFixed(2)) })
  // Fewer, beside other tests, measure nothing.
  if (flows >= measuredFlows) expect(seconds).toBeLessThan(secondsMax)
}, 120_000)
