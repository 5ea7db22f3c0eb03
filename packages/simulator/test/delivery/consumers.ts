// Two consumers of webhooks: one that does what Stripe asks for, one that believes whatever comes last.
import { createServer } from 'node:http'
import Stripe from 'stripe'
import { asRecord, noonMs } from '../support.ts'

export type State = Record<string, unknown>

export interface Consumer {
  readonly url: string
  /** Begins anew, for the account of this client and the endpoint with this secret. */
  start(stripe: Stripe, secret: string): void
  state(): State
  /** How many deliveries came, and how many of them it had seen before. */
  counts(): { readonly deliveries: number; readonly repeated: number }
  close(): Promise<void>
}

/** Changes `state` by one event. */
type Handle = (event: Stripe.Event, state: State, stripe: Stripe) => Promise<void>

const fetchers: Readonly<Record<string, (stripe: Stripe, id: string) => Promise<unknown>>> = {
  product: (stripe, id) => stripe.products.retrieve(id),
  price: (stripe, id) => stripe.prices.retrieve(id),
  customer: (stripe, id) => stripe.customers.retrieve(id),
  payment_intent: (stripe, id) => stripe.paymentIntents.retrieve(id),
  charge: (stripe, id) => stripe.charges.retrieve(id),
  refund: (stripe, id) => stripe.refunds.retrieve(id),
  'checkout.session': (stripe, id) => stripe.checkout.sessions.retrieve(id),
}

/** The object is fetched as it is now and set; what the payload says of it is not looked at. */
export const byReference: Handle = async (event, state, stripe) => {
  const { object, id } = asRecord(event.data.object)
  const fetched = fetchers[String(object)]
  if (!fetched) throw new Error(`the consumer knows no ${object}`)
  state[String(id)] = JSON.parse(JSON.stringify(await fetched(stripe, String(id))))
}

/** The payload that comes last wins: Stripe promises no order, so this is wrong. */
export const byPayload: Handle = async (event, state) => {
  const { id } = asRecord(event.data.object)
  state[String(id)] = event.data.object
}

/** Verifies each delivery with stripe-node, ignores events that it has handled, answers when it is done. */
export async function consumer(handle: Handle): Promise<Consumer> {
  let run: { stripe: Stripe; secret: string; state: State; handled: Set<string> } | undefined
  let deliveries = 0
  let repeated = 0
  const receive = async (body: string, signature: string): Promise<void> => {
    if (!run) throw new Error('the consumer was not started')
    const { stripe, secret, state, handled } = run
    // The simulator's wall clock stands still, so the age of a signature is told by it.
    const event = Stripe.webhooks.constructEvent(
      body,
      signature,
      secret,
      undefined,
      undefined,
      noonMs,
    )
    deliveries += 1
    if (handled.has(event.id)) {
      repeated += 1
      return
    }
    await handle(event, state, stripe)
    handled.add(event.id)
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature'])
      receive(Buffer.concat(chunks).toString('utf8'), signature).then(
        () => response.writeHead(200).end(),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the consumer has no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    start(stripe, secret) {
      run = { stripe, secret, state: {}, handled: new Set() }
    },
    state: () => run?.state ?? {},
    counts: () => ({ deliveries, repeated }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
