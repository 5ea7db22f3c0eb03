// Goal: wrong use does not compile. Checked by the compiler in the test command; nothing runs.
import { createEngine, type EngineOptions, type VerifiedEvent } from '../src/index.ts'

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
