// Owns the adoption of a customer by a user: two rows of one person become one, and nothing is lost.
import { EngineError } from '../../../errors.ts'
import type { Queryable, Transaction } from '../../../ports/database.ts'
import { type BuyerRow, buyerOf } from './row.ts'

export interface Adopted {
  /** The user and the customer together. Settle it. */
  readonly buyer: BuyerRow
  /** The user's customer of before, who was deleted at Stripe; a guest from now on. Settle it too. */
  readonly former: bigint | null
}

/** A row that was merged away between look and lock makes another turn. */
const TURNS_MAX = 3

/**
 * What the customer bought becomes the user's. The customer's row stays and takes over what the
 * user's has, because events that are under way know the customer's.
 * @throws EngineError `CUSTOMER_CONFLICT` when the customer is another user's, or the user has
 * another customer that is not deleted.
 */
export async function adoptCustomer(
  tx: Transaction,
  userId: string,
  customerId: string,
): Promise<Adopted> {
  for (let turn = 1; turn <= TURNS_MAX; turn += 1) {
    const theirs = await buyerOf(tx, 'customer_id', customerId)
    if (theirs.user_id === userId) return { buyer: theirs, former: null }
    const own = await buyerOf(tx, 'user_id', userId)
    const rows = await lockBuyers(tx, [theirs.id, own.id])
    const customer = rows.find((row) => row.customer_id === customerId)
    const user = rows.find((row) => row.user_id === userId)
    if (customer === undefined || user === undefined || customer === user) continue
    if (customer.user_id !== null) throw conflict('the customer is another user’s')
    if (user.customer_id !== null && !user.customer_deleted) {
      throw conflict('the user has another customer')
    }
    return await merge(tx, user, customer)
  }
  throw new TypeError('adoptCustomer: the rows do not come to rest')
}

const conflict = (what: string) => new EngineError('CUSTOMER_CONFLICT', what)

/** The lower id first, so that two adoptions do not wait for each other. */
const LOCK = 'select * from quittance.buyers where id = any ($1::bigint[]) order by id for update'

async function lockBuyers(tx: Transaction, ids: readonly bigint[]): Promise<BuyerRow[]> {
  return await tx.query<BuyerRow>(LOCK, [ids])
}

async function merge(tx: Transaction, user: BuyerRow, customer: BuyerRow): Promise<Adopted> {
  await moveOrders(tx, user.id, customer.id)
  await mergeAccess(tx, user.id, customer.id)
  // The user's id and its row part before the customer's takes it: it is unique.
  if (user.customer_id === null) await dropBuyer(tx, user.id)
  else await makeGuest(tx, user.id)
  const buyer = await takeUser(tx, user, customer.id)
  return { buyer, former: user.customer_id === null ? null : user.id }
}

const MOVE_ORDERS = 'update quittance.orders set buyer_id = $2 where buyer_id = $1'

async function moveOrders(tx: Queryable, from: bigint, to: bigint): Promise<void> {
  await tx.query(MOVE_ORDERS, [from, to])
}

/**
 * What the app was told of the user it was told of the person: a feature that is lost by the merge
 * has to be told as revoked, one that stays must not be told again.
 */
const KEEP_TOLD = `
update quittance.access c set told = true from quittance.access u
where c.buyer_id = $2 and u.buyer_id = $1 and u.feature = c.feature and u.told and not c.told`

const ACCESS_COLUMNS = `feature, granted, access_until, reason, source, source_id, later_reason,
  later_source, later_source_id, told, times_told`

const COPY_ACCESS = `
insert into quittance.access (buyer_id, ${ACCESS_COLUMNS}, updated_at)
select $2, ${ACCESS_COLUMNS}, quittance.now() from quittance.access where buyer_id = $1
on conflict (buyer_id, feature) do nothing`

async function mergeAccess(tx: Queryable, from: bigint, to: bigint): Promise<void> {
  await tx.query(KEEP_TOLD, [from, to])
  await tx.query(COPY_ACCESS, [from, to])
}

/** What is derived of it goes with it. */
const DROP_BUYER = 'delete from quittance.buyers where id = $1'

async function dropBuyer(tx: Queryable, id: bigint): Promise<void> {
  await tx.query(DROP_BUYER, [id])
}

const MAKE_GUEST = `
update quittance.buyers set user_id = null, customer_key = null, customer_params = null,
  updated_at = quittance.now()
where id = $1`

/**
 * Of the guest nothing was told yet. Its rows stay for the number of times that something was: what
 * is told of it from now on needs keys that the user's news have not used up.
 */
const FORGET_TOLD = `
update quittance.access set told = false, updated_at = quittance.now()
where buyer_id = $1 and told`

async function makeGuest(tx: Queryable, id: bigint): Promise<void> {
  await tx.query(MAKE_GUEST, [id])
  await tx.query(FORGET_TOLD, [id])
}

/** The key goes along: an answer to a question that is still under way names this very customer. */
const TAKE_USER = `
update quittance.buyers set user_id = $2, customer_key = coalesce($3, customer_key),
  updated_at = quittance.now()
where id = $1 returning *`

async function takeUser(tx: Queryable, user: BuyerRow, id: bigint): Promise<BuyerRow> {
  const [row] = await tx.query<BuyerRow>(TAKE_USER, [id, user.user_id, user.customer_key])
  if (row === undefined) throw new TypeError('adoptCustomer: the locked row is gone')
  return row
}
