// Owns reading orders for the app and its operators.
import type { Order } from '../model.ts'
import { isId } from '../pipeline/inbox/lanes.ts'
import { findOrder, type OrderRow, toOrder } from '../pipeline/projections/orders/row.ts'
import type { Queryable } from '../ports/database.ts'
import { limitOf } from '../reads/buyers.ts'
import { keyOf } from '../reads/who.ts'
import type { OrderStatus } from '../types.ts'
import { hashBrowser } from './request.ts'
import { relationOf, type Visitor } from './visitor.ts'

const LIST_DEFAULT = 50

const LIST = `
select * from quittance.orders
where ($1::text is null or status = $1) and ($2::text is null or user_id = $2)
order by created_at desc, id limit $3`

export interface OrderListFilter {
  readonly status?: OrderStatus
  readonly userId?: string
  readonly limit?: number
}

const limited = (limit = LIST_DEFAULT): number => limitOf({ limit })

const userOf = (userId: string | undefined): string | null =>
  userId === undefined ? null : keyOf({ userId }).id

export async function listOrders(on: Queryable, filter: OrderListFilter): Promise<Order[]> {
  const values = [filter.status ?? null, userOf(filter.userId), limited(filter.limit)]
  return (await on.query<OrderRow>(LIST, values)).map(toOrder)
}

const LIST_OWN = `
select * from quittance.orders
where user_id = $1 or (browser_hash = $2 and (user_id is null or $1 is null))
order by created_at desc, id limit $3`

/** What the visitor's sign-in or cookie proves to be theirs. */
export async function listOrdersFor(
  on: Queryable,
  visitor: Visitor,
  limit?: number,
): Promise<Order[]> {
  const values = [userOf(visitor.identity?.userId), hashBrowser(visitor.browser), limited(limit)]
  return (await on.query<OrderRow>(LIST_OWN, values)).map(toOrder)
}

export async function getOrder(on: Queryable, id: string): Promise<Order | null> {
  const row = isId(id) ? await findOrder(on, 'id', id, 'read') : null
  return row === null ? null : toOrder(row)
}

export async function getOrderFor(
  on: Queryable,
  id: string,
  visitor: Visitor,
): Promise<Order | null> {
  const row = isId(id) ? await findOrder(on, 'id', id, 'read') : null
  return row !== null && relationOf(row, visitor) === 'buyer' ? toOrder(row) : null
}

export interface HistoryView {
  readonly from: OrderStatus | null
  readonly to: string
  readonly cause: string
  readonly eventId: string | null
  readonly note: string | null
  readonly at: Date
}

const HISTORY = `
select from_status as "from", to_status as "to", cause, event_id as "eventId", note, at
from quittance.order_history where order_id = $1 order by n`

/** Every transition and remark, oldest first. */
export async function historyOf(on: Queryable, id: string): Promise<HistoryView[]> {
  if (!isId(id)) return []
  return await on.query<HistoryView & Record<string, unknown>>(HISTORY, [id])
}
