/** Every table of an account: Stripe's objects by kind (the name in their `object`, but for sessions), and beside them what Stripe knows but does not show. */
import type { Stripe } from 'stripe'
import type { SessionParams } from '../checkout/session-params.ts'
import type { SettlePlan } from '../customers/test-banks.ts'
import type { CardBehaviour } from '../customers/test-cards.ts'
import type { InvoiceSecret, SettledOrder } from '../invoicing/invoice-secret.ts'
import type { Stored } from '../wire.ts'
import type { MoneyTables } from './tables-money.ts'
import type { PlatformTables } from './tables-platform.ts'
import type { QuoteSecret } from './tables-quotes.ts'

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
export type EventDestination = Stored<Stripe.V2.Core.EventDestination>
export type TestClock = Stored<Stripe.TestHelpers.TestClock>
export type Coupon = Stored<Stripe.Coupon>
export type PromotionCode = Stored<Stripe.PromotionCode>
export type Discount = Stored<Stripe.Discount>
export type Card = Stored<Stripe.Card>
export type TaxId = Stored<Stripe.TaxId>
export type CustomerBalanceTransaction = Stored<Stripe.CustomerBalanceTransaction>
export type TaxRate = Stored<Stripe.TaxRate>
export type Plan = Stored<Stripe.Plan>
export type ShippingRate = Stored<Stripe.ShippingRate>
export type PaymentLink = Stored<Stripe.PaymentLink>
export type SetupIntent = Stored<Stripe.SetupIntent>
export type Dispute = Stored<Stripe.Dispute>
export type Invoice = Stored<Stripe.Invoice>
export type InvoiceItem = Stored<Stripe.InvoiceItem>
export type InvoiceLine = Stored<Stripe.InvoiceLineItem>
export type InvoicePayment = Stored<Stripe.InvoicePayment>
export type CreditNote = Stored<Stripe.CreditNote>
export type Subscription = Stored<Stripe.Subscription>
export type SubscriptionItem = Stored<Stripe.SubscriptionItem>
export type SubscriptionSchedule = Stored<Stripe.SubscriptionSchedule>
export type Quote = Stored<Stripe.Quote>
export type Feature = Stored<Stripe.Entitlements.Feature>
export interface ProductFeature extends Stored<Stripe.ProductFeature> {
  /** Known by the path only: Stripe does not show it. */
  readonly product: string
}
export type ActiveEntitlement = Stored<Stripe.Entitlements.ActiveEntitlement>
export type PortalConfiguration = Stored<Stripe.BillingPortal.Configuration>
export type PortalSession = Stored<Stripe.BillingPortal.Session>

export interface StripeEvent {
  readonly id: string
  readonly object: 'event'
  /** The connected account that it happened in. */
  readonly account?: string
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
  /** Authenticated once for later payments without the customer. */
  readonly isSetUp?: boolean
  /** Used without a customer, or detached from one: it works no more. */
  readonly isSpent?: boolean
}

export interface SessionSecret {
  readonly id: string
  /** The request that made it: what is made when the buyer is done is made by its terms. */
  readonly asked: SessionParams
  readonly lineItems: readonly LineItem[]
  /** The tax rates of each line, by the line's id. */
  readonly taxRates: Readonly<Record<string, readonly string[]>>
  readonly intent: IntentTemplate
  /** The intent of what is due today, once the buyer has tried to pay it. */
  readonly intentId?: string
  /** The method whose 3-D Secure challenge the buyer is at, where no payment intent waits for it. */
  readonly challengedMethod?: string
  /** What an order was paid by, for its invoice, which may come days later. */
  readonly settled?: SettledOrder
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
  /** Where to send what was bought, when the page asked for it. */
  readonly shipping?: { readonly name: string; readonly address: Stored<Stripe.Address> } | null
  /** To the merchant's own questions, by their keys. */
  readonly answers?: Readonly<Record<string, string>>
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
  /** Where a challenge sends the buyer back to. */
  readonly returnUrl?: string
  readonly mandate?: string
}

/** A discount's coupon as it was redeemed: neither its deletion nor a new one of the same id changes the discount. */
export interface DiscountTerms {
  readonly id: string
  readonly coupon: Coupon
}

/** What Stripe knows of a subscription and does not show. */
/** A way back from a pause that waits for its invoice to be paid. */
export interface Resumption {
  readonly invoice: string
  /** How long it is waited for. */
  readonly until: number
  /** When it was asked for: its periods begin or go on there. */
  readonly at: number
  readonly keepsAnchor: boolean
}

