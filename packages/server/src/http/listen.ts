// Owns the listeners: TCP with or without TLS, a unix socket, their time limits and their drain.
import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { EngineError, type Timers } from '@quittance/engine'
import type { TlsConfig } from '../config/config.ts'

export type Fetch = (request: Request, bindings: HttpBindings) => Promise<Response> | Response

export interface Listener {
  readonly port: number
  readonly url: string
  /** Stops accepting, lets open requests end within `drainMs`, then cuts them. Idempotent. */
  close(drainMs: number): Promise<void>
}

/** A client that sends a request slower than this holds a connection and nothing else. */
const SERVER_LIMITS = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  // Node looks every half minute by default: the limits above would mean that much more.
  connectionsCheckingInterval: 2_000,
  // Longer than the usual idle limit of a proxy (60 s), so that the proxy closes first.
  keepAliveTimeout: 65_000,
}

/** A handshake that never comes is not in the limits above, and Node gives it two minutes. */
const HANDSHAKE_MS = 10_000

/** How long a connection may still send its first request when the server stops. */
const UNUSED_MS = 500

export interface TcpOptions {
  readonly host: string
  readonly port: number
  readonly tls: TlsConfig | null
  readonly fetch: Fetch
  readonly timers: Timers
}

/** @throws EngineError `CONFIG_INVALID` when the address cannot be taken. */
export async function listenTcp(options: TcpOptions): Promise<Listener> {
  const { host, port, tls, timers } = options
  const handle = getRequestListener((request, bindings) =>
    options.fetch(request, onlyHttp1(bindings)),
  )
  const server: Server = watched(
    tls === null
      ? createServer(SERVER_LIMITS, handle)
      : createTlsServer({ ...SERVER_LIMITS, handshakeTimeout: HANDSHAKE_MS, ...tls }, handle),
    tls === null ? 'connection' : 'secureConnection',
  )
  await listening(
    server,
    (ready) => server.listen(port, host, ready),
    `HOST and PORT: ${host}:${port}`,
  )
  const bound = server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  const scheme = tls === null ? 'http' : 'https'
  return {
    port: boundPort,
    url: `${scheme}://${hostInUrl(host)}:${boundPort}`,
    close: (drainMs) => drain(server, drainMs, timers),
  }
}

/** Serves a unix socket that only this user may open. A left-over file is replaced. */
export async function listenSocket(
  path: string,
  fetch: (request: Request) => Promise<Response> | Response,
  timers: Timers,
): Promise<{ close(drainMs: number): Promise<void> }> {
  await rm(path, { force: true })
  const server = watched(
    createServer(
      SERVER_LIMITS,
      getRequestListener((request) => fetch(request)),
    ),
    'connection',
  )
  await listening(server, (ready) => server.listen(path, ready), `DATA_DIR: ${path}`)
  await chmod(path, 0o600)
  return { close: (drainMs) => drain(server, drainMs, timers) }
}

interface Watch {
  /** What the server is answering at the moment. */
  readonly answering: Set<ServerResponse>
  readonly connections: Set<Socket>
  /** Those on which no request has come yet: browsers open some in advance. */
  readonly unused: Set<Socket>
}

const watches = new WeakMap<Server, Watch>()

const noop = () => undefined

/** `opened` is the event of a connection that may speak HTTP: with TLS, after the handshake. */
function watched(server: Server, opened: 'connection' | 'secureConnection'): Server {
  const watch: Watch = { answering: new Set(), connections: new Set(), unused: new Set() }
  const enter = (set: Set<Socket>) => (socket: Socket) => {
    set.add(socket)
    socket.once('close', () => set.delete(socket))
  }
  server.on('connection', enter(watch.connections))
  server.on(opened, enter(watch.unused))
  server.prependListener('request', (request, response) => {
    watch.unused.delete(request.socket)
    watch.answering.add(response)
    response.once('close', () => watch.answering.delete(response))
    response.once('finish', () => letGo(request))
  })
  watches.set(server, watch)
  return server
}

/**
 * What is left of a refused body has to flow off, or the connection is cut under the client's next
 * request. A reader that gave up may still hold it back; where nobody read, Node does the same.
 */
function letGo(request: IncomingMessage): void {
  if (!request.complete) request.removeAllListeners('data').resume()
}

function listening(
  server: Server,
  start: (ready: () => void) => void,
  where: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use already' : 'cannot be listened on'
      const message = `${where} ${why} (${error.code ?? error.name})`
      reject(new EngineError('CONFIG_INVALID', message, { cause: error }))
    })
    start(() => {
      server.removeAllListeners('error')
      // Unheard, the first connection that cannot be accepted would end the process.
      server.on('error', (error: NodeJS.ErrnoException) => {
        const message = `a connection could not be accepted (${error.code ?? error.name})`
        process.emitWarning(message, { code: 'QUITTANCE_LISTENER' })
      })
      resolve()
    })
  })
}

async function drain(server: Server, drainMs: number, timers: Timers): Promise<void> {
  if (!server.listening) return
  // A connection that is kept alive would outlast its last answer by a minute.
  const hurry = () => {
    timers.turn().then(() => server.closeIdleConnections(), noop)
  }
  const watch = watches.get(server)
  for (const response of watch?.answering ?? []) response.once('close', hurry)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const cut = (sockets: ReadonlySet<Socket> = new Set()) => {
    for (const socket of sockets) socket.destroy()
  }
  const cancels = [
    timers.after(Math.min(UNUSED_MS, drainMs), () => cut(watch?.unused)),
    // Node's own list has no connection that is still in its handshake.
    timers.after(drainMs, () => cut(watch?.connections)),
  ]
  await closed
  for (const cancel of cancels) cancel()
}

/** An address of all interfaces is no address to call. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

type Bindings = Parameters<Parameters<typeof getRequestListener>[0]>[1]

/** Our servers speak HTTP/1 only; the adapter's type allows more. */
function onlyHttp1(bindings: Bindings): HttpBindings {
  return bindings as HttpBindings
}
