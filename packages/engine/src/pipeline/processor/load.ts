// Owns reading a lane's next work: rows of the dispatch with what they stand for.
import type { Queryable } from '../../ports/database.ts'
import type { CheckOrigin } from '../../types.ts'
import type { CheckedObject } from '../inbox/checks.ts'
import { isJsonObject, type JsonObject } from '../inbox/lanes.ts'
import type { Item } from '../projections/projector.ts'

interface LoadedRow extends Record<string, unknown> {
  readonly seq: bigint
  readonly kind: 'event' | 'check'
  readonly generation: number
  readonly started: number
  readonly excused: number
  readonly event_id: string | null
  readonly type: string | null
  readonly account: string | null
  readonly endpoint: string | null
  readonly format: 'text' | 'base64' | null
  readonly body: string | null
  readonly object_type: CheckedObject | null
  readonly object_id: string | null
  readonly origin: CheckOrigin | null
}

/** received_at is part of the joins so that only the month's partition is read. */
const LOAD = `
select d.seq, d.kind, d.generation, e.event_id, e.type, e.account, e.endpoint, p.format, p.body,
  c.object_type, c.object_id, c.origin, a.started, a.excused
from quittance.dispatch d
cross join lateral (
  select count(*) filter (where phase = 'started')::integer as started,
    count(*) filter (where code in ('STRIPE_UNAVAILABLE', 'STRIPE_TIMEOUT'))::integer as excused
  from quittance.attempts a where a.seq = d.seq and a.generation = d.generation
) a
left join quittance.events e on e.seq = d.seq and e.received_at = d.received_at
left join quittance.payloads p on p.seq = d.seq and p.received_at = d.received_at
left join quittance.checks c on c.seq = d.seq
where d.lane = $1 and d.state = 'ready'
order by d.seq limit $2`

const EMPTY: JsonObject = {}

function parseEvent(row: LoadedRow): JsonObject {
  const value: unknown = row.format === 'text' && row.body !== null ? JSON.parse(row.body) : EMPTY
  return isJsonObject(value) ? value : EMPTY
}

function toItem(lane: string, row: LoadedRow): Item {
  const { seq, generation } = row
  const attempt = row.started + 1
  const base = { seq, generation, lane, attempt, charged: attempt - row.excused }
  if (row.object_type !== null && row.object_id !== null && row.origin !== null) {
    return {
      ...base,
      kind: 'check',
      objectType: row.object_type,
      objectId: row.object_id,
      origin: row.origin,
    }
  }
  const event = parseEvent(row)
  const object = isJsonObject(event.data) ? event.data.object : undefined
  return {
    ...base,
    kind: 'event',
    eventId: row.event_id ?? '',
    type: row.type ?? '',
    account: row.account ?? '',
    endpoint: row.endpoint ?? '',
    event,
    object: isJsonObject(object) ? object : EMPTY,
  }
}

/** The next ready items of a lane, in the order in which they were stored. */
export async function loadLane(tx: Queryable, lane: string, max: number): Promise<Item[]> {
  const rows = await tx.query<LoadedRow>(LOAD, [lane, max])
  return rows.map((row) => toItem(lane, row))
}
