// Goal: one process at a time on an embedded directory, and no lock left behind by a dead one.
// Method: processes that take the lock together over a socket that nobody answers any more.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isDirectoryLocked, lockDirectory } from '../../src/storage/directory-lock.ts'

describe('the lock on a data directory', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quittance-lock-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  /** What a killed process leaves: a socket file without anybody behind it. */
  async function leaveStale(): Promise<void> {
    const path = join(directory, 'engine.lock')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const { renameSync } = await import('node:fs')
    renameSync(path, `${path}.kept`)
    await new Promise<void>((resolve) => server.close(() => resolve()))
    renameSync(`${path}.kept`, path)
  }

  test('is refused to a second holder, and free again after the first', async () => {
    const unlock = await lockDirectory(directory)
    expect(await isDirectoryLocked(directory)).toBe(true)
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await unlock()
    expect(await isDirectoryLocked(directory)).toBe(false)
    await (await lockDirectory(directory))()
  })

  test('is taken over from a process that is gone', async () => {
    await leaveStale()
    await (await lockDirectory(directory))()
  })

  // Hundreds of rounds, because a race shows itself in one of many.
  test('goes to one of several that find it stale at the same time', async () => {
    for (let round = 0; round < 200; round += 1) await contend(5)
  }, 60_000)

  async function contend(contenders: number): Promise<void> {
    await leaveStale()
    const tried = await Promise.allSettled(
      Array.from({ length: contenders }, () => lockDirectory(directory)),
    )
    const taken = tried.filter((one) => one.status === 'fulfilled')
    expect(taken).toHaveLength(1)
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    for (const one of taken) await one.value()
    expect(readdirSync(directory).filter((name) => name.startsWith('engine.lock'))).toEqual([])
  }
})
