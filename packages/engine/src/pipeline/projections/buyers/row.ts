// Owns the buyer's row: the app's user and the Stripe customer, one of each, and the lock on both.
import type { Buyer } from '../../../model.ts'
import type { Queryable, Transaction } from '../../../ports/database.ts'

export interface BuyerRow extends Record<string, unknown> {
  readonly id: bigint
  readonly user_id: string | null
  readonly customer_id: string | null
  readonly customer_key: string | null
  readonly customer_deleted: boolean
  readonly follow_up_since: Date | null
  readonly entitlement_ticket: bigint
  readonly rules: string
}

export const toBuyer = (row: BuyerRow): Buyer => ({
  userId: row.user_id,
  customerId: row.customer_id,
  customerDeleted: row.customer_deleted,
  followUpSince: row.follow_up_since,
})

export async function findBuyer(
  on: Queryable,
  by: 'id' | 'user_id' | 'customer_id',
  value: string | bigint,
): Promise<BuyerRow | null> {
  const rows = await on.query<BuyerRow>(`select * from quittance.buyers where ${by} = $1`, [value])
  return rows[0] ?? null
}

const INSERT = (column: 'user_id' | 'customer_id') => `
insert into quittance.buyers (${column}, created_at, updated_at)
values ($1, quittance.now(), quittance.now()) on conflict do nothing`

/** The buyer of this user or customer; a row of its own if there is none. Takes no lock. */
export async function buyerOf(
  on: Queryable,
  by: 'user_id' | 'customer_id',
  value: string,
): Promise<BuyerRow> {
  const known = await findBuyer(on, by, value)
  if (known !== null) return known
  await on.query(INSERT(by), [value])
  const made = await findBuyer(on, by, value)
  if (made === null) throw new TypeError(`buyerOf: no row for ${by}`)
  return made
}

/** No key update: orders that refer to the buyer may be written meanwhile. */
const LOCK = 'select * from quittance.buyers where id = $1 for no key update'

/**
 * The last lock of a transaction (after order, subscription and invoice), and held before anything
 * is read of which access or a refund's fact is derived: of two transactions about one buyer the
 * second sees what the first one wrote.
 */
export async function lockBuyer(tx: Transaction, id: bigint): Promise<BuyerRow | null> {
  const rows = await tx.query<BuyerRow>(LOCK, [id])
  return rows[0] ?? null
}
