// Owns the one pure function from all that a buyer has to who may use what, until when, and why.
import type { AccessReason, FeatureAccess } from '../../../model.ts'
import { type Claim, claimsOfOrder, claimsOfSubscription, type Source } from './claims.ts'
import { namedOrder, namedSubscription, type SoldOrder, type SoldSubscription } from './items.ts'
import { ACCESS_REASONS, because, rankOf } from './reasons.ts'
import type { AccessRules } from './rules.ts'

/** Everything of a buyer that access follows from. The order of the lists means nothing. */
export interface AccessInputs {
  readonly subscriptions: readonly SoldSubscription[]
  /** Of kind `payment`. */
  readonly orders: readonly SoldOrder[]
}

/** Access to one feature, for every moment: nothing in here depends on when it was derived. */
export interface DerivedAccess {
  readonly granted: boolean
  /** When it ends by time alone; null while nothing ends it, or when it is not granted at all. */
  readonly until: Date | null
  readonly reason: AccessReason
  /** Null for the reason `none` only. */
  readonly source: Source | null
  /** What is to be said from `until` on. */
  readonly later: { readonly reason: AccessReason; readonly source: Source } | null
}

export const NO_ACCESS: DerivedAccess = {
  granted: false,
  until: null,
  reason: 'none',
  source: null,
  later: null,
}

/** Orders first, then by id: an order that never depends on rows or on when we heard of them. */
function bySource(a: Source, b: Source): number {
  if (a.kind !== b.kind) return a.kind === 'order' ? -1 : 1
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}

const byTelling = (a: Claim, b: Claim): number =>
  rankOf(a.reason) - rankOf(b.reason) || bySource(a.source, b.source)

/** The longest first; no end is longer than any. */
function byLength(a: Claim, b: Claim): number {
  const [left, right] = [a.until ?? Number.POSITIVE_INFINITY, b.until ?? Number.POSITIVE_INFINITY]
  return left === right ? byTelling(a, b) : left > right ? -1 : 1
}

/** What denies: of the newest source, the most telling. */
const byNews = (a: Claim, b: Claim): number =>
  b.sourceCreatedAt - a.sourceCreatedAt || -bySource(a.source, b.source) || byTelling(a, b)

/** What a claim says once its time is over. */
function ended(claim: Claim): Claim {
  const { over } = ACCESS_REASONS[claim.reason]
  return over === null ? claim : { ...claim, granted: false, until: null, reason: over }
}

function decide(claims: readonly Claim[]): DerivedAccess {
  const [longest] = claims.filter(({ granted }) => granted).sort(byLength)
  const [news] = claims.map(ended).sort(byNews)
  if (news === undefined) return NO_ACCESS
  const denial = { reason: news.reason, source: news.source }
  if (longest === undefined) return { ...NO_ACCESS, ...denial }
  const { reason, source, until } = longest
  return until === null
    ? { granted: true, until: null, reason, source, later: null }
    : { granted: true, until: new Date(until), reason, source, later: denial }
}

/**
 * Each feature that something of the buyer's speaks of, in alphabetical order. What is not in the
 * answer is `NO_ACCESS`.
 */
export function accessOf(
  inputs: AccessInputs,
  rules: AccessRules,
): ReadonlyMap<string, DerivedAccess> {
  const claims = [
    ...inputs.subscriptions.flatMap((each) =>
      claimsOfSubscription(namedSubscription(each, rules), rules),
    ),
    ...inputs.orders.flatMap((each) => claimsOfOrder(namedOrder(each, rules), rules)),
  ]
  const features = [...new Set(claims.map(({ feature }) => feature))].sort()
  return new Map(
    features.map((feature) => [feature, decide(claims.filter((each) => each.feature === feature))]),
  )
}

/** Access as it is at one moment: an end that has passed reads as what came after it. */
export function accessAt<Feature extends string>(
  feature: Feature,
  derived: DerivedAccess,
  at: Date,
): FeatureAccess<Feature> {
  const { until, later } = derived
  if (until !== null && later !== null && until <= at) {
    const { reason, source } = later
    return { feature, granted: false, until: null, reason, because: because(reason, null), source }
  }
  const { granted, reason, source } = derived
  return { feature, granted, until, reason, because: because(reason, until), source }
}
