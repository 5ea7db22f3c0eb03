// Goal: wrong use does not compile. Checked by the compiler in the test command; nothing runs.
import { quittanceExpress } from '../src/adapters/express.ts'
import { createFetchHandler } from '../src/adapters/fetch.ts'
import { quittanceHono } from '../src/adapters/hono.ts'
import { createNextRoute } from '../src/adapters/next.ts'
import { toNodeHandler } from '../src/adapters/node.ts'
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type VerifiedEvent,
  type Who,
} from '../src/index.ts'

declare const options: EngineOptions<{ readonly driver: 'mine' }>

// @ts-expect-error only verify() can make a VerifiedEvent
export const forged: VerifiedEvent = {
  endpoint: 'default',
  secretIndex: 0,
  signedAt: 0,
  bytes: new Uint8Array(),
}

createEngine({
  ...options,
  on: {
    'order.fulfilled': async ({ order, cause, tx }) => {
      const total: number | null = order.amountTotal
      const client: { readonly driver: 'mine' } = tx.client
      // @ts-expect-error an event id exists only where an event is the cause
      cause.eventId
      await tx.query('select $1', [total, client])
    },
    'order.payment_failed': { mail: () => undefined, stock: async () => undefined },
  },
  onStripe: {
    'customer.created': ({ event }) => {
      const email: string | null = event.data.object.email
      // @ts-expect-error a customer has no payment status
      event.data.object.payment_status
      return void email
    },
  },
})

// @ts-expect-error there is no such fact
createEngine({ ...options, on: { 'order.shipped': () => undefined } })

// @ts-expect-error prices are Stripe's: the catalogue takes no amounts
createEngine({ ...options, catalogue: { poster: { price: 'price_1', unitAmount: 5 } } })

// @ts-expect-error an engine needs its secrets
createEngine({ database: options.database, stripe: options.stripe, mode: 'test' })

const typed = createEngine({
  ...options,
  catalogue: {
    poster: { price: 'price_1', features: ['download'] },
    pro: { kind: 'plan', price: 'price_2', interval: 'month', features: ['export', 'sso'] },
    gift: { price: 'price_3' },
  },
})
const buyer: Who = { userId: 'user_1' }
void typed.access.can(buyer, 'export', { at: new Date(0) })
void typed.access.can({ customerId: 'cus_1' }, 'download')
// @ts-expect-error a misspelt feature would be denied to everybody
void typed.access.can(buyer, 'exprot')
// @ts-expect-error a buyer is named by one of two ids
void typed.access.can('user_1', 'export')
export const names: Promise<readonly ('download' | 'export' | 'sso')[]> = typed.access
  .get(buyer)
  .then((features) => features.map(({ feature }) => feature))
// @ts-expect-error there is no fourth feature
export const wrong: Promise<readonly ('download' | 'export')[]> = typed.access
  .get(buyer)
  .then((features) => features.map(({ feature }) => feature))

// Where the catalogue names no feature, or comes from elsewhere, any name compiles.
const plain = createEngine({ ...options, catalogue: { poster: { price: 'price_1' } } })
void plain.access.can(buyer, 'anything')
void createEngine(options).access.can(buyer, 'anything')

// An engine that knows its features goes wherever an engine goes.
createFetchHandler(typed)
quittanceHono(typed)
quittanceExpress(typed)
createNextRoute(typed)
toNodeHandler(typed)
export const any: Engine = typed
