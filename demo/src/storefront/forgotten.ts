// Owns telling whether the simulator still knows an order's payment page; it forgets on a restart.
import type { Order } from '@quittance/engine'
import Stripe from 'stripe'

/** Whether the payment page of an open order is gone for good. */
export type IsForgotten = (order: Order) => Promise<boolean>

const OPEN: ReadonlySet<Order['status']> = new Set(['pending', 'confirmed', 'awaiting_payment'])

/** Asks once per session: the simulator lives as long as this process and forgets nothing meanwhile. */
export function forgottenSessions(stripe: Stripe): IsForgotten {
  const known = new Map<string, boolean>()
  return async ({ status, sessionId, failed, held }) => {
    // What is looked into by hand may have been paid: its buyer must not pay again.
    if (!OPEN.has(status) || sessionId === null || failed || held) return false
    const answer = known.get(sessionId) ?? (await isMissing(stripe, sessionId))
    if (answer !== null) known.set(sessionId, answer)
    return answer ?? false
  }
}

/** Null when there was no answer: then nobody may be told to buy again. */
async function isMissing(stripe: Stripe, sessionId: string): Promise<boolean | null> {
  try {
    await stripe.checkout.sessions.retrieve(sessionId)
    return false
  } catch (error) {
    const isNamed = error instanceof Stripe.errors.StripeInvalidRequestError
    return isNamed && error.code === 'resource_missing' ? true : null
  }
}
