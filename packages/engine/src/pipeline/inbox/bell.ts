// Owns the wake-up: lane rows for new work, after its COMMIT, and word to other processes.
import type { Database } from '../../ports/database.ts'

export const WAKE_CHANNEL = 'quittance_wake'

/**
 * Runs after the work is committed, never in its transaction. The worker that finds a lane empty
 * locks the lane row, looks again, and only then deletes it: so this insert either waits for that
 * deletion and adds the row anew, or comes before the worker's look. `do nothing` waits for no
 * handler, because no handler's transaction touches its lane before its last statement.
 */
const RING = `
insert into quittance.lanes (lane, queued_at)
select lane, quittance.now() from unnest($1::text[]) as t (lane) order by lane
on conflict do nothing`

/** Rings for these lanes; a lost bell is found by the poll. */
export async function ring(database: Database, lanes: readonly string[]): Promise<void> {
  const distinct = [...new Set(lanes)]
  if (distinct.length > 0) await database.query(RING, [distinct])
}

/** Tells other processes; nothing depends on its arrival. */
export async function notify(database: Database): Promise<void> {
  await database.query(`select pg_notify('${WAKE_CHANNEL}', '')`)
}

/** Retries that are due become ready. Bounded, oldest first; answers their lanes. */
const PROMOTE = `
with due as (
  select seq from quittance.dispatch
  where state = 'waiting' and available_at <= quittance.now()
  order by available_at limit 500 for update skip locked
)
update quittance.dispatch d set state = 'ready' from due where d.seq = due.seq
returning d.lane`

/** Ready work without a lane row: its process died between COMMIT and bell. */
const ORPHANS = `
select distinct d.lane from quittance.dispatch d
where d.state = 'ready'
  and not exists (select 1 from quittance.lanes l where l.lane = d.lane)
limit 500`

/** The poll, which is the truth: finds due retries and, if thorough, lost bells. Answers how many. */
export async function sweepLanes(database: Database, how: 'due' | 'thorough'): Promise<number> {
  const due = await database.query<{ lane: string }>(PROMOTE)
  const orphans = how === 'thorough' ? await database.query<{ lane: string }>(ORPHANS) : []
  const lanes = [...due, ...orphans].map((row) => row.lane)
  await ring(database, lanes)
  return new Set(lanes).size
}
