// Owns the servers of the adapter tests: on a free port, and closed with their connections.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export const HOST = '127.0.0.1'

export interface RunningServer {
  readonly origin: string
  close(): Promise<void>
}

export async function listen(server: Server): Promise<RunningServer> {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://${HOST}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** For tests that start a server each: `closeAll` belongs into their afterEach. */
export function serverPool() {
  const open: RunningServer[] = []
  return {
    async onNode(listener: RequestListener): Promise<string> {
      const server = await listen(createServer(listener))
      open.push(server)
      return server.origin
    },
    async closeAll(): Promise<void> {
      await Promise.all(open.splice(0).map((server) => server.close()))
    },
  }
}
