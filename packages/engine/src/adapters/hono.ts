// Owns the adapter for Hono, whatever it runs on.
import type { Engine } from '../api.ts'
import { createFetchHandler, type FetchContext, type FetchOptions } from './fetch.ts'

/** The part of Hono's context that the middleware uses. */
export interface HonoContextLike {
  readonly req: { readonly raw: Request; readonly path: string }
  readonly executionCtx: { waitUntil(work: Promise<unknown>): void }
}

export type HonoMiddleware = (
  context: HonoContextLike,
  next: () => Promise<void>,
) => Promise<Response | undefined>

/** Hono's getter throws where the host has no such thing. */
function contextOf(context: HonoContextLike): FetchContext {
  try {
    const host = context.executionCtx
    return { waitUntil: (work) => host.waitUntil(work) }
  } catch {
    return {}
  }
}

/**
 * `app.use(quittanceHono(engine))`, before anything that reads the body. Requests for other paths
 * go on to the app. Hono shows whole paths: below `app.basePath('/pay')` pass the same `basePath`.
 */
export function quittanceHono(engine: Engine, options: FetchOptions = {}): HonoMiddleware {
  const handler = createFetchHandler(engine, options)
  return async (context, next) => {
    if (handler.matches(context.req.path)) {
      return await handler(context.req.raw, contextOf(context))
    }
    await next()
    return undefined
  }
}
