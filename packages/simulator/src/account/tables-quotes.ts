/** What Stripe knows of a quote and does not show. */
import type { Stripe } from 'stripe'
import type { Stored } from '../wire.ts'

/** Its lines, each with what it takes to bill it. */
export interface QuoteSecret {
  readonly id: string
  readonly lines: readonly QuoteLine[]
  /** The same as Stripe shows them. */
  readonly lineItems: readonly Stored<Stripe.LineItem>[]
  /** By the ids of the discounts that it offers: what is redeemed when it is accepted. */
  readonly offers: Readonly<Record<string, QuoteOffer>>
}

export interface QuoteOffer {
  readonly coupon?: string
  readonly promotion_code?: string
}

export interface QuoteLine {
  readonly id: string
  readonly price: string
  readonly quantity: number
  readonly taxRates: readonly string[]
  readonly discounts: readonly string[]
}
