// A small shop over the official SDK for the browser tests: one catalogue, a session for each test.
import Stripe from 'stripe'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const apiKey = 'sk_test_hosted_pages'
/** Long enough that a page which did not wait for the webhook would be caught. */
const slowWebhookMs = 300

export interface Shop {
  readonly stripe: Stripe
  readonly simulator: CheckedSimulator
  readonly account: ReturnType<CheckedSimulator['account']>
  readonly receiver: Receiver
  openSession(change?: Partial<Stripe.Checkout.SessionCreateParams>): Promise<OpenSession>
  close(): Promise<void>
}

export interface OpenSession {
  readonly id: string
  readonly url: string
}

export async function openShop(): Promise<Shop> {
  const receiver = await startReceiver({ answerAfterMs: slowWebhookMs })
  const simulator = await checkedSimulator({ seed: 'hosted' })
  const stripe = new Stripe(apiKey, {
    host: '127.0.0.1',
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
  })
  const account = simulator.account(apiKey)
  account.addWebhookEndpoint({
    url: `${receiver.url}/hook`,
    enabledEvents: ['checkout.session.completed'],
  })
  return {
    stripe,
    simulator,
    account,
    receiver,
    async openSession(change = {}) {
      const session = await stripe.checkout.sessions.create({
        mode: 'payment',
        line_items: [lineOf('Premium notebook', 1500, 2, 'eur')],
        success_url: `${receiver.url}/success?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: `${receiver.url}/cancel`,
        ...change,
      })
      if (session.url === null) throw new Error('an open session has a URL')
      return { id: session.id, url: session.url }
    },
    async close() {
      await receiver.close()
      await simulator.close()
    },
  }
}

export function lineOf(
  name: string,
  amount: number,
  quantity: number,
  currency: string,
): Stripe.Checkout.SessionCreateParams.LineItem {
  const description = 'A5, 160 pages, dotted, lies flat'
  const product = { name, description }
  return { quantity, price_data: { currency, unit_amount: amount, product_data: product } }
}
