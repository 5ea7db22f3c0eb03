// Owns reading the inbox for people: rows and attempts, never a payload.
import type { Queryable } from '../../ports/database.ts'
import type { DispatchState } from '../../types.ts'
import { isId } from './lanes.ts'

export interface EventRow {
  readonly seq: bigint
  readonly eventId: string
  readonly type: string
  readonly objectId: string | null
  readonly endpoint: string
  readonly state: DispatchState
  readonly reason: string | null
  readonly attempts: number
  readonly receivedAt: Date
  readonly endedAt: Date | null
  readonly lane: string
  readonly apiVersion: string | null
  readonly livemode: boolean | null
  readonly generation: number
  readonly availableAt: Date
  readonly secretIndex: number | null
  readonly source: string
}

export interface AttemptView {
  readonly generation: number
  readonly attempt: number
  readonly worker: string
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly outcome: string | null
  readonly code: string | null
}

const LIST_MAX = 1_000

const SELECT = `
select e.seq, e.event_id as "eventId", e.type, e.object_id as "objectId", e.endpoint, d.state,
  d.reason, d.lane, d.generation, d.available_at as "availableAt",
  e.received_at as "receivedAt", d.ended_at as "endedAt", e.api_version as "apiVersion", e.livemode,
  e.secret_index as "secretIndex", e.source,
  (select count(*) from quittance.attempts a
   where a.seq = e.seq and a.phase = 'started')::integer as attempts
from quittance.events e join quittance.dispatch d using (seq)`

export interface EventFilter {
  readonly state?: DispatchState
  readonly type?: string
  readonly limit?: number
}

/** Newest first. A type may end in `*`. */
export async function listEvents(on: Queryable, filter: EventFilter): Promise<EventRow[]> {
  const type = filter.type?.replaceAll(/[%_\\]/g, '\\$&').replace(/\*$/, '%') ?? null
  const limit = Math.min(Math.max(1, filter.limit ?? 50), LIST_MAX)
  return await on.query<EventRow & Record<string, unknown>>(
    `${SELECT}
     where ($1::text is null or d.state = $1) and ($2::text is null or e.type like $2)
     order by e.seq desc limit $3`,
    [filter.state ?? null, type, limit],
  )
}

/** By Stripe's id, or by sequence number. */
export async function findEvent(on: Queryable, id: string): Promise<EventRow | null> {
  if (!isId(id)) return null
  const bySeq = /^\d{1,18}$/.test(id)
  const rows = await on.query<EventRow & Record<string, unknown>>(
    `${SELECT} where ${bySeq ? 'e.seq = $1::bigint' : 'e.seq in (select seq from quittance.event_keys where event_id = $1)'} limit 1`,
    [id],
  )
  return rows[0] ?? null
}

const ATTEMPTS = `
select s.generation, s.attempt, s.worker, s.at as "startedAt", e.at as "endedAt", e.outcome, e.code
from quittance.attempts s
left join quittance.attempts e on e.seq = s.seq and e.generation = s.generation
  and e.attempt = s.attempt and e.phase = 'ended'
where s.seq = $1 and s.phase = 'started'
order by s.generation, s.attempt`

export async function listAttempts(on: Queryable, seq: bigint): Promise<AttemptView[]> {
  return await on.query<AttemptView & Record<string, unknown>>(ATTEMPTS, [seq])
}

/**
 * An ended item becomes ready as a new generation; its effect keys stay what they were. What was
 * set aside at the door (another mode's, not readable, not ours to run) has nothing to run.
 */
const REPLAY = `
update quittance.dispatch
set state = 'ready', reason = null, ended_at = null, generation = generation + 1,
  available_at = quittance.now()
where seq = $1 and state in ('done', 'ignored', 'quarantined', 'dead')
  and not (state = 'ignored' and reason in ('imported', 'thin_event', 'mode'))
  and reason is distinct from 'unusable_payload'
returning generation, lane`

/** Null while the item is live. */
export async function replaySeq(
  on: Queryable,
  seq: bigint,
): Promise<{ generation: number; lane: string } | null> {
  const rows = await on.query<{ generation: number; lane: string }>(REPLAY, [seq])
  return rows[0] ?? null
}
