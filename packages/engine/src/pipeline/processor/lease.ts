// Owns the lease on a lane: claim, fence, release. A token that has moved on can commit nothing.
import { EngineError } from '../../errors.ts'
import type { Database, Queryable } from '../../ports/database.ts'

export interface Lease {
  readonly lane: string
  readonly token: bigint
  readonly worker: string
}

type LeaseRow = { lane: string; token: bigint }

const GRANT = `
update quittance.lanes l
set token = nextval('quittance.lane_token'), worker = $1,
  lease_until = quittance.now() + make_interval(secs => $2::float8 / 1000)
from free where l.lane = free.lane
returning l.lane, l.token`

/**
 * Longest waiting first. A lane table, because a claim that looks for events whose lane has
 * nothing in flight falls to 400/s behind one hot lane (measured), and is no lock besides.
 */
const CLAIM_NEXT = `
with free as (
  select lane from quittance.lanes where lease_until <= quittance.now()
  order by queued_at limit 1 for update skip locked
) ${GRANT}`

/** By primary key: stays fast while an old reader keeps dead rows in the other index alive. */
const CLAIM_LANE = `
with free as (
  select lane from quittance.lanes where lane = $3 and lease_until <= quittance.now()
  for update skip locked
) ${GRANT}`

/** Takes this lane, or the next free one; null when there is none. */
export async function claim(
  tx: Queryable,
  worker: string,
  leaseMs: number,
  lane: string | null,
): Promise<Lease | null> {
  const rows =
    lane === null
      ? await tx.query<LeaseRow>(CLAIM_NEXT, [worker, leaseMs])
      : await tx.query<LeaseRow>(CLAIM_LANE, [worker, leaseMs, lane])
  const row = rows[0]
  return row === undefined ? null : { ...row, worker }
}

const FENCE = `
update quittance.lanes set lease_until = quittance.now() + make_interval(secs => $3::float8 / 1000)
where lane = $1 and token = $2 returning true as held`

/**
 * The last statement before COMMIT. An update, because a plain select would still let another
 * worker claim between the look and the commit.
 * @throws EngineError `LEASE_LOST`: roll back.
 */
export async function fence(tx: Queryable, lease: Lease, leaseMs: number): Promise<void> {
  const rows = await tx.query(FENCE, [lease.lane, lease.token, leaseMs])
  if (rows.length === 0) {
    throw new EngineError('LEASE_LOST', `the lease on lane ${lease.lane} has moved on`)
  }
}

const DROP_EMPTY = `
delete from quittance.lanes l where lane = $1 and token = $2
  and not exists (select 1 from quittance.dispatch d where d.lane = $1 and d.state = 'ready')
returning true as dropped`

const REQUEUE = `
update quittance.lanes
set lease_until = '-infinity', worker = null, queued_at = quittance.now()
where lane = $1 and token = $2`

/**
 * Gives the lane back. The fence locks the row first: work committed before the look is seen by
 * it, and a bell rung after waits for us and then adds the row anew. Nothing falls in between.
 */
export async function release(database: Database, lease: Lease, leaseMs: number): Promise<void> {
  await database.transaction(async (tx) => {
    await fence(tx, lease, leaseMs)
    const dropped = await tx.query(DROP_EMPTY, [lease.lane, lease.token])
    if (dropped.length === 0) await tx.query(REQUEUE, [lease.lane, lease.token])
  })
}
