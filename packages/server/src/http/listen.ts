// Owns the listeners: TCP with or without TLS, a unix socket, their time limits and their drain.
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
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
  // Longer than the usual idle limit of a proxy (60 s), so that the proxy closes first.
  keepAliveTimeout: 65_000,
}

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
      : createTlsServer({ ...SERVER_LIMITS, cert: tls.cert, key: tls.key }, handle),
  )
  await listening(server, (ready) => server.listen(port, host, ready), `${host}:${port}`)
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
  )
  await listening(server, (ready) => server.listen(path, ready), path)
  await chmod(path, 0o600)
  return { close: (drainMs) => drain(server, drainMs, timers) }
}

/** What each server is answering at the moment. */
const answering = new WeakMap<Server, Set<ServerResponse>>()

const noop = () => undefined

function watched(server: Server): Server {
  const responses = new Set<ServerResponse>()
  answering.set(server, responses)
  server.prependListener('request', (_request, response) => {
    responses.add(response)
    response.once('close', () => responses.delete(response))
  })
  return server
}

function listening(
  server: Server,
  start: (ready: () => void) => void,
  where: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use already' : 'cannot be listened on'
      const message = `HOST and PORT: ${where} ${why} (${error.code ?? error.name})`
      reject(new EngineError('CONFIG_INVALID', message, { cause: error }))
    })
    start(resolve)
  })
}

async function drain(server: Server, drainMs: number, timers: Timers): Promise<void> {
  if (!server.listening) return
  // A connection that is kept alive would outlast its last answer by a minute.
  const hurry = () => {
    timers.turn().then(() => server.closeIdleConnections(), noop)
  }
  for (const response of answering.get(server) ?? []) response.once('close', hurry)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const cancel = timers.after(drainMs, () => server.closeAllConnections())
  await closed
  cancel()
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
