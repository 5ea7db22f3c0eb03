// Owns one Stripe customer for each user: a unique row, a key in it, and no lock over the request.
import type Stripe from 'stripe'
import type { Identity } from '../config.ts'
import { buyerOf, findBuyer } from '../pipeline/projections/buyers/row.ts'
import { StripeRefusal } from '../ports/stripe.ts'
import { adoptAndSettle, type CustomerContext, endsKey, refusedBy, userIdOf } from './context.ts'
import { type Claim, claimCustomer, endQuestion, findLapsedKey, takeCustomer } from './row.ts'

/** The app's user on the customer, for whoever looks at it in the Dashboard. */
export const USER_MARKER = 'quittance_user'
/**
 * The key of the question that made the customer. Two installations may share a Stripe account, each
 * with a user of the same id: by this no one finds a customer that another one's question made.
 */
export const KEY_MARKER = 'quittance_key'

/** Beside the moment with which the key begins. */
const KEY_BYTES = 10
/** Each further turn means that the row changed under us: a merge, or a deletion. */
const TURNS_MAX = 4
const UNIQUE_VIOLATION = '23505'

/**
 * The user's customer, made if there is none. Everybody who asks meanwhile sends the same request
 * under the same key, so that Stripe makes one, and its answer may be lost any number of times; after
 * a day it is searched for.
 * @throws EngineError `USER_INVALID`, `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT`, `STRIPE_FAILED`,
 * `STRIPE_REFUSED`.
 */
export async function ensureCustomer(
  context: CustomerContext,
  identity: Identity,
): Promise<{ readonly customerId: string }> {
  const user: Identity = { ...identity, userId: userIdOf(identity.userId) }
  const { database, random } = context
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const buyer = await buyerOf(database, 'user_id', user.userId)
    if (buyer.customer_id !== null && !buyer.customer_deleted) {
      return { customerId: buyer.customer_id }
    }
    const lapsed = await findLapsedKey(database, user.userId)
    const lost = lapsed === null ? null : await findLost(context, user.userId, lapsed)
    if (lapsed !== null && lost !== null) {
      await adoptAndSettle(context, user.userId, lost)
      await endQuestion(database, user.userId, lapsed)
      continue
    }
    const params = JSON.stringify(paramsOf(user))
    const asked = { random: random.hex(KEY_BYTES), params, lapsed }
    const claim = await claimCustomer(database, user.userId, asked)
    if (claim === null) continue
    const { id: customerId } = await ask(context, claim, user.userId)
    await take(context, claim, user.userId, customerId)
  }
  throw new TypeError('ensureCustomer: the row of this user does not come to rest')
}

const paramsOf = ({ userId, email }: Identity): Stripe.CustomerCreateParams => ({
  metadata: { [USER_MARKER]: userId },
  ...(email === undefined ? {} : { email }),
})

/**
 * The customer that a question made whose answer never came. After a day Stripe's search knows it;
 * where Stripe offers none (some countries, some API keys) there may be a second customer.
 */
async function findLost(
  context: CustomerContext,
  userId: string,
  key: string,
): Promise<string | null> {
  const { database, stripe, logger, timeoutMs } = context
  const found = await stripe
    .customersByMetadata(KEY_MARKER, key, { timeoutMs })
    .catch((error: unknown) => {
      if (!(error instanceof StripeRefusal)) throw error
      logger.warn('Stripe refused to search for a customer whose making was never answered', {
        stripeCode: error.stripeCode ?? String(error.status),
      })
      return []
    })
  for (const { id, deleted, metadata } of found) {
    // Search does not tell capital letters from small ones.
    const isAnswer = metadata[KEY_MARKER] === key && metadata[USER_MARKER] === userId
    if (deleted !== undefined || !isAnswer) continue
    const known = await findBuyer(database, 'customer_id', id)
    const isFree = known === null || (known.user_id === null && !known.customer_deleted)
    if (isFree) return id
  }
  return null
}

async function ask(
  { database, stripe, logger, timeoutMs }: CustomerContext,
  { customer_key: key, customer_params: params }: Claim,
  userId: string,
): Promise<Stripe.Customer> {
  const stored: Stripe.CustomerCreateParams = JSON.parse(params)
  const idempotencyKey = `quittance:customer:${key}`
  try {
    return await stripe.createCustomer(
      { ...stored, metadata: { ...stored.metadata, [KEY_MARKER]: key } },
      { idempotencyKey, timeoutMs },
    )
  } catch (error) {
    if (endsKey(error)) await endQuestion(database, userId, key)
    throw refusedBy(error, logger, 'to create a customer')
  }
}

/**
 * Writes the answer down; whoever came first, the row says it afterwards. A customer that has a row
 * already (its event was faster than its answer), and one in place of a deleted one, are adopted:
 * what the deleted one bought stays with the row that it had.
 */
async function take(
  context: CustomerContext,
  { id, customer_deleted: isReplaced, customer_key: key }: Claim,
  userId: string,
  customerId: string,
): Promise<void> {
  const { database } = context
  const known = await findBuyer(database, 'customer_id', customerId)
  if (known?.user_id === userId) return
  if (known !== null || isReplaced) {
    await adoptAndSettle(context, userId, customerId)
    return await endQuestion(database, userId, key)
  }
  try {
    await takeCustomer(database, id, key, customerId)
  } catch (error) {
    // Its event comes just now. The next turn gets the same answer of Stripe, and adopts it.
    if (!isUniqueViolation(error)) throw error
  }
}

const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION
