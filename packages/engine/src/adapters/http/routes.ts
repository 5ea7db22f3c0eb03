// Owns what each route does with a request: one function a route, over the engine's own methods.

import type { Engine } from '../../api.ts'
import { EngineError } from '../../errors.ts'
import type { Order } from '../../model.ts'
import type { Pages } from '../pages.ts'
import { asEngineError, html, json, prefersJson, problem, retryHeaders } from './answer.ts'
import { readBody, readJson } from './body.ts'
import { browserCookie, browserOf } from './cookie.ts'

/** What a serverless host offers so that work may go on after the answer. */
export interface FetchContext {
  waitUntil?(work: Promise<unknown>): void
}

export interface Call {
  readonly engine: Engine
  readonly pages: Pages
  readonly request: Request
  readonly url: URL
  readonly context: FetchContext
  /** The `:endpoint` of the path, `default` where it has none. */
  readonly endpoint: string
}

export type RouteHandler = (call: Call) => Promise<Response>

/** Hosts cut work after the answer at 30 s; the rest is for the drain's own end. */
export const DRAIN_BUDGET_MS = 25_000
/** Stripe's ids are far shorter; anything longer is nobody's. */
const PARAMETER_CHARACTERS_MAX = 255
/** Of an unknown field's name, in the answer. */
const FIELD_SHOWN_MAX = 40

/** Nothing here may depend on it: without waitUntil, workers or a scheduled drain do the same. */
function drainAfterwards({ engine, context }: Call): void {
  const { waitUntil } = context
  if (waitUntil === undefined) return
  const note = (error: unknown) => {
    asEngineError(error, engine.http.logger)
  }
  const work = engine.drain({ budgetMs: DRAIN_BUDGET_MS }).catch(note)
  try {
    waitUntil.call(context, work)
  } catch (error) {
    // Hosts throw outside of a request, and what is recorded must not be refused for it.
    note(error)
  }
}

/** 200 only after the engine has committed; the sender's hanging up changes nothing. */
export const webhook: RouteHandler = async (call) => {
  const { engine, request, endpoint } = call
  const { http } = engine
  const body = await readBody(request, http.bodyBytesMax).catch((error: unknown) => {
    if (error instanceof EngineError) {
      http.logger.warn('delivery refused', { endpoint, code: error.code, cure: error.cure })
    }
    throw error
  })
  const signature = request.headers.get('stripe-signature')
  const { status, state, reason } = await engine.receive({ endpoint, body, signature })
  drainAfterwards(call)
  return json(200, {
    received: true,
    duplicate: status === 'duplicate',
    state,
    ...(reason === null ? {} : { reason }),
  })
}

export const createSession: RouteHandler = async ({ engine, request }) => {
  const body = await readJson(request, engine.http.requestBytesMax)
  const { orderId, sessionId, url, browser } = await engine.checkout.createSession({
    body,
    identity: await engine.http.identify(request),
    browser: browserOf(request),
    idempotencyKey: request.headers.get('idempotency-key'),
  })
  const headers = { 'set-cookie': browserCookie(browser, engine.http.secureCookies) }
  return json(201, { orderId, sessionId, url }, headers)
}

/** A path of our own host: not `//host` and not `/\host`, which browsers read as another one. */
const RETURN_PATH = /^\/(?![/\\])[\x21-\x7e]{0,500}$/

function returnPathOf(body: unknown): string | undefined {
  const invalid = (field: string) =>
    new EngineError('BODY_INVALID', 'the body must be an object with returnPath alone', { field })
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('body')
  const { returnPath, ...others }: { returnPath?: unknown } = body
  const [other] = Object.keys(others)
  if (other !== undefined) throw invalid(other.slice(0, FIELD_SHOWN_MAX))
  if (returnPath === undefined) return undefined
  if (typeof returnPath === 'string' && RETURN_PATH.test(returnPath)) return returnPath
  throw new EngineError('RETURN_URL_INVALID', 'returnPath is no path of this host', {
    field: 'returnPath',
  })
}

