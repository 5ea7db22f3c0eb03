// Owns the catalogue by which the engine sells on the flows' stage: features, groups, and two houses' policies.
import type {
  AccessPolicies,
  BillingOptions,
  CatalogueItem,
  CatalogueItems,
} from '../../../src/catalogue.ts'
import { type GoodName, OFFERS, offerOf } from '../flows/goods.ts'

/** Of two shops: what one keeps, the other one takes away. */
const POLICIES = {
  kind: {
    pastDueGraceDays: 10,
    fullRefund: 'revoke',
    partialRefund: 'keep',
    inquiry: 'keep',
    chargeback: 'keep',
    disputeLost: 'revoke',
    canceledNow: 'paid_through',
    collectionVoided: 'keep',
  },
  strict: {
    pastDueGraceDays: 2,
    fullRefund: 'revoke',
    partialRefund: 'revoke',
    inquiry: 'revoke',
    chargeback: 'revoke',
    disputeLost: 'revoke',
    canceledNow: 'ends_now',
    collectionVoided: 'revoke',
  },
} as const satisfies Readonly<Record<string, AccessPolicies>>

export type House = keyof typeof POLICIES
export const HOUSES: readonly House[] = ['kind', 'strict']

const FEATURES: Readonly<Record<GoodName, readonly string[]>> = {
  poster: ['wallpapers'],
  pro: ['export', 'search'],
  team: ['export', 'search', 'sso'],
  proYear: ['export', 'search'],
  print: ['wallpapers', 'print_club'],
  proKwd: ['export'],
}

const GROUPS: Readonly<Partial<Record<GoodName, string>>> = { team: 'teams' }
/** Sold once, and used up: its access ends by time alone. */
const PRINT_CLUB_DAYS = 30
const SEATS_MAX = 50

function itemOf(itemId: string): CatalogueItem {
  const { good, price, ...offer } = offerOf(itemId)
  const shared = {
    lookupKey: price.lookupKey,
    features: FEATURES[good],
    ...(offer.codes ? { allow: { discount: true } } : {}),
    ...(good === 'team' ? { quantity: { max: SEATS_MAX } } : {}),
  }
  if (price.interval === undefined) {
    return { ...shared, ...(good === 'print' ? { accessDays: PRINT_CLUB_DAYS } : {}) }
  }
  const group = GROUPS[good]
  return {
    ...shared,
    kind: 'plan',
    interval: price.interval,
    ...(group === undefined ? {} : { group }),
    ...(offer.trialDays === undefined ? {} : { trialDays: offer.trialDays }),
    ...(offer.trialEnd === undefined ? {} : { trialEnd: offer.trialEnd }),
    session: {
      ...(offer.debits ? { allowed_payment_method_types: ['card', 'sepa_debit'] as const } : {}),
      ...(offer.cardOptional ? { payment_method_collection: 'if_required' as const } : {}),
    },
  }
}

export const CATALOGUE: CatalogueItems = Object.fromEntries(
  Object.keys(OFFERS).map((itemId) => [itemId, itemOf(itemId)]),
)

/**
 * The flows sign up while news of an earlier subscription's end is still on its way: a shop that
 * goes by its own rows would refuse, and another history would be played.
 */
const ANYTIME = { second: 'allow', trials: 'always' } as const

export const billingOf = (house: House): Partial<BillingOptions> => ({
  policies: POLICIES[house],
  groups: { default: ANYTIME, teams: ANYTIME },
})
