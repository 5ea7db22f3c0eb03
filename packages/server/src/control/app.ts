// Owns the operator's requests to an engine: one set of routes for the socket and for the CLI.
import { type Engine, EngineError, isEngineError, type Who } from '@quittance/engine'
import { Hono } from 'hono'
import { z } from 'zod'
import { toJson } from './json.ts'

export const DISPATCH_STATES = [
  'ready',
  'waiting',
  'done',
  'ignored',
  'quarantined',
  'dead',
] as const
export const ORDER_STATUSES = [
  'pending',
  'confirmed',
  'awaiting_payment',
  'expired',
  'canceled',
  'payment_failed',
  'fulfilled',
] as const

export const SUBSCRIPTION_STATUSES = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
] as const

export const LIST_LIMIT_MAX = 1_000
/** What `customers show` has room for. */
const SHOWN_MAX = 10

const limit = z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).optional()
const EVENT_FILTER = z.strictObject({
  state: z.enum(DISPATCH_STATES).optional(),
  type: z.string().min(1).max(255).optional(),
  limit,
})
const ORDER_FILTER = z.strictObject({
  status: z.enum(ORDER_STATUSES).optional(),
  userId: z.string().min(1).max(255).optional(),
  limit,
})
const SUBSCRIPTION_FILTER = z.strictObject({
  status: z.enum(SUBSCRIPTION_STATUSES).optional(),
  buyer: z.string().min(1).max(255).optional(),
  limit,
})
const ACCESS_FILTER = z.strictObject({ at: z.iso.datetime({ offset: true }).optional() })

/** Stripe's ids of customers begin so; the app's own ids of users hardly do. */
const whoOf = (id: string): Who => (id.startsWith('cus_') ? { customerId: id } : { userId: id })

/** @throws EngineError `CUSTOMER_NOT_FOUND`, for an empty answer would hide a misspelt id. */
async function buyerOf(engine: Engine, id: string) {
  const buyer = await engine.customers.get(whoOf(id))
  if (buyer === null) throw new EngineError('CUSTOMER_NOT_FOUND', `there is no buyer ${id}`)
  return buyer
}

/** Reachable by the owner of the data directory only; it never carries a payload. */
export function createControlApp(engine: Engine): Hono {
  const app = new Hono()
  app.get('/status', () => answer({ mode: engine.mode, pid: process.pid }))
  app.get('/events', async (context) => {
    const filter = filterOf(EVENT_FILTER, context.req.query())
    return answer(await engine.events.list(filter))
  })
  app.get('/events/:id', async (context) => {
    const id = context.req.param('id')
    const event = await engine.events.get(id)
    if (event === null) throw new EngineError('EVENT_NOT_FOUND', `there is no event ${id}`)
    return answer(event)
  })
  app.post('/events/:id/replay', async (context) =>
    answer(await engine.events.replay(context.req.param('id'))),
  )
  app.get('/orders', async (context) => {
    const filter = filterOf(ORDER_FILTER, context.req.query())
    return answer(await engine.orders.list(filter))
  })
  app.get('/orders/:id', async (context) => {
    const id = context.req.param('id')
    const order = await engine.orders.get(id)
    if (order === null) throw new EngineError('ORDER_NOT_FOUND', `there is no order ${id}`)
    return answer({ ...order, history: await engine.orders.history(id) })
  })
  addBillingRoutes(app, engine)
  app.notFound(() => refusal(404, 'NOT_FOUND', 'the running server does not know this request', ''))
  app.onError((error) => {
    if (error instanceof FilterError) return refusal(400, 'FILTER_INVALID', error.message, '')
    return isEngineError(error)
      ? refusal(error.status, error.code, error.message, error.cure)
      : refusal(500, 'INTERNAL', 'the engine could not answer', 'See the log of the server.')
  })
  return app
}

function addBillingRoutes(app: Hono, engine: Engine): void {
  app.get('/access/:buyer', async (context) => {
    const id = context.req.param('buyer')
    const { at } = filterOf(ACCESS_FILTER, context.req.query())
    await buyerOf(engine, id)
    return answer(await engine.access.get(whoOf(id), at === undefined ? {} : { at: new Date(at) }))
  })
  app.get('/subscriptions', async (context) => {
    const { buyer, ...filter } = filterOf(SUBSCRIPTION_FILTER, context.req.query())
    const who = buyer === undefined ? {} : { who: whoOf(buyer) }
    return answer(await engine.subscriptions.list({ ...filter, ...who }))
  })
  app.get('/subscriptions/:id', async (context) => {
    const id = context.req.param('id')
    const found = await engine.subscriptions.get(id)
    if (found === null) {
      throw new EngineError('SUBSCRIPTION_NOT_FOUND', `there is no subscription ${id}`)
    }
    return answer({ ...found, history: await engine.subscriptions.history(id) })
  })
  app.get('/customers/:buyer', async (context) => {
    const id = context.req.param('buyer')
    const buyer = await buyerOf(engine, id)
    const [who, limited] = [whoOf(id), { limit: SHOWN_MAX }]
    return answer({
      ...buyer,
      access: await engine.access.get(who),
      subscriptions: await engine.subscriptions.listFor(who, limited),
      invoices: await engine.invoices.listFor(who, limited),
      orders: await engine.orders.listOf(who, limited),
    })
  })
}

const JSON_HEADERS = { 'content-type': 'application/json' }

function answer(value: unknown): Response {
  return new Response(toJson(value), { headers: JSON_HEADERS })
}

function refusal(status: number, code: string, message: string, cure: string): Response {
  return new Response(toJson({ error: { code, message, cure } }), {
    status,
    headers: JSON_HEADERS,
  })
}

/** The operator's own slip; no engine was asked. */
class FilterError extends Error {
  override readonly name = 'FilterError'
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function filterOf<T extends object>(schema: z.ZodType<T>, query: unknown): Present<T> {
  const result = schema.safeParse(query)
  if (!result.success) {
    const issue = result.error.issues[0]
    const name = issue?.path.join('.') ?? 'filter'
    throw new FilterError(`${name}: ${issue?.message ?? 'is not understood'}`)
  }
  // Absent and undefined are the same to us and not to the engine's exact types.
  const entries = Object.entries(result.data).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<T>
}
