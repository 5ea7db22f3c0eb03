// Owns the end of an attempt: the item's state, its attempt rows, and the start of the next one.
import { EngineError } from '../../errors.ts'
import type { Queryable } from '../../ports/database.ts'
import type { DispatchState } from '../../types.ts'
import type { Item } from '../projections/projector.ts'
import type { Lease } from './lease.ts'

/** What an attempt comes to. `waiting` carries the backoff. */
export interface Settlement {
  readonly state: Exclude<DispatchState, 'ready'>
  readonly reason: string | null
  readonly retryInMs: number
  /** Stable code of what went wrong, for the attempt's row. */
  readonly code: string | null
}

const START = `
insert into quittance.attempts (seq, generation, attempt, phase, worker, token, at)
values ($1, $2, $3, 'started', $4, $5, quittance.now())`

/** From now on a question asked anew is a new check: this one may already be on its way. */
const UNCOALESCE = 'update quittance.dispatch set coalesce_key = null where seq = $1'

/**
 * Commits before the item runs (with the claim, or with the end of the item before it), so that an
 * item that kills its process is counted, and only the one that ran is.
 */
export async function startAttempt(tx: Queryable, lease: Lease, item: Item): Promise<void> {
  await tx.query(START, [item.seq, item.generation, item.attempt, lease.worker, lease.token])
  if (item.kind === 'check') await tx.query(UNCOALESCE, [item.seq])
}

const SETTLE = `
with ended as (
  insert into quittance.attempts
    (seq, generation, attempt, phase, worker, token, at, outcome, code)
  select $1::bigint, $2::integer, $3::integer, 'ended', $4::text, $5::bigint, quittance.now(),
    $6::text, $9::text
  where $3::integer is not null
), started as (
  insert into quittance.attempts (seq, generation, attempt, phase, worker, token, at)
  select $10::bigint, $11::integer, $12::integer, 'started', $4::text, $5::bigint, quittance.now()
  where $10::bigint is not null
)
update quittance.dispatch set
  state = $6::text, reason = $7::text,
  available_at = quittance.now() + make_interval(secs => $8::float8 / 1000),
  ended_at = case when $6::text <> 'waiting' then quittance.now() end
where seq = $1::bigint and generation = $2::integer and state = 'ready'
returning seq`

/**
 * Ends an attempt and starts the next item's, in one statement. `attempt` is null when the item is
 * ended without having been started (its attempts are used up).
 * @throws EngineError `LEASE_LOST` when the row is no longer ours to end.
 */
export async function settleItem(
  tx: Queryable,
  lease: Lease,
  item: Item,
  attempt: number | null,
  settlement: Settlement,
  next: Item | null,
): Promise<void> {
  const rows = await tx.query(SETTLE, [
    item.seq,
    item.generation,
    attempt,
    lease.worker,
    lease.token,
    settlement.state,
    settlement.reason,
    settlement.retryInMs,
    settlement.code,
    next?.seq ?? null,
    next?.generation ?? null,
    next?.attempt ?? null,
  ])
  if (rows.length === 0) {
    throw new EngineError('LEASE_LOST', `item ${item.seq} is no longer ready`)
  }
  if (next?.kind === 'check') await tx.query(UNCOALESCE, [next.seq])
}
