// Owns the entitlement rows: what Stripe lists for a customer, replaced as a whole.
import type { Queryable, Transaction } from '../../../ports/database.ts'

export interface EntitlementFacts {
  readonly id: string
  readonly featureId: string
  readonly lookupKey: string
}

/** A newer answer only. Locks the buyer's row, which is the last lock of a transaction. */
const TAKE_TICKET = `
update quittance.buyers set entitlement_ticket = $2, updated_at = quittance.now()
where id = $1 and entitlement_ticket < $2 returning id`

const REPLACE = `
with given as (
  select distinct on (lookup_key) * from jsonb_to_recordset($2::text::jsonb)
    as e (id text, feature_id text, lookup_key text) order by lookup_key, id
), gone as (
  delete from quittance.entitlements
  where customer_id = $1 and lookup_key not in (select lookup_key from given)
)
insert into quittance.entitlements (customer_id, lookup_key, feature_id, id)
select $1, lookup_key, feature_id, id from given
on conflict (customer_id, lookup_key)
do update set feature_id = excluded.feature_id, id = excluded.id`

/** Answers whether the set was written: an older answer changes nothing. */
export async function replaceEntitlements(
  tx: Transaction,
  buyer: { readonly id: bigint; readonly customerId: string },
  entitlements: readonly EntitlementFacts[],
  ticket: bigint,
): Promise<boolean> {
  const taken = await tx.query(TAKE_TICKET, [buyer.id, ticket])
  if (taken.length === 0) return false
  const rows = entitlements.map(({ id, featureId, lookupKey }) => ({
    id,
    feature_id: featureId,
    lookup_key: lookupKey,
  }))
  await tx.query(REPLACE, [buyer.customerId, JSON.stringify(rows)])
  return true
}

const TICKET = `
select entitlement_ticket as ticket, customer_deleted as gone
from quittance.buyers where customer_id = $1`

/** When they were listed last, and whether there is nobody any more to list them for. */
export async function listedAt(
  on: Queryable,
  customerId: string,
): Promise<{ readonly ticket: bigint; readonly gone: boolean } | null> {
  const [row] = await on.query<{ ticket: bigint; gone: boolean }>(TICKET, [customerId])
  return row ?? null
}
