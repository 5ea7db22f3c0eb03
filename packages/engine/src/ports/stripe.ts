// Owns what the engine asks of Stripe: a narrow port over the official SDK.
import type Stripe from 'stripe'

/**
 * The API version in which we ask, whatever version the app's client is set to: the shapes that
 * the engine knows (the SDK's own). Deliveries may come in another one.
 */
export const PINNED_API_VERSION = '2026-10-28.endive'

export interface AskOptions {
  /** Milliseconds until the request is given up; its outcome is then unknown. */
  readonly timeoutMs: number
}

/**
 * Rejects with `STRIPE_TIMEOUT` or `STRIPE_UNAVAILABLE` when the outcome is unknown, with
 * `STRIPE_FAILED` when Stripe recorded a failure of its own under the idempotency key (it repeats it
 * for a day: only another key can help), and with `StripeRefusal` when it answered with an error of
 * ours.
 */
export interface StripePort {
  createSession(
    params: Stripe.Checkout.SessionCreateParams,
    options: AskOptions & { readonly idempotencyKey: string },
  ): Promise<Stripe.Checkout.Session>
  expireSession(id: string, options: AskOptions): Promise<Stripe.Checkout.Session>
  /**
   * With line items and the payment intent expanded; null when Stripe does not have it. With its
   * invoice only where that is needed: a key that sells things once need not read invoices.
   */
  session(
    id: string,
    options: AskOptions & { readonly withInvoice?: boolean },
  ): Promise<Stripe.Checkout.Session | null>
  /** With its refunds expanded (the first page of them), and what says when one failed. */
  charge(id: string, options: AskOptions): Promise<Stripe.Charge | null>
  /** Further refunds of a charge, after the one named, expanded like the first page. */
  refundsAfter(
    chargeId: string,
    refundId: string,
    options: AskOptions,
  ): Promise<Stripe.ApiList<Stripe.Refund>>
  /** With its charge expanded, and that one as above. */
  dispute(id: string, options: AskOptions): Promise<Stripe.Dispute | null>
  /** With its latest invoice and that one's payments expanded; the first page of each list. */
  subscription(id: string, options: AskOptions): Promise<Stripe.Subscription | null>
  /** Further items of a subscription, after the one named. */
  subscriptionItemsAfter(
    subscriptionId: string,
    itemId: string,
    options: AskOptions,
  ): Promise<Stripe.ApiList<Stripe.SubscriptionItem>>
  /** With its payments and its subscription expanded; the first page of each list. */
  invoice(id: string, options: AskOptions): Promise<Stripe.Invoice | null>
  /** Further lines of an invoice, after the one named. */
  invoiceLinesAfter(
    invoiceId: string,
    lineId: string,
    options: AskOptions,
  ): Promise<Stripe.ApiList<Stripe.InvoiceLineItem>>
  /** Further payments of an invoice, after the one named. */
  invoicePaymentsAfter(
    invoiceId: string,
    paymentId: string,
    options: AskOptions,
  ): Promise<Stripe.ApiList<Stripe.InvoicePayment>>
  /** A page of a customer's active entitlements, after the one named. */
  entitlements(
    customerId: string,
    after: string | null,
    options: AskOptions,
  ): Promise<Stripe.ApiList<Stripe.Entitlements.ActiveEntitlement>>
  createCustomer(
    params: Stripe.CustomerCreateParams,
    options: AskOptions & { readonly idempotencyKey: string },
  ): Promise<Stripe.Customer>
  /** Null when Stripe does not have it; a deleted customer says so itself. */
  customer(
    id: string,
    options: AskOptions,
  ): Promise<Stripe.Customer | Stripe.DeletedCustomer | null>
  /** Those whose metadata has this value, as Stripe compares it; not the newest of the last minutes. */
  customersByMetadata(
    key: string,
    value: string,
    options: AskOptions,
  ): Promise<readonly Stripe.Customer[]>
  createPortalSession(
    params: Stripe.BillingPortal.SessionCreateParams,
    options: AskOptions,
  ): Promise<Stripe.BillingPortal.Session>
  createProduct(
    params: Stripe.ProductCreateParams,
    options: AskOptions & { readonly idempotencyKey: string },
  ): Promise<Stripe.Product>
  /** Null when Stripe does not have it; a deleted product says so itself. */
  product(id: string, options: AskOptions): Promise<Stripe.Product | Stripe.DeletedProduct | null>
  createPrice(
    params: Stripe.PriceCreateParams,
    options: AskOptions & { readonly idempotencyKey: string },
  ): Promise<Stripe.Price>
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
