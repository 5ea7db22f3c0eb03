/** Opens and closes a server's ports: TCP on 127.0.0.1, and a unix socket. */
import { lstat, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'

export function listenTcp(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** A socket file that a killed simulator left behind is in the way of the next. */
export async function listenSocket(server: Server, path: string): Promise<void> {
  const left = await lstat(path).catch(() => undefined)
  // Anything but a socket is somebody's file: then listening fails, and says so.
  if (left?.isSocket()) {
    if (await answers(path)) throw new SocketTaken(path)
    await unlink(path)
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

class SocketTaken extends Error {
  override readonly name = 'SocketTaken'
  readonly code = 'EADDRINUSE'

  constructor(path: string) {
    super(
      `EADDRINUSE: another process listens on the socket ${path}. Stop it, or choose another path.`,
    )
  }
}

/** Whether somebody listens behind a socket file. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(path)
    client.once('connect', () => {
      client.destroy()
      resolve(true)
    })
    // Of a dead socket the connection is refused; what may not be tried may be alive.
    client.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
