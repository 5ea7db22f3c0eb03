// Owns what the flows' shop sells: its products, prices and features at Stripe, and what the shop calls each of them.
import type Stripe from 'stripe'
import { idOf } from './flow.ts'

export interface Good {
  /** Also the item id by which the shop sells it. */
  readonly lookupKey: string
  readonly name: string
  readonly currency: string
  /** In the currency's smallest unit. */
  readonly unitAmount: number
  /** A plan when set, otherwise sold once. */
  readonly interval?: 'month' | 'year'
  /** Lookup keys of the features of its product. */
  readonly features: readonly string[]
}

/** By the name under which a flow finds the price. */
export const GOODS = {
  poster: {
    lookupKey: 'poster',
    name: 'Poster',
    currency: 'eur',
    unitAmount: 1500,
    features: [],
  },
  pro: {
    lookupKey: 'pro_monthly',
    name: 'Pro',
    currency: 'eur',
    unitAmount: 2000,
    interval: 'month',
    features: ['export', 'search'],
  },
  /** Sold by the seat. */
  team: {
    lookupKey: 'team_monthly',
    name: 'Team',
    currency: 'eur',
    unitAmount: 1200,
    interval: 'month',
    features: ['export', 'search', 'sso'],
  },
  proYear: {
    lookupKey: 'pro_yearly',
    name: 'Pro, by the year',
    currency: 'eur',
    unitAmount: 20_000,
    interval: 'year',
    features: ['export', 'search'],
  },
  /** Yen have no smaller unit. */
  print: {
    lookupKey: 'print_jpy',
    name: 'Print',
    currency: 'jpy',
    unitAmount: 1800,
    features: [],
  },
  /** A dinar has a thousand fils, and cards take them by ten. */
  proKwd: {
    lookupKey: 'pro_kwd',
    name: 'Pro in Kuwait',
    currency: 'kwd',
    unitAmount: 5500,
    interval: 'month',
    features: ['export'],
  },
} as const satisfies Readonly<Record<string, Good>>

export type GoodName = keyof typeof GOODS

/** Price ids by the names above. */
export type Prices = { readonly [Name in GoodName]: string }

/** A good as a buyer can put it into a session. */
export interface Offer {
  readonly good: GoodName
  readonly trialDays?: number
  readonly trialEnd?: 'cancel' | 'create_invoice' | 'pause'
  /** A trial begins without a card. */
  readonly cardOptional?: true
  readonly debits?: true
  /** The buyer may enter one of `CODES`. */
  readonly codes?: true
}

/** By the item id of `checkout({ itemId })`. */
export const OFFERS: Readonly<Record<string, Offer>> = {
  poster: { good: 'poster' },
  pro_monthly: { good: 'pro' },
  team_monthly: { good: 'team' },
  pro_yearly: { good: 'proYear' },
  print_jpy: { good: 'print' },
  pro_kwd: { good: 'proKwd' },
  poster_promo: { good: 'poster', codes: true },
  pro_promo: { good: 'pro', codes: true },
  /** Takes bank debits, too: the session is complete days before it is paid. */
  pro_debit: { good: 'pro', debits: true },
  pro_trial: { good: 'pro', trialDays: 14 },
  /** Shorter than the notice of its end. */
  pro_trial_short: { good: 'pro', trialDays: 2 },
  pro_trial_cancel: { good: 'pro', trialDays: 14, trialEnd: 'cancel', cardOptional: true },
  pro_trial_pause: { good: 'pro', trialDays: 14, trialEnd: 'pause', cardOptional: true },
  pro_trial_invoice: {
    good: 'pro',
    trialDays: 14,
    trialEnd: 'create_invoice',
    cardOptional: true,
  },
}

/** Promotion codes, each with a coupon of its own. */
export const CODES = {
  FREE: { percent_off: 100, duration: 'forever' },
  QUARTER: { percent_off: 25, duration: 'once' },
} as const satisfies Readonly<Record<string, Stripe.CouponCreateParams>>

export type Code = keyof typeof CODES

export function offerOf(itemId: string): Offer & { readonly price: Good } {
  const offer = OFFERS[itemId]
  if (offer === undefined) throw new TypeError(`the shop does not sell ${itemId}`)
  return { ...offer, price: GOODS[offer.good] }
}

/** Stocks an empty account: a few requests, in a fixed order, so that a seed gives the same ids. */
export async function stock(stripe: Stripe): Promise<Prices> {
  const features = new Map<string, string>()
  for (const key of new Set(Object.values(GOODS).flatMap(({ features: keys }) => [...keys]))) {
    const { id } = await stripe.entitlements.features.create({ lookup_key: key, name: key })
    features.set(key, id)
  }
  const made = new Map<string, string>()
  for (const [name, good] of Object.entries<Good>(GOODS)) {
    const price = await stripe.prices.create({
      product_data: { name: good.name },
      currency: good.currency,
      unit_amount: good.unitAmount,
      lookup_key: good.lookupKey,
      ...(good.interval === undefined ? {} : { recurring: { interval: good.interval } }),
    })
    made.set(name, price.id)
    for (const key of good.features) {
      await stripe.products.createFeature(idOf(price.product), {
        entitlement_feature: features.get(key) ?? '',
      })
    }
  }
  for (const [code, terms] of Object.entries(CODES)) {
    const { id: coupon } = await stripe.coupons.create(terms)
    await stripe.promotionCodes.create({ code, promotion: { type: 'coupon', coupon } })
  }
  const priceOf = (name: GoodName) => made.get(name) ?? ''
  return {
    poster: priceOf('poster'),
    pro: priceOf('pro'),
    team: priceOf('team'),
    proYear: priceOf('proYear'),
    print: priceOf('print'),
    proKwd: priceOf('proKwd'),
  }
}
