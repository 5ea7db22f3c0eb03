// Owns making DATA_DIR ready to be written, and saying so when it cannot be.
import { access, chmod, constants, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Not a wrong form but a place that refuses us: permissions, a file in the way, a read-only disk. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError'
  readonly code = 'DATA_DIR_UNWRITABLE'

  constructor(directory: string, reason: string) {
    super(`DATA_DIR: ${directory} cannot be written (${reason}). Name another directory.`)
  }
}

/** Makes the directory, for its owner only, with those above it. @throws DataDirError */
export async function claimDataDir(directory: string): Promise<void> {
  try {
    await make(directory)
    await access(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new DataDirError(directory, reasonOf(error))
  }
}

/** PGlite makes its files readable and writable by everyone: only the directory keeps others out. */
export async function claimDatabaseDir(dataDir: string, databaseDir: string): Promise<void> {
  await claimDataDir(dataDir)
  await claimDataDir(databaseDir)
  await chmod(databaseDir, 0o700).catch((error: unknown) => {
    throw new DataDirError(databaseDir, reasonOf(error))
  })
}

/** Node's own `recursive` never returns where a parent says ENOENT for ever, as /proc does. */
async function make(directory: string): Promise<void> {
  if (await isDirectory(directory)) return
  const parent = dirname(directory)
  if (parent !== directory) await make(parent)
  await mkdir(directory, { mode: 0o700 }).catch(async (error: unknown) => {
    // Another process may have been faster.
    if (!(await isDirectory(directory))) throw error
  })
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
