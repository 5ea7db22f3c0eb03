// Owns the Stripe port over the official SDK: time limits, one retry, and what an error means.
import type Stripe from 'stripe'
import { EngineError } from '../errors.ts'
import { type AskOptions, type StripePort, StripeRefusal } from '../ports/stripe.ts'

/** The SDK repeats with the same idempotency key after a broken connection, 409 or 5xx. */
const RETRIES = 1

const requestOptions = ({ timeoutMs }: AskOptions): Stripe.RequestOptions => ({
  timeout: timeoutMs,
  maxNetworkRetries: RETRIES,
})

interface SdkError extends Error {
  readonly type: string
  readonly statusCode?: number
  readonly code?: string
  readonly requestId?: string
}

/** By shape, because the app may bring another copy of the SDK. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && 'type' in error && typeof error.type === 'string'
}

/**
 * 4xx is Stripe's own no. 409, 429, 5xx and no answer leave the outcome unknown: the same request
 * under the same idempotency key may still be carried out, or was.
 */
function translate(error: unknown): unknown {
  if (!isSdkError(error)) return error
  const { statusCode: status } = error
  const refused = status !== undefined && status >= 400 && status < 500
  if (refused && status !== 409 && status !== 429) {
    const aboutRequest = status !== 401 && status !== 403 && error.type !== 'StripeIdempotencyError'
    return new StripeRefusal(status, error.code, error.requestId, aboutRequest)
  }
  // The second try met the first one, which Stripe is still at: as good as no answer.
  const stillRunning = error.code === 'idempotency_key_in_use'
  const timedOut =
    stillRunning || (status === undefined && /timeout|aborted|timed out/i.test(error.message))
  return timedOut
    ? new EngineError('STRIPE_TIMEOUT', 'Stripe did not answer in time')
    : new EngineError('STRIPE_UNAVAILABLE', 'Stripe could not be reached or is out of order')
}

async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw translate(error)
  }
}

async function askOrNull<T>(request: () => Promise<T>): Promise<T | null> {
  try {
    return await ask(request)
  } catch (error) {
    if (error instanceof StripeRefusal && error.status === 404) return null
    throw error
  }
}

/** The SDK's own retry would double the limit, so each try gets half of it. */
const halved = (options: AskOptions): AskOptions => ({
  timeoutMs: Math.max(1, Math.floor(options.timeoutMs / (RETRIES + 1))),
})

/** Wraps the official client; every call carries its time limit. */
export function stripeFromSdk(sdk: Stripe): StripePort {
  return {
    createSession: (params, options) =>
      ask(() =>
        sdk.checkout.sessions.create(params, {
          ...requestOptions(halved(options)),
          idempotencyKey: options.idempotencyKey,
        }),
      ),
    expireSession: (id, options) =>
      ask(() => sdk.checkout.sessions.expire(id, {}, requestOptions(halved(options)))),
    session: (id, options) =>
      askOrNull(() =>
        sdk.checkout.sessions.retrieve(
          id,
          { expand: ['line_items', 'payment_intent'] },
          requestOptions(halved(options)),
        ),
      ),
    charge: (id, options) =>
      askOrNull(() => sdk.charges.retrieve(id, {}, requestOptions(halved(options)))),
    event: (id, options) =>
      askOrNull(() => sdk.events.retrieve(id, {}, requestOptions(halved(options)))),
    price: (id, options) =>
      askOrNull(() =>
        sdk.prices.retrieve(id, { expand: ['product'] }, requestOptions(halved(options))),
      ),
    async priceByLookupKey(lookupKey, options) {
      const list = await ask(() =>
        sdk.prices.list(
          { lookup_keys: [lookupKey], expand: ['data.product'], limit: 1 },
          requestOptions(halved(options)),
        ),
      )
      return list.data[0] ?? null
    },
  }
}

/** Tells the SDK's client from a port of the app's own. */
export function asStripePort(stripe: Stripe | StripePort): StripePort {
  return 'checkout' in stripe ? stripeFromSdk(stripe) : stripe
}
