// Owns where unix sockets of a data directory live, also when its path is too long for one.
import { createHash } from 'node:crypto'
import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '@quittance/engine'

/** The smallest limit among the systems (macOS: 104 bytes with its end), with some room. */
const SOCKET_PATH_BYTES_MAX = 100

/** Names the directory of the sockets when they cannot live in the data directory itself. */
const RECORD = 'sockets.path'

export type SocketName = 'control.sock' | 'simulator.sock'

/** For the server: answers the path to listen on, making and recording a short one if needed. */
export async function claimSocketPath(dataDir: string, name: SocketName): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const inside = join(dataDir, name)
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX) return inside
  const hash = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
    .slice(0, 16)
  const { uid } = userInfo()
  const short = join(await realpath(tmpdir()), `quittance-${uid}-${hash}`)
  if (Buffer.byteLength(join(short, name)) > SOCKET_PATH_BYTES_MAX) {
    throw new EngineError('CONFIG_INVALID', 'DATA_DIR and TMPDIR are too long for a unix socket')
  }
  await mkdir(short, { recursive: true, mode: 0o700 })
  await assertOurs(short, uid)
  await writeFile(join(dataDir, RECORD), `${short}\n`, { mode: 0o600 })
  return join(short, name)
}

/** For the command line: where a server on this data directory would listen. */
export async function findSocketPath(dataDir: string, name: SocketName): Promise<string> {
  const inside = join(dataDir, name)
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX) return inside
  const recorded = await readFile(join(dataDir, RECORD), 'utf8').catch(() => '')
  return recorded.trim() === '' ? inside : join(recorded.trim(), name)
}

/** Anyone may make names in a shared temporary directory: a foreign one would get our requests. */
async function assertOurs(directory: string, uid: number): Promise<void> {
  const found = await lstat(directory)
  const foreign = uid !== -1 && (found.uid !== uid || (found.mode & 0o077) !== 0)
  if (!found.isDirectory() || foreign) {
    throw new EngineError(
      'CONFIG_INVALID',
      `DATA_DIR: ${directory} exists and is not a directory of this user alone; remove it`,
    )
  }
}
