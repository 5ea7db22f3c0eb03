// Owns the adapter for Next's App Router: the handlers of one catch-all route.
import type { Engine } from '../api.ts'
import { EngineError } from '../errors.ts'
import { createFetchHandler, type FetchContext, type FetchOptions } from './fetch.ts'

/** The Edge runtime's own name; other runtimes do not have it. */
declare const EdgeRuntime: unknown

// At load, not at the first delivery: an endpoint that cannot work must not look deployed.
if (typeof EdgeRuntime === 'string') {
  throw new EngineError(
    'RUNTIME_UNSUPPORTED',
    'the Edge runtime has no node:crypto and no connection to PostgreSQL',
  )
}

export interface NextOptions extends FetchOptions {
  /** Next's own `after`, from `next/server`: work handed to it goes on after the answer. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

export interface NextRoute {
  readonly GET: (request: Request) => Promise<Response>
  readonly HEAD: (request: Request) => Promise<Response>
  readonly POST: (request: Request) => Promise<Response>
}

/**
 * In `app/pay/[...path]/route.ts`:
 *
 * ```ts
 * export const runtime = 'nodejs'
 * export const dynamic = 'force-dynamic'
 * export const { GET, HEAD, POST } = createNextRoute(engine, { basePath: '/pay' })
 * ```
 *
 * On a host that freezes after the answer, run the engine with `processor.mode: 'inline'`, or with
 * `'manual'` and `waitUntil: after` plus a scheduled call of `engine.drain()`.
 */
export function createNextRoute(engine: Engine, options: NextOptions = {}): NextRoute {
  const { waitUntil, ...rest } = options
  const context: FetchContext = waitUntil === undefined ? {} : { waitUntil }
  const handler = createFetchHandler(engine, rest)
  const answer = (request: Request) => handler(request, context)
  return { GET: answer, HEAD: answer, POST: answer }
}
