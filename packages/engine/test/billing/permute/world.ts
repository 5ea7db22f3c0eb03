// Owns what the runs of a test file share: one simulator with a stocked shop, and a database of each kind.
import type { Snapshot } from '@quittance/simulator'
import type { Backend, TestDatabase } from '../../support/databases.ts'
import { type FlowStage, openStage } from '../flows/index.ts'

/** What a reset leaves alone: settings, one row each, and what was migrated. */
const KEPT = ['clock', 'stripe_budget', 'migrations']

const TABLES = `
select c.relname as name from pg_class c
where c.relnamespace = 'quittance'::regnamespace and c.relkind in ('r', 'p')
  and not c.relispartition and c.relname <> all ($1::text[])
order by c.relname`

/** What handlers were told; it commits with what told it, or not at all. */
const TOLD = `
create table public.told (
  n bigint generated always as identity, name text not null, subject text not null, detail jsonb)`

/** PGlite vacuums nothing by itself, and dead rows are read over with every scan. */
const DELETES_BEFORE_TRUNCATE = 40

export interface RunDatabase extends TestDatabase {
  readonly name: Backend['name']
  /** Empties every table; the sequences go on. */
  empty(): Promise<void>
}

export interface World {
  readonly stage: FlowStage
  readonly databases: readonly RunDatabase[]
  /** Brings the account back to the shop as it was stocked, ids to come and clock included. */
  restock(): void
  close(): Promise<void>
}

async function openDatabase(backend: Backend): Promise<RunDatabase> {
  const opened = await backend.open()
  const { database } = opened
  await database.query(TOLD)
  const tables = (await database.query<{ name: string }>(TABLES, [KEPT])).map(
    ({ name }) => `quittance.${name}`,
  )
  const all = [...tables, 'public.told']
  const deletes = all.map((table) => `delete from ${table};`).join('\n')
  let emptied = 0
  return {
    ...opened,
    name: backend.name,
    async empty() {
      emptied += 1
      if (emptied % DELETES_BEFORE_TRUNCATE === 0) {
        await database.query(`truncate ${all.join(', ')}`)
        return
      }
      // Truncating costs files, deleting only rows. The triggers that refuse it are set aside.
      await database.transaction((tx) =>
        database.script(tx, `set local session_replication_role = replica;\n${deletes}`),
      )
    },
  }
}

export async function openWorld(seed: string, backends: readonly Backend[]): Promise<World> {
  const stage = await openStage(seed)
  const stocked: Snapshot = stage.simulator.snapshot()
  const databases: RunDatabase[] = []
  for (const backend of backends) databases.push(await openDatabase(backend))
  return {
    stage,
    databases,
    restock() {
      stage.simulator.restore(stocked)
      stage.news()
    },
    async close() {
      for (const { drop } of databases) await drop()
      await stage.close()
    },
  }
}
