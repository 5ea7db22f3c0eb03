// Owns the catalogue's vocabulary: what is sold, what it grants, and the policies of access.
import type Stripe from 'stripe'

export type Interval = 'day' | 'week' | 'month' | 'year'

/** What access does after refunds, disputes, failed renewals and cancellations. */
export interface AccessPolicies {
  /** Days after its renewal fell due in which a `past_due` subscription keeps its features. */
  readonly pastDueGraceDays: number
  /** The order, or what was paid for the newest period, was refunded in part. */
  readonly partialRefund: 'keep' | 'revoke'
  /** … or in full. */
  readonly fullRefund: 'keep' | 'revoke'
  /** An inquiry (`warning_*`): the bank asks, and no money has moved. */
  readonly inquiry: 'keep' | 'revoke'
  /** A chargeback that is not decided. What was won back is always kept. */
  readonly chargeback: 'keep' | 'revoke'
  readonly disputeLost: 'keep' | 'revoke'
  /** A subscription that was canceled at once: over, or until the end of what was paid for. */
  readonly canceledNow: 'ends_now' | 'paid_through'
  /** `pause_collection` with `void`: Stripe's word for a service that is not offered meanwhile. */
  readonly collectionVoided: 'keep' | 'revoke'
}

export const DEFAULT_POLICIES: AccessPolicies = {
  pastDueGraceDays: 7,
  partialRefund: 'keep',
  fullRefund: 'revoke',
  inquiry: 'keep',
  chargeback: 'revoke',
  disputeLost: 'revoke',
  canceledNow: 'ends_now',
  collectionVoided: 'revoke',
}

/** How `quittance catalog push` makes the price. Changing it later is drift, never a change at Stripe. */
export interface ItemDefinition {
  /** The product's name, as buyers read it. */
  readonly name: string
  readonly description?: string
  /** In the currency's smallest unit. */
  readonly unitAmount: number
  /** ISO code in lower case. */
  readonly currency: string
}

interface ItemBase<Feature extends string> {
  /** `price_…`; give this or `lookupKey`. */
  readonly price?: string
  readonly lookupKey?: string
  /**
   * Prices under which it was sold before: their subscribers have its features, also those who
   * subscribed before the price was named here.
   */
  readonly formerPrices?: readonly string[]
  /** Inclusive bounds of the quantity (a plan's seats). Default 1 to 100; a plan's is 1. */
  readonly quantity?: { readonly min?: number; readonly max?: number }
  /** What may stand between the subtotal and the total. Nothing by default. */
  readonly allow?: {
    readonly discount?: boolean
    readonly tax?: boolean
    readonly shipping?: boolean
  }
  /** What its buyer may use. The names are the ones that `access.can` knows. */
  readonly features?: readonly Feature[]
  /** Policies that differ from `billing.policies` for this item. */
  readonly policies?: Partial<AccessPolicies>
  readonly define?: ItemDefinition
}

/** Sold once. */
export interface OneTimeItem<Feature extends string = string> extends ItemBase<Feature> {
  readonly kind?: 'one_time'
  /** How long its features last from fulfilment on; for ever by default. */
  readonly accessDays?: number
  /** Further parameters of the session, merged under ours; never price, quantity or metadata. */
  readonly session?: Pick<
    Stripe.Checkout.SessionCreateParams,
    | 'allowed_payment_method_types'
    | 'automatic_tax'
    | 'billing_address_collection'
    | 'branding_settings'
    | 'locale'
    | 'phone_number_collection'
    | 'shipping_address_collection'
    | 'shipping_options'
    | 'submit_type'
  >
}

/** Sold as a subscription. */
export interface PlanItem<Feature extends string = string> extends ItemBase<Feature> {
  readonly kind: 'plan'
  /** What the price must recur by; checked against Stripe at start. */
  readonly interval: Interval
  /** Default 1. */
  readonly intervalCount?: number
  /** Days of trial of a buyer's first subscription in the group. */
  readonly trialDays?: number
  /** What happens at a trial's end without a payment method. Stripe's default: `create_invoice`. */
  readonly trialEnd?: 'cancel' | 'create_invoice' | 'pause'
  /** Plans of one group stand for each other. Default: all plans are of the group `default`. */
  readonly group?: string
  readonly session?: Pick<
    Stripe.Checkout.SessionCreateParams,
    | 'allowed_payment_method_types'
    | 'automatic_tax'
    | 'billing_address_collection'
    | 'branding_settings'
    | 'locale'
    | 'payment_method_collection'
    | 'phone_number_collection'
    | 'tax_id_collection'
  >
}

export type CatalogueItem<Feature extends string = string> =
  | OneTimeItem<Feature>
  | PlanItem<Feature>

export type CatalogueItems<Feature extends string = string> = {
  readonly [itemId: string]: CatalogueItem<Feature>
}

export interface BillingOptions {
  readonly policies: Partial<AccessPolicies>
  readonly groups: {
    readonly [group: string]: {
      /** May one buyer hold several live subscriptions of the group? Default `refuse`. */
      readonly second?: 'refuse' | 'allow'
      /** A trial once for each buyer, or with every sign-up. Default `once`. */
      readonly trials?: 'once' | 'always'
    }
  }
  /** A configuration of the billing portal (`bpc_…`); Stripe's default when absent. */
  readonly portalConfiguration: string | null
}

export const DEFAULT_BILLING: BillingOptions = {
  policies: {},
  groups: {},
  portalConfiguration: null,
}

export interface QuantityBounds {
  readonly min: number
  readonly max: number
}

const QUANTITY_MIN = 1
const QUANTITY_MAX = 100
/** A plan is bought once, unless its seats are counted. */
const PLAN_QUANTITY_MAX = 1

export const boundsOf = (item: CatalogueItem): QuantityBounds => ({
  min: item.quantity?.min ?? QUANTITY_MIN,
  max: item.quantity?.max ?? (isPlan(item) ? PLAN_QUANTITY_MAX : QUANTITY_MAX),
})

export const DEFAULT_GROUP = 'default'

export const groupOf = (plan: PlanItem): string => plan.group ?? DEFAULT_GROUP

export const isPlan = (item: CatalogueItem): item is PlanItem => item.kind === 'plan'
