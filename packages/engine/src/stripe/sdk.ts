// Owns the Stripe port over the official SDK: time limits, one retry, and what an error means.
import type Stripe from 'stripe'
import { EngineError } from '../errors.ts'
import {
  type AskOptions,
  PINNED_API_VERSION,
  type StripePort,
  StripeRefusal,
} from '../ports/stripe.ts'

/** The SDK repeats with the same idempotency key after a broken connection, 409 or 5xx. */
const RETRIES = 1
/** Stripe's largest page. */
const PAGE = 100
/** On an answer that Stripe kept under the idempotency key. The SDK writes headers in small letters. */
const REPLAYED = 'idempotent-replayed'
/** Of a refund: the one thing about it that says when it failed. */
const FAILURE = 'failure_balance_transaction'

const requestOptions = ({ timeoutMs }: AskOptions): Stripe.RequestOptions => ({
  apiVersion: PINNED_API_VERSION,
  timeout: timeoutMs,
  maxNetworkRetries: RETRIES,
})

interface SdkError extends Error {
  readonly type: string
  readonly statusCode?: number
  readonly code?: string
  readonly requestId?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** By shape, because the app may bring another copy of the SDK. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && 'type' in error && typeof error.type === 'string'
}

/**
 * 4xx is Stripe's own no. 409, 429, 5xx and no answer leave the outcome unknown: the same request
 * under the same idempotency key may still be carried out, or was. A 5xx that Stripe replays is
 * none of these: it began, failed, and stays so under this key.
 */
function translate(error: unknown): unknown {
  if (!isSdkError(error)) return error
  const { statusCode: status } = error
  const refused = status !== undefined && status >= 400 && status < 500
  if (refused && status !== 409 && status !== 429) {
    const aboutRequest = status !== 401 && status !== 403 && error.type !== 'StripeIdempotencyError'
    return new StripeRefusal(status, error.code, error.requestId, aboutRequest)
  }
  if (status !== undefined && status >= 500 && error.headers?.[REPLAYED] === 'true') {
    return new EngineError('STRIPE_FAILED', `Stripe recorded a failure (${status}) under this key`)
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

/** For a string of Stripe's search language. */
const quoted = (text: string): string => text.replaceAll(/[\\']/g, '\\$&')

const keyed = (
  options: AskOptions & { readonly idempotencyKey: string },
): Stripe.RequestOptions => ({
  ...requestOptions(halved(options)),
  idempotencyKey: options.idempotencyKey,
})

/** Wraps the official client; every call carries its time limit. */
export function stripeFromSdk(sdk: Stripe): StripePort {
  return {
    createSession: (params, options) =>
      ask(() => sdk.checkout.sessions.create(params, keyed(options))),
    expireSession: (id, options) =>
      ask(() => sdk.checkout.sessions.expire(id, {}, requestOptions(halved(options)))),
    session: (id, { withInvoice = false, ...options }) =>
      askOrNull(() =>
        sdk.checkout.sessions.retrieve(
          id,
          { expand: ['line_items', 'payment_intent', ...(withInvoice ? ['invoice'] : [])] },
          requestOptions(halved(options)),
        ),
      ),
    charge: (id, options) =>
      askOrNull(() =>
        sdk.charges.retrieve(
          id,
          { expand: ['refunds', `refunds.data.${FAILURE}`] },
          requestOptions(halved(options)),
        ),
      ),
    refundsAfter: (chargeId, refundId, options) =>
      ask(() =>
        sdk.refunds.list(
          {
            charge: chargeId,
            starting_after: refundId,
            limit: PAGE,
            expand: [`data.${FAILURE}`],
          },
          requestOptions(halved(options)),
        ),
      ),
    dispute: (id, options) =>
      askOrNull(() =>
        sdk.disputes.retrieve(
          id,
          { expand: ['charge', 'charge.refunds', `charge.refunds.data.${FAILURE}`] },
          requestOptions(halved(options)),
        ),
      ),
    subscription: (id, options) =>
      askOrNull(() =>
        sdk.subscriptions.retrieve(
          id,
          { expand: ['latest_invoice', 'latest_invoice.payments'] },
          requestOptions(halved(options)),
        ),
      ),
    invoice: (id, options) =>
      askOrNull(() =>
        sdk.invoices.retrieve(
          id,
          { expand: ['payments', 'parent.subscription_details.subscription'] },
          requestOptions(halved(options)),
        ),
      ),
    subscriptionItemsAfter: (subscription, after, options) =>
      ask(() =>
        sdk.subscriptionItems.list(
          { subscription, starting_after: after, limit: PAGE },
          requestOptions(halved(options)),
        ),
      ),
    invoiceLinesAfter: (id, after, options) =>
      ask(() =>
        sdk.invoices.listLineItems(
          id,
          { starting_after: after, limit: PAGE },
          requestOptions(halved(options)),
        ),
      ),
    invoicePaymentsAfter: (invoice, after, options) =>
      ask(() =>
        sdk.invoicePayments.list(
          { invoice, starting_after: after, limit: PAGE },
          requestOptions(halved(options)),
        ),
      ),
    entitlements: (customer, after, options) =>
      ask(() =>
        sdk.entitlements.activeEntitlements.list(
          { customer, limit: PAGE, ...(after === null ? {} : { starting_after: after }) },
          requestOptions(halved(options)),
        ),
      ),
    createCustomer: (params, options) => ask(() => sdk.customers.create(params, keyed(options))),
    customer: (id, options) =>
      askOrNull(() => sdk.customers.retrieve(id, {}, requestOptions(halved(options)))),
    async customersByMetadata(key, value, options) {
      const query = `metadata['${key}']:'${quoted(value)}'`
      const found = await ask(() =>
        sdk.customers.search({ query, limit: PAGE }, requestOptions(halved(options))),
      )
      return found.data
    },
    createPortalSession: (params, options) =>
      ask(() => sdk.billingPortal.sessions.create(params, requestOptions(halved(options)))),
    createProduct: (params, options) => ask(() => sdk.products.create(params, keyed(options))),
    product: (id, options) =>
      askOrNull(() => sdk.products.retrieve(id, {}, requestOptions(halved(options)))),
    createPrice: (params, options) => ask(() => sdk.prices.create(params, keyed(options))),
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
