// Owns questions to Stripe: stored like events, run under the same lease, fence and retries.
import type { Database, Queryable } from '../../ports/database.ts'
import type { CheckOrigin } from '../../types.ts'

export type CheckedObject =
  | 'checkout.session'
  | 'event'
  | 'subscription'
  | 'invoice'
  | 'charge'
  | 'dispute'
  | 'buyer'

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
export async function insertCheck(on: Queryable, check: NewCheck): Promise<bigint> {
  const { lane, objectType, objectId, origin } = check
  const rows = await on.query<{ seq: bigint }>(INSERT, [
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

const NOTE_QUESTION = `
insert into quittance.questions (event_id, asked_at)
select $1, quittance.now()
where not exists (select 1 from quittance.event_keys where event_id = $1)
  and (select count(*) from quittance.questions
       where asked_at > (select quittance.now()) - interval '1 minute') < $2
on conflict do nothing
returning event_id`

/**
 * A delivery with a right signature and a stale timestamp: its id is asked of Stripe, once ever,
 * and at most `perMinute` such questions a minute, so that a replayed archive cannot become a
 * flood of requests. Answers whether it will be asked now; noted only together with its check.
 */
export async function insertQuestion(
  database: Database,
  eventId: string,
  perMinute: number,
): Promise<boolean> {
  return await database.transaction(async (tx) => {
    const noted = await tx.query(NOTE_QUESTION, [eventId, perMinute])
    if (noted.length === 0) return false
    const check = { objectType: 'event', objectId: eventId, lane: eventId } as const
    await insertCheck(tx, { ...check, origin: 'question' })
    return true
  })
}

/** Whether an item still waits to be run now; one in backoff is not worth waiting for. */
export async function isReady(on: Queryable, seq: bigint): Promise<boolean> {
  const sql = `select 1 from quittance.dispatch where seq = $1 and state = 'ready'`
  return (await on.query(sql, [seq])).length > 0
}
