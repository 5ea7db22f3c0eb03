// Owns what follows from any change about a buyer: refunded sums, follow-up, access, and their news.
import type { Buyer } from '../../../model.ts'
import type { Queryable } from '../../../ports/database.ts'
import { type BuyerRow, lockBuyer, toBuyer } from '../buyers/row.ts'
import { settlePayments } from '../payments/settle-payments.ts'
import type { Apply, Scope } from '../projector.ts'
import { accessAt, accessOf, type DerivedAccess, NO_ACCESS } from './derive.ts'
import { type BuyerState, readState, type StoredAccess } from './inputs.ts'
import { renameItems } from './items.ts'
import type { AccessRules } from './rules.ts'

/** A feature whose row changes, with what is told of it. */
interface Change {
  readonly feature: string
  readonly derived: DerivedAccess
  readonly told: boolean
  readonly timesTold: number
  /** Whether the app hears of it. */
  readonly flips: boolean
}

function isSame(a: DerivedAccess, b: DerivedAccess): boolean {
  const [left, right] = [a, b].map((each) => [
    each.granted,
    each.until?.getTime(),
    each.reason,
    each.source?.kind,
    each.source?.id,
    each.later?.reason,
    each.later?.source.kind,
    each.later?.source.id,
  ])
  return left?.every((value, index) => value === right?.[index]) ?? false
}

/** What the app should know now, against what it was told last. */
function changeOf(
  feature: string,
  derived: DerivedAccess,
  stored: StoredAccess | undefined,
  now: Date,
): readonly Change[] {
  const told = accessAt(feature, derived, now).granted
  const flips = told !== (stored?.told ?? false)
  if (stored !== undefined && !flips && isSame(stored, derived)) return []
  const timesTold = (stored?.timesTold ?? 0) + (flips ? 1 : 0)
  return [{ feature, derived, told, timesTold, flips }]
}

function changesOf({ now, stored, ...inputs }: BuyerState, rules: AccessRules): readonly Change[] {
  const derived = accessOf(inputs, rules)
  const features = [...new Set([...derived.keys(), ...stored.keys()])].sort()
  return features.flatMap((feature) =>
    changeOf(feature, derived.get(feature) ?? NO_ACCESS, stored.get(feature), now),
  )
}

const WRITE = `
insert into quittance.access (buyer_id, feature, granted, access_until, reason, source, source_id,
  later_reason, later_source, later_source_id, told, times_told, updated_at)
select $1, c.feature, c.granted, c.until, c.reason, c.source, c.source_id, c.later_reason,
  c.later_source, c.later_source_id, c.told, c.times_told, quittance.now()
from jsonb_to_recordset($2::text::jsonb) as c (feature text, granted boolean, until timestamptz,
  reason text, source text, source_id text, later_reason text, later_source text,
  later_source_id text, told boolean, times_told integer)
on conflict (buyer_id, feature) do update set
  granted = excluded.granted, access_until = excluded.access_until, reason = excluded.reason,
  source = excluded.source, source_id = excluded.source_id,
  later_reason = excluded.later_reason, later_source = excluded.later_source,
  later_source_id = excluded.later_source_id,
  told = excluded.told, times_told = excluded.times_told, updated_at = excluded.updated_at`

async function write(tx: Queryable, buyerId: bigint, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ feature, derived, told, timesTold }) => ({
    feature,
    granted: derived.granted,
    until: derived.until,
    reason: derived.reason,
    source: derived.source?.kind,
    source_id: derived.source?.id,
    later_reason: derived.later?.reason,
    later_source: derived.later?.source.kind,
    later_source_id: derived.later?.source.id,
    told,
    times_told: timesTold,
  }))
  await tx.query(WRITE, [buyerId, JSON.stringify(rows)])
}

const SETTLED = `
update quittance.buyers set follow_up_since = $2, rules = $3, due_asked_at = null,
  updated_at = quittance.now()
where id = $1
  and (follow_up_since is distinct from $2::timestamptz or rules <> $3 or due_asked_at is not null)`

function tell(
  scope: Scope,
  buyerId: bigint,
  buyer: Buyer,
  changes: readonly Change[],
  now: Date,
): void {
  for (const { feature, derived, told, timesTold, flips } of changes) {
    if (!flips) continue
    scope.emit({
      name: told ? 'access.granted' : 'access.revoked',
      key: `access:${buyerId}:${feature}:${timesTold}`,
      about: { buyer, feature, access: accessAt(feature, derived, now) },
    })
  }
}

export interface Settled {
  /** As it is now, for whoever tells what led here. */
  readonly buyer: Buyer
  /** Something of the buyer's was refunded or disputed: rows of orders and invoices may have changed. */
  readonly hasReturns: boolean
}

/**
 * The end of every application that touched a buyer's subscription, invoice, order, refund or
 * dispute: locks the buyer, derives anew what is derived, and tells what changed by it. Null for a
 * buyer that is gone: it was merged into another one, which is settled for itself.
 */
export async function settleBuyer(
  scope: Scope,
  buyerId: bigint,
  rules: AccessRules,
): Promise<Settled | null> {
  const row: BuyerRow | null = await lockBuyer(scope.tx, buyerId)
  if (row === null) return null
  const hasReturns = await settlePayments(scope, row)
  const state = await readState(scope.tx, row)
  await renameItems(scope.tx, state.subscriptions, rules)
  const changes = changesOf(state, rules)
  await write(scope.tx, buyerId, changes)
  await scope.tx.query(SETTLED, [buyerId, state.followUpSince, rules.hash])
  const buyer = toBuyer({ ...row, follow_up_since: state.followUpSince })
  tell(scope, buyerId, buyer, changes, state.now)
  return { buyer, hasReturns }
}

/** A check of a buyer: time has passed, or the rules are others. Nothing is asked of Stripe. */
export const settledBuyer =
  (buyerId: bigint, rules: AccessRules): Apply =>
  async (scope) => {
    await settleBuyer(scope, buyerId, rules)
    return { kind: 'done' }
  }