export interface SubscriptionSecret {
  readonly id: string
  /** A piece of work is under way that will tell of all its changes at once. */
  readonly quiet?: boolean
  /** The features that each item grants: those of its product when its period began. */
  readonly features: Readonly<Record<string, readonly string[]>>
  /** The invoice whose payment applies the pending update. */
  readonly pendingInvoice?: string
  /** The invoice items that were pending before that update. */
  readonly pendingBefore?: readonly string[]
  readonly resumption?: Resumption | null
  /** Whether an end inside a period gives back what is left of it. */
  readonly creditsEnd?: boolean
  /** The period end of which `invoice.upcoming` has told. */
  readonly announced?: number
  /** An invoice that was given up, and will be written off without its subscription recovering. */
  readonly givenUp?: string
}

/** Whose entitlement it is. */
export interface EntitlementSecret {
  readonly id: string
  readonly customer: string
}

/** The rates that a line has instead of its invoice's. */
export interface InvoiceLineSecret {
  readonly id: string
  readonly taxRates: readonly string[]
}

export interface CreditNoteSecret {
  readonly id: string
  readonly lines: readonly Stored<Stripe.CreditNoteLineItem>[]
}

/** What holds back the automatic retries of an invoice. */
export interface PaymentLinkSecret {
  readonly id: string
  readonly lineItems: readonly LineItem[]
}

export interface Tombstone {
  readonly id: string
  readonly object: string
  readonly deleted: true
}

/** Of a webhook endpoint or an event destination. */
export interface EndpointSecret {
  readonly id: string
  readonly secret: string
  /** Rolled secrets that sign beside the present one until their time is over (virtual seconds). */
  readonly retired?: readonly { readonly secret: string; readonly until: number }[]
  /** Virtual seconds: every attempt from then on failed. */
  readonly failingSince?: number
  /** Hears of connected accounts instead of its own. */
  readonly connect?: boolean
}

/** The endpoints that have not yet answered an event with success. */
export interface PendingDelivery {
  readonly id: string
  readonly endpoints: readonly string[]
}

/** An event of API v2 that is no snapshot's twin. */
export interface ThinEvent extends Stored<Stripe.V2.Core.EventBase> {
  readonly related_object?: {
    readonly id?: string
    readonly type: string
    readonly url: string
  }
  /** Only a fetched event carries it, never a delivered one. */
  readonly data?: unknown
}

export interface Tables extends MoneyTables, PlatformTables {
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
  'v2.core.event_destination': EventDestination
  'v2.core.event': ThinEvent
  'test_helpers.test_clock': TestClock
  coupon: Coupon
  promotion_code: PromotionCode
  discount: Discount
  card: Card
  tax_id: TaxId
  customer_balance_transaction: CustomerBalanceTransaction
  tax_rate: TaxRate
  plan: Plan
  shipping_rate: ShippingRate
  payment_link: PaymentLink
  setup_intent: SetupIntent
  dispute: Dispute
  invoice: Invoice
  invoiceitem: InvoiceItem
  /** An invoice's lines in their order; the invoice itself carries the first page of them. */
  line_item: InvoiceLine
  invoice_payment: InvoicePayment
  invoice_line_secret: InvoiceLineSecret
  invoice_secret: InvoiceSecret
  /** The invoice payments that an intent is for. */
  intent_payments: { readonly id: string; readonly invoicePayments: readonly string[] }
  credit_note: CreditNote
  credit_note_secret: CreditNoteSecret
  subscription: Subscription
  subscription_item: SubscriptionItem
  subscription_secret: SubscriptionSecret
  subscription_schedule: SubscriptionSchedule
  quote: Quote
  quote_secret: QuoteSecret
  'entitlements.feature': Feature
  product_feature: ProductFeature
  'entitlements.active_entitlement': ActiveEntitlement
  entitlement_secret: EntitlementSecret
  'billing_portal.configuration': PortalConfiguration
  'billing_portal.session': PortalSession
  event: StripeEvent
  tombstone: Tombstone
  instrument: Instrument
  session_secret: SessionSecret
  intent_secret: IntentSecret
  discount_terms: DiscountTerms
  payment_link_secret: PaymentLinkSecret
  endpoint_secret: EndpointSecret
  pending_delivery: PendingDelivery
}

export type Kind = keyof Tables
