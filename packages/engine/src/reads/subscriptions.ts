// Owns the reads of subscriptions: each with its items, in one indexed statement.
import type { Subscription, SubscriptionStatus } from '../model.ts'
import { isId } from '../pipeline/inbox/lanes.ts'
import {
  type ItemRow,
  type SubscriptionRow,
  toSubscription,
} from '../pipeline/projections/subscriptions/row.ts'
import type { Queryable } from '../ports/database.ts'
import { type ListOptions, limitOf } from './buyers.ts'
import { keyOf, type Who, type WhoColumn } from './who.ts'

const SELECT = `
select s.*, coalesce((select json_agg(i order by i.id) from quittance.subscription_items i
  where i.subscription_id = s.id), '[]') as items
from quittance.subscriptions s`

interface RowWithItems extends SubscriptionRow {
  readonly items: readonly ItemRow[]
}

const toView = (row: RowWithItems): Subscription => toSubscription({ row, items: row.items })

/** Null for an unknown id, and for what is none. */
export async function getSubscription(on: Queryable, id: string): Promise<Subscription | null> {
  if (!isId(id)) return null
  const [row] = await on.query<RowWithItems>(`${SELECT} where s.id = $1`, [id])
  return row === undefined ? null : toView(row)
}

const NEWEST_FIRST = 'order by s.stripe_created desc, s.id'

const OF: { readonly [Column in WhoColumn]: string } = {
  user_id: `${SELECT} join quittance.buyers b on b.customer_id = s.customer_id
where b.user_id = $1 ${NEWEST_FIRST} limit $2`,
  customer_id: `${SELECT} where s.customer_id = $1 ${NEWEST_FIRST} limit $2`,
}

/** A buyer's subscriptions of any status, the newest first. */
export async function listSubscriptionsOf(
  on: Queryable,
  who: Who,
  options: ListOptions = {},
): Promise<Subscription[]> {
  const { column, id } = keyOf(who)
  const rows = await on.query<RowWithItems>(OF[column], [id, limitOf(options)])
  return rows.map(toView)
}

export interface SubscriptionFilter extends ListOptions {
  readonly status?: SubscriptionStatus
  readonly who?: Who
}

const LIST = `${SELECT}
where ($1::text is null or s.status = $1) ${NEWEST_FIRST} limit $2`

const LIST_OF = (column: WhoColumn) => `${SELECT}
where ($1::text is null or s.status = $1)
  and s.customer_id = (select customer_id from quittance.buyers where ${column} = $3)
${NEWEST_FIRST} limit $2`

/** For operators: the newest first, of everybody or of one buyer. */
export async function listSubscriptions(
  on: Queryable,
  { status, who, ...options }: SubscriptionFilter,
): Promise<Subscription[]> {
  const values = [status ?? null, limitOf(options)]
  if (who === undefined) return (await on.query<RowWithItems>(LIST, values)).map(toView)
  const { column, id } = keyOf(who)
  const rows = await on.query<RowWithItems>(LIST_OF(column), [...values, id])
  return rows.map(toView)
}

/** One transition or remark in the life of a subscription. */
export interface SubscriptionHistoryView {
  readonly from: SubscriptionStatus | null
  readonly to: string
  readonly cause: string
  readonly eventId: string | null
  readonly note: string | null
  readonly at: Date
}

const HISTORY = `
select from_status as "from", to_status as "to", cause, event_id as "eventId", note, at
from quittance.subscription_history where subscription_id = $1 order by n`

/** Every transition and remark, the oldest first. */
export async function subscriptionHistory(
  on: Queryable,
  id: string,
): Promise<SubscriptionHistoryView[]> {
  if (!isId(id)) return []
  return await on.query<SubscriptionHistoryView & Record<string, unknown>>(HISTORY, [id])
}
