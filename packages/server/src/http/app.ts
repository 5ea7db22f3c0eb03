// Owns the server's HTTP application: the guard, an app's own routes, then the engine's.
import type { HttpBindings } from '@hono/node-server'
import type { Logger } from '@quittance/engine'
import { Hono } from 'hono'
import { errorFields } from '../log.ts'
import { createProxyGuard } from './proxy-guard.ts'

export type FetchHandler = (request: Request) => Promise<Response> | Response

export interface AppParts {
  /** The engine's own handler; it gets each request untouched, so that signatures hold. */
  readonly engine: FetchHandler
  /** Routes of the app's own, tried before the engine's; a 404 without match falls through. */
  readonly extension: Hono | null
  readonly trustedProxy: readonly string[] | null
  readonly logger: Logger
}

export function createApp(parts: AppParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const { trustedProxy, logger } = parts
  if (trustedProxy !== null) {
    const refusalOf = createProxyGuard(trustedProxy)
    app.use(async (context, next) => {
      const refusal = refusalOf({
        path: context.req.path,
        address: context.env.incoming.socket.remoteAddress,
        forwardedProto: context.req.header('x-forwarded-proto') ?? null,
      })
      if (refusal === null) return await next()
      const { status, code, message, cure } = refusal
      logger.warn('request refused', { code, cure })
      return context.json({ error: { code, message, cure } }, status)
    })
  }
  if (parts.extension !== null) app.route('/', parts.extension)
  app.notFound((context) => parts.engine(context.req.raw))
  app.onError((error, context) => {
    logger.error('a request failed', errorFields(error))
    const message = 'this server could not answer; the reason is in its log'
    return context.json({ error: { code: 'INTERNAL', message } }, 500)
  })
  return app
}

/** Answers until the engine stands: alive, but not able to accept. Stripe delivers again. */
export function answerWhileStarting(request: Request): Response {
  if (new URL(request.url).pathname === '/healthz') return Response.json({ alive: true })
  const error = {
    code: 'NOT_STARTED',
    message: 'the server is starting',
    cure: 'Repeat the request in a moment.',
  }
  return Response.json({ error }, { status: 503, headers: { 'retry-after': '1' } })
}
