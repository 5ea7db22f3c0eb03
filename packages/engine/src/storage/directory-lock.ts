// Owns the lock on an embedded data directory: a socket that only a live process can answer.
import { createHash } from 'node:crypto'
import { realpath, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { systemTimers } from '../ports/system.ts'

/** Unix socket paths are cut at 104 bytes on some systems. */
const SOCKET_PATH_MAX = 100

async function lockPath(directory: string): Promise<string> {
  const real = await realpath(directory)
  const inside = join(real, 'engine.lock')
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) return inside
  const name = createHash('sha256').update(real).digest('hex').slice(0, 24)
  return join(tmpdir(), `quittance-${name}.lock`)
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** Whether a live process holds the directory; takes nothing. */
export async function isDirectoryLocked(directory: string): Promise<boolean> {
  const path = await lockPath(directory).catch(() => null)
  return path !== null && (await isAnswered(path))
}

/** Longer than another process needs between finding a stale socket and removing it. */
const SETTLE_MS = 50

/**
 * Takes the directory for this process; the lock falls with the process, however it ends. Two that
 * find the same stale socket may both remove it: only the one whose socket is still there a moment
 * later goes on.
 * @throws EngineError `STORE_LOCKED` when a live process holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = await lockPath(directory)
  const locked = () =>
    new EngineError('STORE_LOCKED', `another process uses the data directory ${directory}`)
  const server = await listen(path).catch(async (error: unknown) => {
    if (!isTaken(error)) throw error
    if (await isAnswered(path)) throw locked()
    await rm(path, { force: true })
    return await listen(path).catch((again: unknown) => {
      throw isTaken(again) ? locked() : again
    })
  })
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  const mine = (await stat(path)).ino
  await systemTimers.sleep(SETTLE_MS)
  const now = await stat(path).catch(() => null)
  if (now?.ino === mine) return close
  // Left open on purpose: closing it would remove the path, which is the other's by now.
  throw locked()
}
