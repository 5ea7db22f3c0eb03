// Owns what everything about customers needs, and how a buyer is settled after a change of them.
import { EngineError } from '../errors.ts'
import { insertCheck } from '../pipeline/inbox/checks.ts'
import { adoptCustomer } from '../pipeline/projections/buyers/adopt.ts'
import type { Random } from '../ports/clock.ts'
import type { Database, Queryable } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { type StripePort, StripeRefusal } from '../ports/stripe.ts'
import { idTextOf } from '../reads/who.ts'

export interface CustomerContext {
  readonly database: Database
  readonly stripe: StripePort
  readonly random: Random
  readonly logger: Logger
  readonly timeoutMs: number
  /** How long a caller waits until access is derived anew; it is, later, in any case. */
  readonly waitMs: number
  /** Rings the lane and waits at most `waitMs` until the check has ended. */
  readonly runCheck: (seq: bigint, lane: string, waitMs: number) => Promise<void>
}

const USER_CHARACTERS_MAX = 255

/**
 * The app's own id as the rows keep it.
 * @throws EngineError `USER_INVALID`.
 */
export function userIdOf(given: unknown): string {
  const id = idTextOf(given)
  if (id !== null && id.length <= USER_CHARACTERS_MAX) return id
  throw new EngineError('USER_INVALID', `a user id has 1 to ${USER_CHARACTERS_MAX} characters`)
}

/** Stripe's no, told to the log by its code and to the caller by ours. */
export function refusedBy(
  error: unknown,
  logger: Logger,
  what: string,
  fields: Readonly<Record<string, string>> = {},
): unknown {
  if (!(error instanceof StripeRefusal)) return error
  logger.error(`Stripe refused ${what}`, {
    ...fields,
    stripeCode: error.stripeCode ?? String(error.status),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  })
  return new EngineError('STRIPE_REFUSED', `Stripe refused ${what}`, { cause: error })
}

/**
 * Whether Stripe's answer is the last one under its idempotency key: what is asked next is asked under
 * another. A wrong API key says nothing about a request that may have been carried out.
 */
export const endsKey = (error: unknown): boolean =>
  error instanceof StripeRefusal
    ? error.aboutRequest
    : error instanceof EngineError && error.code === 'STRIPE_FAILED'

/** A deadlock's victim is run again at once; more than this is an error like any other. */
const CONTENTION_RETRIES_MAX = 3
const CONTENTION: ReadonlySet<unknown> = new Set(['40P01', '40001'])

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : null

/**
 * Adopts in a transaction of its own, which also asks for what was derived of the two to be derived
 * anew. It locks the buyers before their orders, which an event does the other way round.
 */
export async function adoptAndSettle(
  { database, runCheck, waitMs }: CustomerContext,
  userId: string,
  customerId: string,
): Promise<void> {
  const checks = await adoptAgain(database, userId, customerId)
  for (const { seq, lane } of checks) await runCheck(seq, lane, waitMs)
}

interface PlacedCheck {
  readonly seq: bigint
  readonly lane: string
}

async function adoptAgain(
  database: Database,
  userId: string,
  customerId: string,
): Promise<readonly PlacedCheck[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(async (tx) => {
        const { buyer, former } = await adoptCustomer(tx, userId, customerId)
        const own = await placeCheck(tx, buyer.id, customerId)
        if (former === null) return [own]
        return [own, await placeCheck(tx, former, `buyer:${former}`)]
      })
    } catch (error) {
      if (tries >= CONTENTION_RETRIES_MAX || !CONTENTION.has(codeOf(error))) throw error
    }
  }
}

/** Whose customer changed has other subscriptions and invoices: access follows from them. */
async function placeCheck(tx: Queryable, buyerId: bigint, lane: string): Promise<PlacedCheck> {
  const check = {
    objectType: 'buyer',
    objectId: String(buyerId),
    lane,
    origin: 'operator',
  } as const
  return { seq: await insertCheck(tx, check), lane }
}
