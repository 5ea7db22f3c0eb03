// Owns moving over from an app's own table of processed events: nothing is processed twice.
import { EngineError } from '../../errors.ts'
import type { Database } from '../../ports/database.ts'

export interface ProcessedTable {
  /** The app's table, with its schema if needed: `public.stripe_events`. */
  readonly table: string
  readonly idColumn?: string
  readonly typeColumn?: string
  /** Rows without a value here are left alone: they were not processed. */
  readonly processedAtColumn?: string
}

const IDENTIFIER = /^[a-z_][a-z0-9_$]{0,62}$/i

function quoted(name: string): string {
  if (!IDENTIFIER.test(name)) {
    throw new EngineError('IMPORT_INVALID', 'a table or column name is not a plain identifier')
  }
  return `"${name}"`
}

async function columnsOf(database: Database, table: string): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [table],
  )
  return new Set(rows.map((row) => row.name))
}

/**
 * Each id is taken over as an ignored event, so that a later delivery of it is a duplicate. Safe to
 * repeat, and safe while both systems receive deliveries.
 * @throws EngineError `IMPORT_INVALID` for a table or column that is not there.
 */
export async function importProcessed(
  database: Database,
  source: ProcessedTable,
): Promise<{ readonly imported: number; readonly known: number }> {
  const table = source.table.split('.').map(quoted).join('.')
  const columns = await columnsOf(database, table)
  const idColumn = source.idColumn ?? 'id'
  const typeColumn = source.typeColumn ?? (columns.has('type') ? 'type' : null)
  const processedColumn =
    source.processedAtColumn ?? (columns.has('processed_at') ? 'processed_at' : null)
  for (const column of [idColumn, typeColumn, processedColumn]) {
    if (column !== null && !columns.has(column)) {
      throw new EngineError('IMPORT_INVALID', `${source.table} has no column ${column}`)
    }
  }
  const id = quoted(idColumn)
  const type = typeColumn === null ? `'imported'` : `coalesce(${quoted(typeColumn)}, 'imported')`
  const where = processedColumn === null ? 'true' : `${quoted(processedColumn)} is not null`
  const rows = await database.query<{ total: number; fresh: number }>(
    `with source as (
       select distinct on (${id}) ${id}::text as event_id, ${type}::text as type
       from ${table} where ${where} and length(${id}::text) between 1 and 255
     ), fresh as (
       insert into quittance.event_keys (account, event_id, seq, received_at)
       select '', event_id, nextval('quittance.seq'), quittance.now() from source order by event_id
       on conflict do nothing returning event_id, seq, received_at
     ), event as (
       insert into quittance.events
         (seq, received_at, account, event_id, type, lane, endpoint, source)
       select f.seq, f.received_at, '', f.event_id, s.type, f.event_id, 'import', 'import'
       from fresh f join source s using (event_id)
     ), dispatch as (
       insert into quittance.dispatch
         (seq, kind, lane, state, reason, available_at, received_at, ended_at)
       select seq, 'event', event_id, 'ignored', 'imported', received_at, received_at, received_at
       from fresh
     )
     select (select count(*) from source)::integer as total,
       (select count(*) from fresh)::integer as fresh`,
  )
  const { total = 0, fresh = 0 } = rows[0] ?? {}
  return { imported: fresh, known: total - fresh }
}
