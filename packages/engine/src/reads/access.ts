// Owns the reads of access: one feature in one indexed query, or all of the catalogue's.
import { types } from 'node:util'
import type { CatalogueItems } from '../catalogue.ts'
import { EngineError } from '../errors.ts'
import type { AccessReason, FeatureAccess } from '../model.ts'
import { accessAt, type DerivedAccess, NO_ACCESS } from '../pipeline/projections/access/derive.ts'
import type { Queryable } from '../ports/database.ts'
import { keyOf, type Who, type WhoColumn } from './who.ts'

export interface AtOption {
  /** Access as it is known now for this moment; now (by the database's clock) when absent. */
  readonly at?: Date
}

/** Exported for the measurement of its plan. */
export const CAN = (column: WhoColumn): string => `
select exists (
  select 1 from quittance.buyers b join quittance.access a on a.buyer_id = b.id
  where b.${column} = $1 and a.feature = $2 and a.granted
    and (a.access_until is null or a.access_until > coalesce($3::timestamptz, quittance.now()))
) as granted`

const CAN_BY: { readonly [Column in WhoColumn]: string } = {
  user_id: CAN('user_id'),
  customer_id: CAN('customer_id'),
}

function momentOf({ at }: AtOption): Date | null {
  if (at === undefined) return null
  if (types.isDate(at) && !Number.isNaN(at.getTime())) return at
  throw new EngineError('READ_INVALID', 'at is not a valid Date')
}

/** Every feature that the catalogue names, in alphabetical order. */
export function featuresOf<Feature extends string>(
  catalogue: CatalogueItems<Feature>,
): readonly Feature[] {
  const named = Object.values(catalogue).flatMap(({ features }) => features ?? [])
  return [...new Set(named)].sort()
}

/**
 * Whether a buyer may use a feature; somebody unknown may not.
 * @throws EngineError `FEATURE_UNKNOWN` for one that the catalogue does not name: a misspelt one
 * would be denied to everybody, and nobody would know.
 */
export async function can<Feature extends string>(
  on: Queryable,
  features: readonly Feature[],
  who: Who,
  feature: Feature,
  options: AtOption = {},
): Promise<boolean> {
  const { column, id } = keyOf(who)
  if (!features.includes(feature)) {
    const known = features.length === 0 ? 'names none' : `names ${features.join(', ')}`
    throw new EngineError(
      'FEATURE_UNKNOWN',
      `there is no feature ${feature}: the catalogue ${known}`,
    )
  }
  const rows = await on.query<{ granted: boolean }>(CAN_BY[column], [
    id,
    feature,
    momentOf(options),
  ])
  return rows[0]?.granted === true
}

const ACCESS_BY = (column: WhoColumn) => `
select a.feature, a.granted, a.access_until as until, a.reason, a.source, a.source_id,
  a.later_reason, a.later_source, a.later_source_id,
  coalesce($2::timestamptz, quittance.now()) as at
from quittance.buyers b join quittance.access a on a.buyer_id = b.id
where b.${column} = $1`

type SourceKind = NonNullable<DerivedAccess['source']>['kind']

interface AccessRow extends Record<string, unknown> {
  readonly feature: string
  readonly granted: boolean
  readonly until: Date | null
  readonly reason: AccessReason
  readonly source: SourceKind | null
  readonly source_id: string | null
  readonly later_reason: AccessReason | null
  readonly later_source: SourceKind | null
  readonly later_source_id: string | null
  readonly at: Date
}

const sourceOf = (kind: SourceKind | null, id: string | null) =>
  kind === null || id === null ? null : { kind, id }

function toDerived(row: AccessRow): DerivedAccess {
  const { granted, until, reason, later_reason: laterReason } = row
  const later = sourceOf(row.later_source, row.later_source_id)
  return {
    granted,
    until,
    reason,
    source: sourceOf(row.source, row.source_id),
    later: laterReason === null || later === null ? null : { reason: laterReason, source: later },
  }
}

/** All features of the catalogue; those that nothing gives have the reason `none`. */
export async function getAccess<Feature extends string>(
  on: Queryable,
  features: readonly Feature[],
  who: Who,
  options: AtOption = {},
): Promise<FeatureAccess<Feature>[]> {
  const { column, id } = keyOf(who)
  const rows = await on.query<AccessRow>(ACCESS_BY(column), [id, momentOf(options)])
  const byFeature = new Map(rows.map((row) => [row.feature, row]))
  return features.map((feature) => {
    const row = byFeature.get(feature)
    return row === undefined
      ? accessAt(feature, NO_ACCESS, new Date(0))
      : accessAt(feature, toDerived(row), row.at)
  })
}
