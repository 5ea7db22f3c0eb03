// Owns the membership that the demo shop sells: two plans of one group, and what each of them opens.
import type { CatalogueItem, CatalogueItems } from '@quittance/engine'
import { SHOP_NAME } from './goods.ts'

export const MEMBERSHIP_NAME = 'The Reading Room'

/** Plans of the group stand for each other: a member holds one of them at a time. */
export const MEMBERSHIP_GROUP = 'reading_room'

export const GRACE_DAYS = 7

export type Feature = 'reading_room' | 'letters_archive'

interface FeatureWords {
  readonly name: string
  readonly line: string
}

export const FEATURES: Readonly<Record<Feature, FeatureWords>> = {
  reading_room: {
    name: 'The reading room',
    line: 'Three pieces a week, to be read in one sitting.',
  },
  letters_archive: {
    name: 'The letters archive',
    line: 'Everything that ever lay on the table, since 1974.',
  },
}

export interface Plan {
  readonly itemId: string
  readonly name: string
  readonly title: string
  readonly line: string
  readonly unitAmount: number
  readonly currency: 'usd'
  readonly interval: 'month' | 'year'
  readonly trialDays: number | null
  readonly features: readonly Feature[]
}

/** The monthly one shows a trial; the yearly one is paid at once, and opens more. */
export const PLANS: readonly Plan[] = [
  {
    itemId: 'reading_room_monthly',
    name: `${MEMBERSHIP_NAME}, monthly`,
    title: 'By the month',
    line: 'The first week is free. Leave whenever you like.',
    unitAmount: 900,
    currency: 'usd',
    interval: 'month',
    trialDays: 7,
    features: ['reading_room'],
  },
  {
    itemId: 'reading_room_yearly',
    name: `${MEMBERSHIP_NAME}, yearly`,
    title: 'By the year',
    line: 'Two months less to pay, and the key to the archive.',
    unitAmount: 9_000,
    currency: 'usd',
    interval: 'year',
    trialDays: null,
    features: ['reading_room', 'letters_archive'],
  },
]

export function planOf(itemId: string | null): Plan | undefined {
  return PLANS.find((plan) => plan.itemId === itemId)
}

/** Stable across restarts, as with the goods. */
export const planLookupKey = (plan: Plan): string => `quittance_demo_${plan.itemId}`

const catalogued = (plan: Plan): CatalogueItem<Feature> => ({
  kind: 'plan',
  lookupKey: planLookupKey(plan),
  interval: plan.interval,
  group: MEMBERSHIP_GROUP,
  features: plan.features,
  session: { branding_settings: { display_name: SHOP_NAME } },
  ...(plan.trialDays === null ? {} : { trialDays: plan.trialDays }),
})

export const PLAN_CATALOGUE: CatalogueItems<Feature> = Object.fromEntries(
  PLANS.map((plan) => [plan.itemId, catalogued(plan)]),
)
