// Owns the part of a buyer's row that asking for a Stripe customer goes through: claim, take, end.
import type { Queryable } from '../ports/database.ts'

export interface Claim extends Record<string, unknown> {
  readonly id: bigint
  /** The new customer takes the place of one that was deleted. */
  readonly customer_deleted: boolean
  readonly customer_key: string
  readonly customer_params: string
}

/** Stripe forgets an idempotency key after 24 hours at the earliest: within these it surely has it. */
const KEY_HOURS = 23

/** A key begins with its moment, in milliseconds and hexadecimal, so that it tells its age. */
const MOMENT = (hoursAgo: number) => `
lpad(to_hex(floor((extract(epoch from quittance.now()) - ${hoursAgo} * 3600) * 1000)::bigint), 12, '0')`

/** Under C letters and digits compare as hexadecimal does, wherever the database is. */
const LAPSED = `customer_key collate "C" < ${MOMENT(KEY_HOURS)}`

/**
 * An answer, whichever it is, takes the key away: what has one waits for its answer, also when the
 * parameters were forgotten meanwhile. Only an adoption by hand leaves it on a row with a customer;
 * the question of before it was never answered either.
 */
const FIND_LAPSED = `
select customer_key as key from quittance.buyers
where user_id = $1 and (customer_id is null or customer_deleted) and ${LAPSED}`

/** The key of a question that was never answered, and which Stripe may have forgotten. */
export async function findLapsedKey(on: Queryable, userId: string): Promise<string | null> {
  return (await on.query<{ key: string }>(FIND_LAPSED, [userId]))[0]?.key ?? null
}

const FORGET_LAPSED = `
update quittance.buyers set customer_params = null, updated_at = quittance.now()
where customer_params is not null and ${LAPSED}`

/** What would not be sent again anyway holds the address of a user who may never come back. */
export async function forgetLapsed(on: Queryable): Promise<void> {
  await on.query(FORGET_LAPSED)
}

/**
 * A question that has no answer yet is asked again as it was; a new one, and one that lapsed, gets a
 * new key. Null when the user has a customer by now, and when the question lapsed and was forgotten
 * since it was looked at: whom it made is searched for before the key goes. By the user, because a
 * row may have become a guest's meanwhile: whoever asked in its name would make a second customer.
 */
const CLAIM = `
update quittance.buyers set
  customer_key = case when customer_params is null or customer_key = $4
    then ${MOMENT(0)} || $2 else customer_key end,
  customer_params = case when customer_key = $4 then $3 else coalesce(customer_params, $3) end,
  updated_at = quittance.now()
where user_id = $1 and (customer_id is null or customer_deleted)
  and (customer_params is not null or customer_key is null or customer_key = $4 or not ${LAPSED})
returning id, customer_deleted, customer_key, customer_params`

export async function claimCustomer(
  on: Queryable,
  userId: string,
  claim: { readonly random: string; readonly params: string; readonly lapsed: string | null },
): Promise<Claim | null> {
  const values = [userId, claim.random, claim.params, claim.lapsed]
  return (await on.query<Claim>(CLAIM, values))[0] ?? null
}

const TAKE = `
update quittance.buyers set customer_id = $3, customer_key = null, customer_params = null,
  updated_at = quittance.now()
where id = $1 and customer_key = $2 and customer_id is null`

/** The compare-and-set after the answer: nothing happens where another one came first. */
export async function takeCustomer(
  on: Queryable,
  buyerId: bigint,
  key: string,
  customerId: string,
): Promise<void> {
  await on.query(TAKE, [buyerId, key, customerId])
}

const END_QUESTION = `
update quittance.buyers set customer_key = null, customer_params = null, updated_at = quittance.now()
where user_id = $1 and customer_key = $2`

/**
 * Stripe refused what was asked, or whom it made was adopted: the next question is another one, and
 * nobody is searched for. By the user, whom an adoption takes to another row together with the key.
 */
export async function endQuestion(on: Queryable, userId: string, key: string): Promise<void> {
  await on.query(END_QUESTION, [userId, key])
}

const MARK_DELETED = `
update quittance.buyers set customer_deleted = true, updated_at = quittance.now()
where customer_id = $1 and not customer_deleted`

/** Stripe said so itself, before its event came. */
export async function markCustomerDeleted(on: Queryable, customerId: string): Promise<void> {
  await on.query(MARK_DELETED, [customerId])
}
