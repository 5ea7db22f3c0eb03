// Owns questions to Stripe: stored like events, run under the same lease, fence and retries.
import type { Database } from '../../ports/database.ts'
import type { CheckOrigin } from '../../types.ts'

export type CheckedObject = 'checkout.session' | 'event'

export interface NewCheck {
  readonly objectType: CheckedObject
  readonly objectId: string
  readonly origin: CheckOrigin
  readonly lane: string
}

/**
 * A check that nobody has started answers for all who ask meanwhile; one that runs does not, for
 * its question may have been asked of Stripe before the fact that the newcomer knows of. The
 * do-update is what makes the existing row lockable, so that it cannot be claimed in between.
 */
const INSERT = `
with numbered as (select nextval('quittance.seq') as seq), placed as (
  insert into quittance.dispatch (seq, kind, lane, state, available_at, received_at, coalesce_key)
  select seq, 'check', $1, 'ready', quittance.now(), quittance.now(), $2 from numbered
  on conflict (coalesce_key) where coalesce_key is not null
  do update set coalesce_key = excluded.coalesce_key
  returning seq
), noted as (
  insert into quittance.checks (seq, object_type, object_id, origin, created_at)
  select p.seq, $3, $4, $5, quittance.now() from placed p join numbered n using (seq)
)
select seq from placed`

/** Answers the sequence number of the check that will do; ring its lane afterwards. */
export async function insertCheck(database: Database, check: NewCheck): Promise<bigint> {
  const { lane, objectType, objectId, origin } = check
  const rows = await database.query<{ seq: bigint }>(INSERT, [
    lane,
    `${objectType}:${objectId}`,
    objectType,
    objectId,
    origin,
  ])
  const row = rows[0]
  if (row === undefined) throw new TypeError('insertCheck: the statement returned no row')
  return row.seq
}

/**
 * A delivery with a right signature and a stale timestamp: its id is asked of Stripe, once ever,
 * and at most `perMinute` such questions a minute, so that a replayed archive cannot become a
 * flood of requests.
 */
const NOTE_QUESTION = `
insert into quittance.questions (event_id, asked_at)
select $1, quittance.now()
where not exists (select 1 from quittance.event_keys where event_id = $1)
  and (select count(*) from quittance.questions
       where asked_at > quittance.now() - interval '1 minute') < $2
on conflict do nothing
returning event_id`

/** Answers whether the id may be asked now. */
export async function noteQuestion(
  database: Database,
  eventId: string,
  perMinute: number,
): Promise<boolean> {
  return (await database.query(NOTE_QUESTION, [eventId, perMinute])).length > 0
}

/** How a check ended, or null while it is live. */
export async function checkEnded(database: Database, seq: bigint): Promise<boolean> {
  const rows = await database.query<{ ended: boolean }>(
    'select ended_at is not null as ended from quittance.dispatch where seq = $1',
    [seq],
  )
  return rows[0]?.ended === true
}