/**
 * JSON only, like create-session: another site cannot send it without a preflight. A signed-in
 * buyer alone: a browser's cookie is proof enough to see an order, not to change a subscription.
 */
export const portalSession: RouteHandler = async ({ engine, request }) => {
  const returnUrl = returnPathOf(await readJson(request, engine.http.requestBytesMax))
  const identity = await engine.http.identify(request)
  if (identity === null) throw new EngineError('SIGN_IN_REQUIRED', 'nobody is signed in')
  const { userId } = identity
  const { url } = await engine.billing.portal({
    who: { userId },
    ...(returnUrl === undefined ? {} : { returnUrl }),
  })
  return json(201, { url })
}

function parameter(url: URL, name: string): string | null {
  const value = url.searchParams.get(name)
  return value === null || value === '' || value.length > PARAMETER_CHARACTERS_MAX ? null : value
}

const VARY = { vary: 'Accept, Cookie' }

/** One answer for unknown, malformed and foreign: which of them it is would already tell. */
function notFound({ pages, request }: Call): Response {
  if (!prefersJson(request)) return html(404, pages.notFound(), VARY)
  return problem(new EngineError('ORDER_NOT_FOUND', 'there is no such order'), { headers: VARY })
}

/** What the buyer may read of an order; never the app's user id or Stripe's ids. */
function shown(order: Order): object {
  const { itemId, quantity, currency, expectedSubtotal, amountTotal, amountRefunded, held } = order
  const { createdAt, fulfilledAt } = order
  return {
    ...{ itemId, quantity, currency, expectedSubtotal, amountTotal, amountRefunded, held },
    ...{ createdAt, fulfilledAt },
  }
}

export const success: RouteHandler = async (call) => {
  const { engine, pages, request, url } = call
  const sessionId = parameter(url, 'session_id')
  if (sessionId === null) return notFound(call)
  const view = await engine.checkout.success({
    sessionId,
    identity: await engine.http.identify(request),
    browser: browserOf(request),
  })
  drainAfterwards(call)
  if (view === null) return notFound(call)
  if (prefersJson(request)) {
    const { orderId, status, order } = view
    return json(200, { orderId, status, ...(order === null ? {} : shown(order)) }, VARY)
  }
  return html(200, await pages.success(view, url), VARY)
}

export const cancel: RouteHandler = async (call) => {
  const { engine, pages, request, url } = call
  const sessionId = parameter(url, 'session_id')
  const orderId = parameter(url, 'order')
  if (sessionId === null && orderId === null) return notFound(call)
  const known = await engine.checkout.cancel({
    sessionId,
    orderId,
    identity: await engine.http.identify(request),
    browser: browserOf(request),
  })
  if (!known) return notFound(call)
  return prefersJson(request)
    ? json(200, { turnedBack: true }, VARY)
    : html(200, pages.cancel(), VARY)
}

export const healthz: RouteHandler = async () => json(200, { alive: true })

export const readyz: RouteHandler = async ({ engine }) => {
  await engine.ready()
  return json(200, { ready: true })
}

/** How a route answers when its handler rejects; `unexpected` is the status of what has no code. */
export type Failure = 'delivery' | 'api' | 'page'

export const FAILURES: Readonly<Record<Failure, (call: Call, thrown: unknown) => Response>> = {
  // Never a 2xx and never a 4xx for what nobody expected: Stripe must deliver again.
  delivery({ engine }, thrown) {
    const error = asEngineError(thrown, engine.http.logger)
    return problem(error, error.code === 'INTERNAL' ? { status: 503 } : {})
  },
  api: ({ engine }, thrown) => problem(asEngineError(thrown, engine.http.logger)),
  page({ engine, pages, request }, thrown) {
    const error = asEngineError(thrown, engine.http.logger)
    const headers = { ...retryHeaders(error), ...VARY }
    return prefersJson(request)
      ? problem(error, { headers: VARY })
      : html(error.status, pages.unavailable(), headers)
  },
}
