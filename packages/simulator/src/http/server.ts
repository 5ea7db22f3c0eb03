/** The HTTP edge: one request handler behind a TCP port on 127.0.0.1 and, if asked, a unix socket. */

import { lstat, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Accounts } from '../accounts.ts'
import { landingPage } from '../hosted/landing-page.ts'
import { type Address, landingView } from '../hosted/landing-view.ts'
import { handleHosted } from '../hosted/pages.ts'
import { type Ports, type Random, randomText } from '../ports.ts'
import type { ApiAnswer as SeenAnswer } from '../types.ts'
import { type ApiAnswer, answerApi, envelope } from './api.ts'
import { apiKeyOf, isSecretKey } from './auth.ts'
import { StripeError } from './errors.ts'
import { prefersHtml } from './prefers-html.ts'
import { answerSim } from './sim-routes.ts'

const bodyBytesMax = 1024 * 1024
const hostedPrefix = '/c/pay/'

export interface EdgeParts {
  readonly address: Address
  readonly accounts: Accounts
  readonly ports: Ports
  readonly random: Random
  readonly onResponse: ((answer: SeenAnswer) => void) | undefined
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `undefined`: the connection is cut instead of answered. */
type Handler = (request: IncomingMessage) => Promise<Reply | undefined>

export function createEdge(parts: EdgeParts): Server {
  const handle: Handler = async (request) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname.startsWith(hostedPrefix)) return hosted(parts, request, url)
    if (url.pathname.startsWith('/_sim/')) return sim(parts, request, url)
    if (isLanding(request, url))
      return landingPage(landingView(parts.accounts.all(), parts.address))
    return api(parts, request, url)
  }
  return createServer((request, response) => {
    handle(request).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, crash(error)),
    )
  })
}

/** Whoever brings a key, or would not rather read HTML, is an API client and hears Stripe's answer. */
function isLanding(request: IncomingMessage, url: URL): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const hasKey = request.headers.authorization !== undefined
  return url.pathname === '/' && isRead && !hasKey && prefersHtml(request.headers.accept)
}

function send(response: ServerResponse, reply: Reply | undefined): void {
  if (!reply) {
    response.destroy()
    return
  }
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': Buffer.byteLength(reply.body),
  })
  response.end(reply.body)
}

/** A defect of the simulator: its stack goes to the caller, who is a developer at the same desk. */
function crash(error: unknown): Reply {
  if (error instanceof BodyTooLarge || error instanceof URIError) {
    const status = error instanceof BodyTooLarge ? 413 : 400
    return json(status, { error: { type: 'invalid_request_error', message: error.message } })
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return json(500, { error: { type: 'api_error', message: `The simulator failed: ${message}` } })
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body, null, 2),
  }
}

class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = chunk
    size += bytes.length
    if (size > bodyBytesMax) throw new BodyTooLarge(`The body exceeds ${bodyBytesMax} bytes.`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

async function api(
  parts: EdgeParts,
  request: IncomingMessage,
  url: URL,
): Promise<Reply | undefined> {
  const method = request.method ?? 'GET'
  const id = `req_${randomText(parts.random, 14)}`
  const answered = (answer: ApiAnswer): Reply => {
    const { status, body } = answer
    parts.onResponse?.({ method, path: url.pathname, status, body })
    return json(status, body, answer.headers)
  }
  let apiKey: string
  try {
    apiKey = apiKeyOf(header(request, 'authorization'))
  } catch (error) {
    if (!(error instanceof StripeError)) throw error
    const headers = { 'request-id': id }
    return answered({ status: error.status, headers, body: envelope(error, id, nowOf(parts)) })
  }
  const body = await readBody(request)
  const account = parts.accounts.of(apiKey)
  const answer = await answerApi(
    account,
    {
      method,
      path: url.pathname,
      query: url.search.slice(1),
      body,
      contentType: header(request, 'content-type') ?? '',
      idempotencyKey: header(request, 'idempotency-key') ?? null,
      version: header(request, 'stripe-version') ?? null,
      onBehalfOf: header(request, 'stripe-account') ?? null,
    },
    id,
    () => account.trouble.before(parts.ports),
  )
  const reply = answered(answer)
  return answer.status < 500 && account.trouble.losesAnswer() ? undefined : reply
}

function nowOf(parts: EdgeParts): number {
  return Math.floor(parts.ports.now() / 1000)
}

async function hosted(parts: EdgeParts, request: IncomingMessage, url: URL): Promise<Reply> {
  const sessionId = decodeURIComponent(url.pathname.slice(hostedPrefix.length).split('/')[0] ?? '')
  const headers: Record<string, string> = {}
  for (const name of Object.keys(request.headers)) headers[name] = header(request, name) ?? ''
  return handleHosted({
    method: request.method ?? 'GET',
    path: url.pathname,
    sessionId,
    account: parts.accounts.ofSession(sessionId),
    query: url.searchParams,
    headers,
    form: new URLSearchParams(await readBody(request)),
  })
}

async function sim(parts: EdgeParts, request: IncomingMessage, url: URL): Promise<Reply> {
  const authorization = header(request, 'authorization')
  const key = authorization === undefined ? undefined : authorization.replace(/^Bearer /i, '')
  if (key !== undefined && !isSecretKey(key)) {
    return json(401, { error: 'The Authorization header names no API key.' })
  }
  const { status, body } = await answerSim(parts.accounts, {
    method: request.method ?? 'GET',
    path: url.pathname,
    body: await readBody(request),
    only: key === undefined ? undefined : parts.accounts.of(key),
  })
  return json(status, body)
}

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
  if (left?.isSocket()) await unlink(path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
