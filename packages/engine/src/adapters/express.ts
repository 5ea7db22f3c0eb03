// Owns the adapter for Express 4 and 5, and for anything else with (req, res, next).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Engine } from '../api.ts'
import { createFetchHandler, type FetchOptions } from './fetch.ts'
import { answerNode } from './node.ts'

export type ExpressMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * `app.use(quittanceExpress(engine))`, before `express.json()`: a parser that ran first has
 * swallowed the bytes that Stripe signed, and webhooks are answered with BODY_PARSED. Requests for
 * other paths go on to the app. Mounted with `app.use('/pay', …)`, the routes hang below it.
 */
export function quittanceExpress(engine: Engine, options: FetchOptions = {}): ExpressMiddleware {
  const handler = createFetchHandler(engine, options)
  return (req, res, next) => {
    // Express takes the mount path off `req.url`.
    const [pathname = '/'] = (req.url ?? '/').split('?')
    if (!handler.matches(pathname)) return next()
    answerNode(handler, req, res).catch(next)
  }
}
