// Owns the access rules: the catalogue and the policies in the form that projections read.
import { createHash } from 'node:crypto'
import {
  type AccessPolicies,
  type CatalogueItems,
  DEFAULT_POLICIES,
  groupOf,
  isPlan,
} from '../../../catalogue.ts'

export interface ItemRules {
  readonly itemId: string
  readonly kind: 'one_time' | 'plan'
  readonly features: readonly string[]
  /** Of a plan; null for what is sold once. */
  readonly group: string | null
  /** How long a one-time item's features last; null for ever. */
  readonly accessDays: number | null
  readonly policies: AccessPolicies
}

export interface AccessRules {
  readonly items: ReadonlyMap<string, ItemRules>
  /** Which item a price or a lookup key is sold as, by the catalogue as it is now. */
  readonly byPrice: ReadonlyMap<string, string>
  readonly byLookupKey: ReadonlyMap<string, string>
  /** Changes when anything changes that access is derived from. */
  readonly hash: string
}

export function accessRules(
  catalogue: CatalogueItems,
  policies: Partial<AccessPolicies>,
): AccessRules {
  const items = Object.entries(catalogue).map(
    ([itemId, item]): ItemRules => ({
      itemId,
      kind: isPlan(item) ? 'plan' : 'one_time',
      features: item.features ?? [],
      group: isPlan(item) ? groupOf(item) : null,
      accessDays: isPlan(item) ? null : (item.accessDays ?? null),
      policies: { ...DEFAULT_POLICIES, ...policies, ...item.policies },
    }),
  )
  const byPrice = Object.entries(catalogue).flatMap(([itemId, { price, formerPrices = [] }]) =>
    [...(price === undefined ? [] : [price]), ...formerPrices].map((id) => [id, itemId] as const),
  )
  const byLookupKey = Object.entries(catalogue).flatMap(([itemId, { lookupKey }]) =>
    lookupKey === undefined ? [] : [[lookupKey, itemId] as const],
  )
  const all = JSON.stringify([items, byPrice, byLookupKey])
  return {
    items: new Map(items.map((item) => [item.itemId, item])),
    byPrice: new Map(byPrice),
    byLookupKey: new Map(byLookupKey),
    hash: createHash('sha256').update(all).digest('hex').slice(0, 16),
  }
}

export interface Priced {
  readonly priceId: string
  /** Null as well where it is not known. */
  readonly lookupKey: string | null
}

/** What the catalogue names as it is now. What it does not name, the database may still know. */
export const itemIdOf = (
  { byPrice, byLookupKey }: AccessRules,
  { priceId, lookupKey }: Priced,
): string | null =>
  byPrice.get(priceId) ?? (lookupKey === null ? null : (byLookupKey.get(lookupKey) ?? null))
