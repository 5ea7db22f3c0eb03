/** Every table of an account: Stripe's objects by kind, and beside them what Stripe knows but does not show. */
import type { Stripe } from 'stripe'
import type { SettlePlan } from '../customers/test-banks.ts'
import type { CardBehaviour } from '../customers/test-cards.ts'
import type { Stored } from '../wire.ts'

export type Product = Stored<Stripe.Product>
export type Price = Stored<Stripe.Price>
export type Customer = Stored<Stripe.Customer>
export type PaymentMethod = Stored<Stripe.PaymentMethod>
export type Token = Stored<Stripe.Token>
export type PaymentIntent = Stored<Stripe.PaymentIntent>
export type Charge = Stored<Stripe.Charge>
export type Refund = Stored<Stripe.Refund>
export type BalanceTransaction = Stored<Stripe.BalanceTransaction>
export type Session = Stored<Stripe.Checkout.Session>
export type LineItem = Stored<Stripe.LineItem>
export type WebhookEndpoint = Stored<Stripe.WebhookEndpoint>

export interface StripeEvent {
  readonly id: string
  readonly object: 'event'
  readonly api_version: string
  readonly created: number
  readonly data: { readonly object: unknown; readonly previous_attributes?: unknown }
  readonly livemode: false
  readonly pending_webhooks: number
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null }
  readonly type: string
}

/** How the account behind a payment method or token will behave. */
export interface Instrument {
  readonly id: string
  readonly card?: { readonly number: string; readonly behaviour: CardBehaviour }
  readonly bank?: SettlePlan
}

export interface SessionSecret {
  readonly id: string
  readonly lineItems: readonly LineItem[]
  readonly intent: IntentTemplate
  /** The buyer's entry that a 3-D Secure challenge interrupted. */
  readonly buyer?: BuyerDetails
  /** The completed event, so that the page can wait for its delivery. */
  readonly completedEventId?: string
}

export interface BuyerDetails {
  readonly email: string | null
  readonly name: string | null
  readonly phone: string | null
  readonly address: Stored<Stripe.Address> | null
}

/** `payment_intent_data`, kept until the buyer confirms: only then does Stripe create the intent. */
export interface IntentTemplate {
  readonly captureMethod: 'automatic' | 'automatic_async' | 'manual'
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly receiptEmail: string | null
  readonly setupFutureUsage: 'off_session' | 'on_session' | null
  readonly shipping: Stored<Stripe.PaymentIntent.Shipping> | null
  readonly statementDescriptor: string | null
  readonly statementDescriptorSuffix: string | null
  readonly transferGroup: string | null
}

export interface IntentSecret {
  readonly id: string
  readonly sessionId?: string
  readonly challenged?: boolean
}

export interface Tombstone {
  readonly id: string
  readonly object: string
  readonly deleted: true
}

export interface EndpointSecret {
  readonly id: string
  readonly secret: string
}

export interface Tables {
  product: Product
  price: Price
  customer: Customer
  payment_method: PaymentMethod
  token: Token
  payment_intent: PaymentIntent
  charge: Charge
  refund: Refund
  balance_transaction: BalanceTransaction
  session: Session
  webhook_endpoint: WebhookEndpoint
  event: StripeEvent
  tombstone: Tombstone
  instrument: Instrument
  session_secret: SessionSecret
  intent_secret: IntentSecret
  endpoint_secret: EndpointSecret
}

export type Kind = keyof Tables
