// Owns the lock on an embedded data directory: a socket that only a live process can answer.
import { createHash } from 'node:crypto'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'

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

/**
 * Takes the directory for this process; the lock falls with the process, however it ends.
 * @throws EngineError `STORE_LOCKED` when a live process holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = await lockPath(directory)
  const server = await listen(path).catch(async () => {
    if (await isAnswered(path)) {
      throw new EngineError('STORE_LOCKED', `another process uses the data directory ${directory}`)
    }
    await rm(path, { force: true })
    return await listen(path)
  })
  return () => new Promise((resolve) => server.close(() => resolve()))
}
