// Owns migrations: numbered, immutable, applied in order under a lock, in one transaction.
import { EngineError } from '../errors.ts'
import type { Database, Transaction } from '../ports/database.ts'
import { MIGRATIONS } from './generated/migrations.ts'

/** Any constant will do, as long as it never changes. Held to the end of the transaction only. */
const MIGRATION_LOCK = 7_201_953
const MIGRATION_MS = 600_000

interface AppliedRow extends Record<string, unknown> {
  readonly version: number
  readonly hash: string
}

/**
 * Brings the schema up to date; safe from many processes at once. Answers the versions it applied.
 * @throws EngineError `MIGRATION_CONFLICT` when the database is newer, or a script was edited.
 */
export async function migrate(database: Database): Promise<readonly number[]> {
  // A role that may not create anything can still start on a database that is up to date.
  if (await isCurrent(database)) return []
  return await database.transaction((tx) => applyPending(database, tx), {
    timeoutMs: MIGRATION_MS,
  })
}

async function isCurrent(database: Database): Promise<boolean> {
  const [found] = await database.query<{ exists: boolean }>(
    `select to_regclass('quittance.migrations') is not null as exists`,
  )
  if (found?.exists !== true) return false
  const applied = await database.query<AppliedRow>('select version, hash from quittance.migrations')
  return pendingAfter(applied).length === 0
}

/** @throws EngineError `MIGRATION_CONFLICT` when the database is newer, or a script was edited. */
function pendingAfter(applied: readonly AppliedRow[]) {
  for (const row of applied) {
    const known = MIGRATIONS.find((migration) => migration.version === row.version)
    if (known?.hash !== row.hash) {
      const what = known === undefined ? 'is of a newer release' : 'was edited after it ran'
      throw new EngineError('MIGRATION_CONFLICT', `migration ${row.version} ${what}`)
    }
  }
  return MIGRATIONS.filter(({ version }) => !applied.some((row) => row.version === version))
}

async function applyPending(database: Database, tx: Transaction): Promise<readonly number[]> {
  await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  await database.script(
    tx,
    `create schema if not exists quittance;
     create table if not exists quittance.migrations (
       version integer primary key,
       hash text not null,
       applied_at timestamptz not null default clock_timestamp()
     );`,
  )
  const applied = await tx.query<AppliedRow>('select version, hash from quittance.migrations')
  const pending = pendingAfter(applied)
  for (const { version, hash, sql } of pending) {
    await database.script(tx, sql)
    await tx.query('insert into quittance.migrations (version, hash) values ($1, $2)', [
      version,
      hash,
    ])
  }
  return pending.map(({ version }) => version)
}

/** @throws EngineError `MIGRATION_CONFLICT` when migrations are missing; `STORE_UNAVAILABLE`. */
export async function assertMigrated(database: Database): Promise<void> {
  const rows = await database
    .query<{ version: number }>('select max(version) as version from quittance.migrations')
    .catch((error: unknown) => {
      if (error instanceof EngineError) throw error
      throw new EngineError('MIGRATION_CONFLICT', 'the schema quittance is missing', {
        cause: error,
      })
    })
  const newest = MIGRATIONS.at(-1)?.version
  if (rows[0]?.version !== newest) {
    throw new EngineError('MIGRATION_CONFLICT', `the schema is not at version ${newest}`)
  }
}
