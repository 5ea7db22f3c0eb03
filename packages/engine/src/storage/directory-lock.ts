// Owns the lock on an embedded data directory: sockets that only live processes can answer.
import { createHash } from 'node:crypto'
import { readdir, realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { EngineError } from '../errors.ts'
import { systemRandom, systemTimers } from '../ports/system.ts'

/** Unix socket paths are cut at 104 bytes on some systems; the name of a contender takes 9 of them. */
const SOCKET_PATH_MAX = 91

/** How long to wait before asking a contender again that has not yet decided. */
const ASK_AGAIN_MS = 5

/** What a live socket says of its process: it holds the directory, or is about to find out. */
type Answer = 'held' | 'contending'

/** The path that all contenders' sockets begin with. */
async function lockPath(directory: string): Promise<string> {
  const real = await realpath(directory)
  const inside = join(real, 'engine.lock')
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) return inside
  const name = createHash('sha256').update(real).digest('hex').slice(0, 24)
  return join(tmpdir(), `quittance-${name}.lock`)
}

function listen(path: string, answer: () => Answer): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // Whoever asked may be gone before the answer.
      socket.on('error', () => socket.destroy())
      socket.end(answer())
    })
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** Undefined when nobody is behind the socket any more. */
function ask(path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let said = ''
    let isAlive = false
    socket.once('connect', () => {
      isAlive = true
    })
    socket.on('data', (chunk) => {
      said += chunk.toString('utf8')
    })
    socket.once('error', () => socket.destroy())
    // A process that answers without words is alive and counts as one that holds.
    socket.once('close', () =>
      resolve(isAlive ? (said === 'contending' ? 'contending' : 'held') : undefined),
    )
  })
}

/** The sockets at the directory's lock, live and dead. */
async function socketsAt(path: string): Promise<string[]> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.startsWith(basename(path))).map((name) => join(folder, name))
}

/** Whether a live process holds the directory; takes nothing. */
export async function isDirectoryLocked(directory: string): Promise<boolean> {
  const path = await lockPath(directory).catch(() => null)
  if (path === null) return false
  const answers = await Promise.all((await socketsAt(path)).map(ask))
  return answers.some((answer) => answer === 'held')
}

/**
 * Takes the directory for this process; the lock falls with the process, however it ends.
 *
 * Every contender has a socket under a name of its own, so a dead one can be removed without ever
 * removing a live one. Each binds first and looks after: of any two, at least one sees the other.
 * Who sees a holder or a contender of a lower name withdraws; who sees a higher one waits until it
 * has withdrawn or holds.
 * @throws EngineError `STORE_LOCKED` when a live process holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = await lockPath(directory)
  const own = `${path}.${systemRandom.hex(4)}`
  let state: Answer = 'contending'
  const server = await listen(own, () => state)
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  if (await prevails(path, own)) {
    state = 'held'
    return close
  }
  await close()
  throw new EngineError('STORE_LOCKED', `another process uses the data directory ${directory}`)
}

async function prevails(path: string, own: string): Promise<boolean> {
  for (;;) {
    const others = (await socketsAt(path)).filter((other) => other !== own)
    const answers = await Promise.all(
      others.map(async (other) => ({ other, answer: await ask(other) })),
    )
    for (const { other, answer } of answers) {
      if (answer === undefined) await removeDead(other)
    }
    const live = answers.filter(({ answer }) => answer !== undefined)
    if (live.some(({ other, answer }) => answer === 'held' || other < own)) return false
    if (live.length === 0) return true
    await systemTimers.sleep(ASK_AGAIN_MS)
  }
}

/** Asks twice: a socket that was bound a moment ago and does not listen yet is not dead. */
async function removeDead(path: string): Promise<void> {
  await systemTimers.sleep(ASK_AGAIN_MS)
  if ((await ask(path)) === undefined) await rm(path, { force: true })
}
