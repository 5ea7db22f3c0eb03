// Owns the HTTP surface as one fetch handler; every other adapter only translates to it and back.
import type { Engine } from '../api.ts'
import { EngineError } from '../errors.ts'
import { problem } from './http/answer.ts'
import {
  cancel,
  createSession,
  FAILURES,
  type Failure,
  type FetchContext,
  healthz,
  portalSession,
  type RouteHandler,
  readyz,
  success,
  webhook,
} from './http/routes.ts'
import { DEFAULT_PAGES, type Pages } from './pages.ts'

export { browserOf } from './http/cookie.ts'
export type { FetchContext } from './http/routes.ts'
export type { Page, Pages } from './pages.ts'

export interface FetchOptions {
  /** Pages of your own in place of ours, one by one. */
  readonly pages?: Partial<Pages>
  /** Where the routes hang, such as `/pay`: the part of the path that is not theirs. */
  readonly basePath?: string
}

export interface FetchHandler {
  (request: Request, context?: FetchContext): Promise<Response>
  /** Whether the path is one of ours, whatever the method: others are the app's to answer. */
  matches(pathname: string): boolean
}

interface Route {
  readonly methods: readonly string[]
  readonly handler: RouteHandler
  readonly failure: Failure
}

const GET = ['GET', 'HEAD']
const POST = ['POST']

const DELIVERY: Route = { methods: POST, handler: webhook, failure: 'delivery' }

/** The HTTP contract. HEAD is for probes only: a page that notes the buyer's return wants a GET. */
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/api/checkout/create-session', { methods: POST, handler: createSession, failure: 'api' }],
  ['/api/billing/portal-session', { methods: POST, handler: portalSession, failure: 'api' }],
  ['/success', { methods: ['GET'], handler: success, failure: 'page' }],
  ['/cancel', { methods: ['GET'], handler: cancel, failure: 'page' }],
  ['/webhooks/stripe', DELIVERY],
  ['/webhooks/stripe/:endpoint', DELIVERY],
  ['/stripe-webhook', DELIVERY],
  ['/healthz', { methods: GET, handler: healthz, failure: 'api' }],
  ['/readyz', { methods: GET, handler: readyz, failure: 'delivery' }],
])

/** For routers that want to be told the paths; `:endpoint` as most of them spell a parameter. */
export const ROUTE_PATHS: readonly string[] = [...ROUTES.keys()]

const NAMED_ENDPOINT = /^\/webhooks\/stripe\/([A-Za-z0-9_-]{1,64})$/
/** What `/webhooks/stripe` and `/stripe-webhook` serve. */
const DEFAULT_ENDPOINT = 'default'

function basePathOf(given: string): string {
  if (given !== '' && !/^(?:\/[A-Za-z0-9._~-]+)+$/.test(given)) {
    throw new EngineError(
      'CONFIG_INVALID',
      'basePath must be like /pay, without a slash at its end',
    )
  }
  return given
}

function routeOf(path: string): { readonly route: Route; readonly endpoint: string } | null {
  const endpoint = NAMED_ENDPOINT.exec(path)?.[1]
  if (endpoint !== undefined) return { route: DELIVERY, endpoint }
  const route = path.includes(':') ? undefined : ROUTES.get(path)
  return route === undefined ? null : { route, endpoint: DEFAULT_ENDPOINT }
}

const unknownRoute = () =>
  problem(new EngineError('ROUTE_UNKNOWN', 'there is nothing at this path'))

function wrongMethod(methods: readonly string[]): Response {
  return problem(new EngineError('METHOD_NOT_ALLOWED', 'this path has other methods'), {
    headers: { allow: methods.join(', ') },
  })
}

/**
 * The engine as a fetch handler: for Bun, Deno, workers on Node, and any framework of the web's
 * own Request and Response.
 *
 * On serverless hosts nothing depends on work after the answer. With `processor.mode: 'inline'`
 * the answer to a delivery waits for its work. With `'manual'` pass the host's `waitUntil` as
 * `context`: a drain is handed to it after each receipt, and a scheduled call of `engine.drain()`
 * does what a frozen process left. The handler resolves for every error of the engine and never
 * watches `request.signal`: a delivery is answered for although its sender has hung up.
 *
 * @throws EngineError `CONFIG_INVALID` for a bad basePath.
 */
export function createFetchHandler(engine: Engine, options: FetchOptions = {}): FetchHandler {
  const basePath = basePathOf(options.basePath ?? '')
  const pages: Pages = { ...DEFAULT_PAGES, ...options.pages }

  const find = (pathname: string) =>
    pathname.startsWith(`${basePath}/`) ? routeOf(pathname.slice(basePath.length)) : null

  async function handle(request: Request, context: FetchContext = {}): Promise<Response> {
    const url = new URL(request.url)
    const found = find(url.pathname)
    if (found === null) return unknownRoute()
    const { route, endpoint } = found
    if (!route.methods.includes(request.method)) return wrongMethod(route.methods)
    const call = { engine, pages, request, url, context, endpoint }
    const response = await route
      .handler(call)
      .catch((thrown: unknown) => FAILURES[route.failure](call, thrown))
      // The app's own page for a failure may fail as well.
      .catch((thrown: unknown) => FAILURES.api(call, thrown))
    return request.method === 'HEAD' ? new Response(null, response) : response
  }

  return Object.assign(handle, { matches: (pathname: string) => find(pathname) !== null })
}
