/** What a room asks for when it wants an invoice: whom to bill, for what, and how to collect. */
import type { Invoice, InvoiceItem } from '../account/tables.ts'
import type { SettledTerms } from './invoice-secret.ts'

/** A discount that exists, or what to make one of. */
export interface DiscountEntry {
  readonly discount?: string | undefined
  readonly coupon?: string | undefined
  readonly promotion_code?: string | undefined
}

/** Says of each pending item of the customer in the invoice's currency whether this invoice takes it. */
export type Takes = (item: InvoiceItem) => boolean

export interface InvoiceEntry {
  readonly customer: string
  readonly currency: string
  readonly collectionMethod: 'charge_automatically' | 'send_invoice'
  readonly daysUntilDue?: number | undefined
  readonly dueDate?: number | undefined
  readonly billingReason: Exclude<Invoice['billing_reason'], null>
  readonly parent: Invoice['parent']
  /** Whether the draft finalises and collects by itself. */
  readonly autoAdvance: boolean
  /** When it finalises by itself, instead of after the time that the account's rules set. */
  readonly finalizesAt?: number | undefined
  readonly description?: string | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly discounts?: readonly DiscountEntry[] | undefined
  /** Ids of tax rates. */
  readonly defaultTaxRates?: readonly string[] | undefined
  readonly defaultPaymentMethod?: string | null | undefined
  readonly defaultSource?: string | null | undefined
  readonly periodStart?: number | undefined
  readonly periodEnd?: number | undefined
  readonly lines: readonly LineEntry[]
  readonly settled?: SettledTerms | undefined
  /** Which pending invoice items come onto it; none when left out. */
  readonly takes?: Takes | undefined
  readonly onBehalfOf?: string | null | undefined
  readonly more?: Partial<DecorativeFields> | undefined
}

/** Fields that stand on an invoice as they were given; of the money only the shipping is among them. */
export type DecorativeFields = Pick<
  Invoice,
  | 'account_tax_ids'
  | 'custom_fields'
  | 'effective_at'
  | 'footer'
  | 'from_invoice'
  | 'number'
  | 'payment_settings'
  | 'rendering'
  | 'shipping_cost'
  | 'shipping_details'
  | 'statement_descriptor'
>

export interface LineEntry {
  /** The id of a price; its amount is `quantity` times it unless `amount` says otherwise. */
  readonly price?: string | undefined
  /** In the smallest unit, before discounts and taxes. */
  readonly amount?: number | undefined
  /** Null where units make no sense, such as metered use that was summed up. */
  readonly quantity?: number | null | undefined
  readonly description?: string | null | undefined
  readonly period: { readonly start: number; readonly end: number }
  readonly proration?: boolean | undefined
  /** For a credit: the lines of an earlier invoice that it gives back. */
  readonly creditedItems?:
    | { readonly invoice: string; readonly invoice_line_items: readonly string[] }
    | undefined
  /** Of a proration: what discounts took off before; its amount is without it. */
  readonly discountAmounts?:
    | readonly { readonly amount: number; readonly discount: string }[]
    | undefined
  readonly subscription?: string | null | undefined
  readonly subscriptionItem?: string | null | undefined
  readonly invoiceItem?: string | null | undefined
  /** Ids of tax rates; without any, the invoice's own apply. */
  readonly taxRates?: readonly string[] | undefined
  readonly discounts?: readonly DiscountEntry[] | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Left out: true but for prorations and credits. */
  readonly discountable?: boolean | undefined
}

/** The parent of an invoice that bills a subscription. */
export function subscriptionParent(
  subscription: string,
  metadata: Readonly<Record<string, string>>,
): NonNullable<Invoice['parent']> {
  return {
    quote_details: null,
    subscription_details: { subscription, metadata: { ...metadata } },
    type: 'subscription_details',
  }
}

export function quoteParent(quote: string): NonNullable<Invoice['parent']> {
  return { quote_details: { quote }, subscription_details: null, type: 'quote_details' }
}
