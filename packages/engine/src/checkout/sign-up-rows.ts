// Owns the statements about a buyer's sign-ups and subscriptions in one group of plans.
import type { BuyerRow } from '../pipeline/projections/buyers/row.ts'
import type { OrderRow } from '../pipeline/projections/orders/row.ts'
import type { Queryable } from '../ports/database.ts'

/** A session is open for 24 hours at most: asked for later, it would outlive `OPEN_HOURS`. */
export const ASK_HOURS = 23
/** How long an order is looked at: until its session is over, and its end was told. */
const OPEN_HOURS = 48
const OPEN_MAX = 10

/**
 * That the merchant's expiry was asked for says nothing of what came of it: Stripe is asked. Without
 * a session the same mark means that the order was closed, and gets none.
 */
const MAY_BE_OPEN = `
o.status in ('pending', 'confirmed') and (o.session_id is not null or o.cancel_requested_at is null)
  and o.created_at > quittance.now() - interval '${OPEN_HOURS} hours'`

/** An item may be renamed: then its price tells what an order of the old name was for. */
const OF_GROUP = (itemIds: string) => `(o.item_id = any (${itemIds}::text[]) or o.price_id in (
  select price_id from quittance.catalogue_prices where item_id = any (${itemIds}::text[])))`

const FIND_OPEN = `
select o.*, o.created_at > quittance.now() - interval '${ASK_HOURS} hours' as can_be_asked
from quittance.orders o
where o.buyer_id = $1 and o.kind = 'subscription' and ${OF_GROUP('$2')}
  and ${MAY_BE_OPEN}
order by o.created_at desc, o.id limit ${OPEN_MAX}`

export interface OpenSignUp extends OrderRow {
  /** Whether a session may still be asked for in its name. */
  readonly can_be_asked: boolean
}

/** Orders of the group whose sessions may be open now, or opened yet; newest first. */
export async function findOpenSignUps(
  on: Queryable,
  buyerId: bigint,
  itemIds: readonly string[],
): Promise<OpenSignUp[]> {
  return await on.query<OpenSignUp>(FIND_OPEN, [buyerId, itemIds])
}

const SUBSCRIPTIONS = (statuses: string) => `
select 1 from quittance.subscriptions s
join quittance.subscription_items i on i.subscription_id = s.id
left join quittance.catalogue_prices p on p.price_id = i.price_id
where s.customer_id = $2 and s.status ${statuses}
  and coalesce(i.item_id, p.item_id) = any ($3::text[])`

/** Until the subscription of a sign-up is known here, its order speaks for it. */
const LIVE = `
${SUBSCRIPTIONS("not in ('canceled', 'incomplete_expired')")}
union all
select 1 from quittance.orders o
where o.buyer_id = $1 and o.kind = 'subscription' and ${OF_GROUP('$3')}
  and o.status in ('awaiting_payment', 'fulfilled')
  and not exists (select 1 from quittance.subscriptions s where s.id = o.subscription_id)
limit 1`

/** A subscription that has not ended, one whose first payment is under way included. */
export async function hasSubscription(
  on: Queryable,
  buyer: BuyerRow,
  itemIds: readonly string[],
): Promise<boolean> {
  return (await on.query(LIVE, [buyer.id, buyer.customer_id, itemIds])).length > 0
}

/** The orders outlive a customer who was deleted, and tell of trials that are on offer now. */
const HAD = `
${SUBSCRIPTIONS("<> 'incomplete_expired'")}
union all
select 1 from quittance.orders o
where o.buyer_id = $1 and o.kind = 'subscription' and ${OF_GROUP('$3')}
  and (o.status = 'fulfilled'
    or o.status = 'awaiting_payment' and not exists (
      select 1 from quittance.subscriptions s
      where s.id = o.subscription_id and s.status = 'incomplete_expired')
    or o.trial_days is not null and o.id <> all ($4::text[]) and ${MAY_BE_OPEN})
limit 1`

/**
 * Whether a trial of this group was had, or can be had by a session that is open. `over`: orders of
 * which Stripe just said that they ended unpaid, which their rows may not know yet.
 */
export async function hadSignUp(
  on: Queryable,
  buyer: BuyerRow,
  itemIds: readonly string[],
  over: readonly string[],
): Promise<boolean> {
  return (await on.query(HAD, [buyer.id, buyer.customer_id, itemIds, over])).length > 0
}
