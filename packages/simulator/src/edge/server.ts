/** The HTTP edge: brings each request to the API, the pages, the inspector or the calls of `/_sim`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FaultLog } from '../account/faults.ts'
import { newRequestId } from '../account/ids.ts'
import { createUpgrade } from '../cli-channel/upgrade.ts'
import { apiKeyOf, isSecretKey, presented } from '../http/auth.ts'
import { StripeError } from '../http/errors.ts'
import { targetOf } from '../http/target.ts'
import { type Address, inspector } from '../inspector/inspector.ts'
import type { Ports, ResumableRandom } from '../ports.ts'
import { answerSim } from '../sim/answer.ts'
import { replyToForm } from '../sim/reply.ts'
import type { ApiAnswer as SeenAnswer } from '../types.ts'
import type { Account } from '../world/account.ts'
import type { Accounts } from '../world/accounts.ts'
import { requestAnswered } from './answered.ts'
import { type ApiAnswer, answerApi, envelope } from './api.ts'
import { BodyTooLarge, readBody } from './body.ts'
import { type PageAnswer, pageAt } from './pages.ts'
import { prefersHtml } from './prefers-html.ts'
import { createGate } from './same-site.ts'

/** A snapshot of a long test run is large. */
const simBodyBytesMax = 512 * 1024 * 1024
const meterEventStreamPath = '/v2/billing/meter_event_stream'

export interface EdgeParts {
  readonly address: Address
  readonly accounts: Accounts
  readonly ports: Ports
  /** For the ids of requests that are no account's. */
  readonly random: ResumableRandom
  readonly onResponse: ((answer: SeenAnswer) => void) | undefined
  /** What throws in the service of no account. */
  readonly faults: FaultLog
  /** Names beside the usual ones by which clients come here. */
  readonly allowedHosts: readonly string[]
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `undefined`: the connection is cut instead of answered. */
type Handler = (request: IncomingMessage) => Promise<Reply | undefined>

export function createEdge(parts: EdgeParts): Server {
  const refusal = createGate(parts.allowedHosts)
  const handle: Handler = async (request) => {
    const refused = refusal(request)
    if (refused !== undefined) {
      return badRequest(refused, 403)
    }
    const url = targetOf(request)
    if (!url) return badRequest(`The request's target '${request.url}' is no path.`)
    const answer = pageAt(url.pathname)
    if (answer) return page(parts, request, url, answer)
    if (url.pathname.startsWith('/_sim/')) return sim(parts, request, url)
    if (isInspector(request, url)) {
      return inspector(parts.accounts, parts.address, url.searchParams, nowOf(parts))
    }
    return api(parts, request, url)
  }
  const server = createServer((request, response) => {
    handle(request).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, crash(error)),
    )
  })
  const upgrade = createUpgrade(parts.accounts)
  return server.on('upgrade', (request, socket, head) => {
    try {
      if (refusal(request) === undefined) upgrade(request, socket, head)
      else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
    } catch {
      // Nobody else would catch what a listener throws: one handshake would end the process.
      socket.destroy()
    }
  })
}

/** Whoever brings a key, or would not rather read HTML, is an API client and hears Stripe's answer. */
function isInspector(request: IncomingMessage, url: URL): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const hasKey = request.headers.authorization !== undefined
  return url.pathname === '/' && isRead && !hasKey && prefersHtml(request.headers.accept)
}

function send(response: ServerResponse, reply: Reply | undefined): void {
  if (!reply) {
    response.destroy()
    return
  }
  try {
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': Buffer.byteLength(reply.body),
    })
    response.end(reply.body)
  } catch (error) {
    // Node refuses some statuses and headers; what refuses this one, too, is cut.
    const { body } = crash(error)
    if (response.headersSent) response.destroy()
    else response.writeHead(500, { 'content-type': 'application/json' }).end(body)
  }
}

