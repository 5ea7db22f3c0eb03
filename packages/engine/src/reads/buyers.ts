// Owns the reads of a buyer: the row itself, and the orders.
import { EngineError } from '../errors.ts'
import type { Buyer, Order } from '../model.ts'
import { findBuyer, toBuyer } from '../pipeline/projections/buyers/row.ts'
import { type OrderRow, toOrder } from '../pipeline/projections/orders/row.ts'
import type { Queryable } from '../ports/database.ts'
import { keyOf, type Who, type WhoColumn } from './who.ts'

/** Null for somebody who never bought anything here, and of whom Stripe told nothing. */
export async function getBuyer(on: Queryable, who: Who): Promise<Buyer | null> {
  const { column, id } = keyOf(who)
  const row = await findBuyer(on, column, id)
  return row === null ? null : toBuyer(row)
}

export interface ListOptions {
  /** 1 to 1000; 100 when absent. */
  readonly limit?: number
}

const LIST_MAX = 1_000
const LIST_DEFAULT = 100

/** @throws EngineError `READ_INVALID`: the database would refuse it with an error of its own. */
export function limitOf({ limit = LIST_DEFAULT }: ListOptions): number {
  if (Number.isSafeInteger(limit)) return Math.min(Math.max(1, limit), LIST_MAX)
  throw new EngineError('READ_INVALID', 'limit is not a whole number')
}

/** Orders of the time before there were buyers have the user alone. */
const ORDERS_BY: { readonly [Column in WhoColumn]: string } = {
  user_id: `
select o.* from quittance.orders o
where o.buyer_id = (select id from quittance.buyers where user_id = $1) or o.user_id = $1
order by o.created_at desc, o.id limit $2`,
  customer_id: `
select o.* from quittance.orders o
where o.buyer_id = (select id from quittance.buyers where customer_id = $1)
order by o.created_at desc, o.id limit $2`,
}

/** A buyer's orders of both kinds, the newest first. */
export async function listOrdersOf(
  on: Queryable,
  who: Who,
  options: ListOptions = {},
): Promise<Order[]> {
  const { column, id } = keyOf(who)
  const rows = await on.query<OrderRow>(ORDERS_BY[column], [id, limitOf(options)])
  return rows.map(toOrder)
}
