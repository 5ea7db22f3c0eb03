// Owns the shape of every answer: JSON, pages and errors, and which of them the client prefers.
import { EngineError, isEngineError } from '../../errors.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Page } from '../pages.ts'

/** Long enough for a database to fail over, short enough for a buyer to wait. */
export const RETRY_AFTER_SECONDS = 2

type HeaderList = Readonly<Record<string, string>>

/** Answers are personal or of the moment, and a session id in a URL must not leave as a referrer. */
const EVERYWHERE: HeaderList = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function answer(status: number, type: string, text: string, headers: HeaderList): Response {
  const bytes = new TextEncoder().encode(text)
  return new Response(bytes, {
    status,
    headers: {
      ...EVERYWHERE,
      'content-type': type,
      'content-length': String(bytes.byteLength),
      ...headers,
    },
  })
}

export function json(status: number, value: object, headers: HeaderList = {}): Response {
  return answer(status, 'application/json; charset=utf-8', JSON.stringify(value), headers)
}

export function html(status: number, page: Page, headers: HeaderList = {}): Response {
  const policy: HeaderList =
    page.contentSecurityPolicy === undefined
      ? {}
      : { 'content-security-policy': page.contentSecurityPolicy }
  return answer(status, 'text/html; charset=utf-8', page.html, { ...policy, ...headers })
}

/** Whatever was thrown, as an error with a stable code; what nobody expected is logged by name. */
export function asEngineError(error: unknown, logger: Logger): EngineError {
  if (isEngineError(error)) return error
  const name = error instanceof Error ? error.name : typeof error
  logger.error('unexpected error in a request', { code: 'INTERNAL', error: name })
  return new EngineError('INTERNAL', 'an unexpected error kept this request from its answer')
}

export function retryHeaders(error: EngineError): HeaderList {
  return error.retryable ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}
}

export function problem(
  error: EngineError,
  options: { readonly status?: number; readonly headers?: HeaderList } = {},
): Response {
  const { code, message, cure, field, retryable } = error
  const body = {
    code,
    message,
    cure,
    ...(field === undefined ? {} : { field }),
    ...(retryable ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  }
  const headers = { ...retryHeaders(error), ...options.headers }
  return json(options.status ?? error.status, { error: body }, headers)
}

interface Preference {
  readonly quality: number
  /** 2: named, 1: `type/*`, 0: everything, -1: not at all. */
  readonly specificity: number
  readonly position: number
}

const NOT_ACCEPTED: Preference = { quality: 0, specificity: -1, position: 0 }

function preferenceFor(type: string, accept: string): Preference {
  const ranges = [type, `${type.split('/')[0]}/*`, '*/*']
  return accept
    .split(',')
    .map((part, position) => {
      const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      const quality = q === undefined ? 1 : Number(q.slice(2))
      const at = ranges.indexOf(range)
      return at === -1 || !(quality >= 0 && quality <= 1)
        ? NOT_ACCEPTED
        : { quality, specificity: 2 - at, position }
    })
    .reduce((best, next) => (next.specificity > best.specificity ? next : best), NOT_ACCEPTED)
}

/** Pages are for people: JSON only for a client that names it and likes HTML no better. */
export function prefersJson(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  const wanted = preferenceFor('application/json', accept)
  const page = preferenceFor('text/html', accept)
  if (wanted.specificity < 2 || wanted.quality === 0) return false
  if (wanted.quality !== page.quality) return wanted.quality > page.quality
  return page.specificity < 2 || wanted.position < page.position
}