/** A defect of the simulator: its stack goes to the caller, who is a developer at the same desk. */
function crash(error: unknown): Reply {
  if (error instanceof BodyTooLarge || error instanceof URIError) {
    return badRequest(error.message, error instanceof BodyTooLarge ? 413 : 400)
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return json(500, { error: { type: 'api_error', message: `The simulator failed: ${message}` } })
}

function badRequest(message: string, status = 400): Reply {
  return json(status, { error: { type: 'invalid_request_error', message } })
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body, null, 2),
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** A key names its account; only the stream of meter events takes a token of a session instead. */
function callerOf(parts: EdgeParts, authorization: string | undefined, path: string): Account {
  if (path !== meterEventStreamPath) return parts.accounts.of(apiKeyOf(authorization))
  const account = parts.accounts.ofMeterEvents(presented(authorization ?? ''))
  if (account) return account
  throw new StripeError({
    status: 401,
    type: 'invalid_request_error',
    code: 'billing_meter_event_session_expired',
    message: 'The temporary session token has expired or does not exist.',
  })
}

async function api(
  parts: EdgeParts,
  request: IncomingMessage,
  url: URL,
): Promise<Reply | undefined> {
  const method = request.method ?? 'GET'
  const path = url.pathname
  const answered = (account: Account | null, id: string, answer: ApiAnswer): Reply => {
    const { status, body } = answer
    tellAnswer(parts, account, { requestId: id, method, path, status, body })
    return json(status, body, answer.headers)
  }
  let account: Account
  try {
    account = callerOf(parts, header(request, 'authorization'), path)
  } catch (error) {
    if (!(error instanceof StripeError)) throw error
    const id = newRequestId(parts.random)
    const headers = { 'request-id': id }
    const body = envelope(error, path, id, nowOf(parts))
    return answered(null, id, { status: error.status, headers, body })
  }
  const id = account.ids.nextRequest()
  const body = await readBody(request)
  const asked = {
    method,
    path,
    query: url.search.slice(1),
    body,
    contentType: header(request, 'content-type') ?? '',
    idempotencyKey: header(request, 'idempotency-key') ?? null,
    version: header(request, 'stripe-version') ?? null,
    host: header(request, 'host') ?? null,
    onBehalfOf: header(request, 'stripe-account') ?? null,
  }
  const answer = await answerApi(account, asked, id, () => account.trouble.before(parts.ports))
  const reply = answered(account, id, answer)
  requestAnswered(account, { id, ...asked, sent: asked.body, ...answer })
  return answer.status < 500 && account.trouble.losesAnswer() ? undefined : reply
}

/** A request is done when it is answered: what a listener throws is the listener's. */
function tellAnswer(parts: EdgeParts, account: Account | null, answer: SeenAnswer): void {
  const faults = account?.faultLog ?? parts.faults
  faults.guard('onResponse', () => parts.onResponse?.(answer))
}

function nowOf(parts: EdgeParts): number {
  return Math.floor(parts.ports.now() / 1000)
}

async function page(
  parts: EdgeParts,
  request: IncomingMessage,
  url: URL,
  answer: PageAnswer,
): Promise<Reply> {
  return answer({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    form: new URLSearchParams(await readBody(request)),
    find: (kind, id) => parts.accounts.holding(kind, id),
  })
}

async function sim(parts: EdgeParts, request: IncomingMessage, url: URL): Promise<Reply> {
  const authorization = header(request, 'authorization')
  const key = authorization === undefined ? undefined : authorization.replace(/^Bearer /i, '')
  if (key !== undefined && !isSecretKey(key)) {
    return json(401, { error: 'The Authorization header names no API key.' })
  }
  const answer = await answerSim(parts.accounts, {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    contentType: header(request, 'content-type') ?? '',
    body: await readBody(request, simBodyBytesMax),
    caller: key === undefined ? undefined : parts.accounts.of(key),
  })
  const isPosted = request.method === 'POST' && prefersHtml(request.headers.accept)
  const reply = isPosted && replyToForm(answer, url.pathname, header(request, 'referer'))
  return reply || json(answer.status, answer.body, attachmentOf(url.pathname))
}

/** A browser keeps a snapshot as a file. */
function attachmentOf(path: string): Record<string, string> {
  if (path !== '/_sim/snapshot') return {}
  return { 'content-disposition': 'attachment; filename="simulator-snapshot.json"' }
}
