// Owns the budget of requests to Stripe: one rate and one row for every process on the database.
import { EngineError } from '../../errors.ts'
import type { Timers } from '../../ports/clock.ts'
import type { Database } from '../../ports/database.ts'

/** Stripe allows 25 a second in a sandbox; a share is left to the app's own calls. */
const REQUESTS_PER_SECOND = 20
const BURST = 10
/** Beyond this the item is retried later instead of waiting with its lane. */
const WAIT_MS_MAX = 10_000

/** Also draws the ticket: before the request, from the sequence that numbers events. */
const DRAW = `
update quittance.stripe_budget
set next_at = greatest(next_at, quittance.now()) + make_interval(secs => 1 / $1::float8)
where next_at < quittance.now() + make_interval(secs => $3::float8 / 1000)
returning nextval('quittance.seq') as ticket,
  (extract(epoch from next_at - quittance.now()) * 1000 - $2::float8 * 1000 / $1::float8)::float8
    as wait_ms`

/**
 * Waits for this request's turn and answers its ticket.
 * @throws EngineError `STRIPE_UNAVAILABLE` when the turn is too far away.
 */
export async function drawTicket(database: Database, timers: Timers): Promise<bigint> {
  const rows = await database.query<{ ticket: bigint; wait_ms: number }>(DRAW, [
    REQUESTS_PER_SECOND,
    BURST,
    WAIT_MS_MAX,
  ])
  const row = rows[0]
  if (row === undefined) {
    throw new EngineError('STRIPE_UNAVAILABLE', 'the budget of requests to Stripe is used up')
  }
  if (row.wait_ms > 0) await timers.sleep(row.wait_ms)
  return row.ticket
}
