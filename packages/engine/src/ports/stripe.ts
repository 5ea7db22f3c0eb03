// Owns what the engine asks of Stripe: a narrow port over the official SDK.
import type Stripe from 'stripe'

export interface AskOptions {
  /** Milliseconds until the request is given up; its outcome is then unknown. */
  readonly timeoutMs: number
}

/**
 * Rejects with `STRIPE_TIMEOUT` or `STRIPE_UNAVAILABLE` when the outcome is unknown, and with
 * `StripeRefusal` when Stripe answered with an error of ours.
 */
export interface StripePort {
  createSession(
    params: Stripe.Checkout.SessionCreateParams,
    options: AskOptions & { readonly idempotencyKey: string },
  ): Promise<Stripe.Checkout.Session>
  expireSession(id: string, options: AskOptions): Promise<Stripe.Checkout.Session>
  /** With line items and the payment intent expanded; null when Stripe does not have it. */
  session(id: string, options: AskOptions): Promise<Stripe.Checkout.Session | null>
  charge(id: string, options: AskOptions): Promise<Stripe.Charge | null>
  event(id: string, options: AskOptions): Promise<Stripe.Event | null>
  /** With its product expanded; null when this key cannot see it. */
  price(id: string, options: AskOptions): Promise<Stripe.Price | null>
  priceByLookupKey(lookupKey: string, options: AskOptions): Promise<Stripe.Price | null>
}

/** Stripe understood the request and said no: repeating it unchanged cannot help. */
export class StripeRefusal extends Error {
  override readonly name = 'StripeRefusal'
  readonly status: number
  readonly stripeCode: string | undefined
  readonly requestId: string | undefined
  /** Whether the answer is about the request itself: a bad key or a reused one says nothing of it. */
  readonly aboutRequest: boolean

  constructor(
    status: number,
    stripeCode: string | undefined,
    requestId: string | undefined,
    aboutRequest = status !== 401 && status !== 403,
  ) {
    super(`Stripe answered ${status}${stripeCode === undefined ? '' : ` (${stripeCode})`}`)
    this.status = status
    this.stripeCode = stripeCode
    this.requestId = requestId
    this.aboutRequest = aboutRequest
  }
}
