// Owns a dump of an empty, migrated embedded database: starting from it takes a fifth of making one.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { MIGRATIONS } from '../../src/storage/generated/migrations.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { pglite } from '../../src/storage/pglite.ts'

const LIBRARY = fileURLToPath(import.meta.resolve('@electric-sql/pglite'))

/** Another library, or another migration, is another dump. */
const NAME = createHash('sha256')
  .update(JSON.stringify(MIGRATIONS.map(({ hash }) => hash)))
  .update(readFileSync(LIBRARY))
  .update(userInfo().username)
  .digest('hex')
  .slice(0, 16)
const PATH = join(tmpdir(), `quittance-test-${NAME}.tar`)
const MINE = 0o600

/** Kept between runs. Two processes may make it at once: each renames a whole one into its place. */
export async function migratedDump(): Promise<Blob> {
  const kept = await readFile(PATH).catch(() => null)
  if (kept !== null) return new Blob([kept])
  const instance = await PGlite.create()
  await migrate(await pglite({ instance }))
  const dump = await instance.dumpDataDir('none')
  await instance.close()
  const written = `${PATH}.${randomBytes(4).toString('hex')}`
  await writeFile(written, Buffer.from(await dump.arrayBuffer()), { mode: MINE })
  await rename(written, PATH)
  return dump
}
