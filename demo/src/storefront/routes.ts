// Owns the shop's own routes: the window, the orders of this browser, and the pages around payment.
import type { Database, Engine, Order } from '@quittance/engine'
import { browserOf, createFetchHandler, type Page } from '@quittance/engine/adapters/fetch'
import { Hono } from 'hono'
import { type Extension, errorFields } from 'quittance'
import type { Counter } from '../counter.ts'
import { deliveryOf } from '../deliveries.ts'
import type { Member } from '../sign-in.ts'
import type { ShopTime } from '../time.ts'
import { assetRoutes } from './assets.ts'
import type { IsForgotten } from './forgotten.ts'
import { type Html, PAGE_HEADERS, textOf } from './layout.ts'
import { membershipRoutes } from './membership/routes.ts'
import {
  cancelPage,
  notFoundPage,
  type OrderStory,
  orderPage,
  ordersPage,
  progress,
  successPage,
  unavailablePage,
} from './order-pages.ts'
import { shopPage } from './shop-page.ts'

export interface StorefrontParts {
  readonly engine: Engine
  readonly database: Database
  readonly simulatorUrl: string
  readonly isForgotten: IsForgotten
  readonly time: ShopTime
  readonly counter: Counter
  readonly memberOf: (request: Request) => Member | null
}

/** Enough for one browser; the list says nothing about further ones. */
const ORDERS_SHOWN_MAX = 50

const respond = (content: Html, status = 200): Response =>
  new Response(textOf(content), { status, headers: PAGE_HEADERS })

/** A browser names HTML; programs name JSON or anything. */
const asksForPage = (request: Request): boolean =>
  request.headers.get('accept')?.includes('text/html') === true

export async function storefront(parts: StorefrontParts): Promise<Extension> {
  const { engine, database, simulatorUrl, isForgotten, time, memberOf } = parts
  const visitorOf = (request: Request) => ({
    identity: memberOf(request)?.identity ?? null,
    browser: browserOf(request),
  })
  const notFound = () => respond(notFoundPage(simulatorUrl), 404)

  const storyOf = async (order: Order): Promise<OrderStory> => ({
    order,
    history: await engine.orders.history(order.id),
    delivery: await deliveryOf(database, order.id),
    isForgotten: await isForgotten(order),
  })

  /** Null for an unknown order and for another browser's: both look the same. */
  const ownStory = async (id: string, request: Request): Promise<OrderStory | null> => {
    // PostgreSQL refuses a text with NUL in it, and that is no outage.
    if (!/^\w{1,64}$/.test(id)) return null
    const order = await engine.orders.getFor(id, visitorOf(request))
    return order === null ? null : await storyOf(order)
  }

  const routes = new Hono()
  // Whoever moved the simulator's clock, here or in its inspector: nothing is judged by an older one.
  routes.use(async (_, next) => {
    await time.follow()
    await next()
  })
  routes.route('/assets', await assetRoutes())
  routes.get('/', () => respond(shopPage(simulatorUrl)))
  routes.route('/', membershipRoutes(parts))
  routes.get('/orders', async ({ req }) => {
    const orders = await engine.orders.listFor(visitorOf(req.raw), ORDERS_SHOWN_MAX)
    return respond(ordersPage(orders, simulatorUrl))
  })
  routes.get('/orders/:id', async ({ req }) => {
    const story = await ownStory(req.param('id'), req.raw)
    return story === null ? notFound() : respond(orderPage(story, simulatorUrl))
  })
  routes.get('/orders/:id/progress', async ({ req }) => {
    const story = await ownStory(req.param('id'), req.raw)
    return story === null ? notFound() : respond(progress(story))
  })

  routes.get('/favicon.ico', (context) => context.redirect('/assets/mark.svg'))
  // The engine notes the return and answers; only its page cannot know the item.
  routes.get('/cancel', async (context, next) => {
    await next()
    const id = context.req.query('order') ?? ''
    if (context.res.status !== 200 || !asksForPage(context.req.raw)) return
    const story = await ownStory(id, context.req.raw)
    if (story !== null) context.res = respond(cancelPage(simulatorUrl, story.order.itemId))
  })
  // What neither the shop nor the engine knows: a page for people, the engine's JSON for programs.
  const { matches } = createFetchHandler(engine)
  routes.get('*', async ({ req }, next) => {
    const isOurs = !matches(req.path) && !/^\/api(\/|$)/.test(req.path)
    return isOurs && asksForPage(req.raw) ? notFound() : await next()
  })

  routes.onError((error) => {
    engine.http.logger.warn('a page could not be shown', errorFields(error))
    return respond(unavailablePage(simulatorUrl), 503)
  })

  const pageOf = (content: Html): Page => ({
    html: textOf(content),
    contentSecurityPolicy: PAGE_HEADERS['content-security-policy'],
  })
  return {
    routes,
    pages: {
      async success(view) {
        const story = view.order === null ? null : await storyOf(view.order)
        return pageOf(successPage(view, story, simulatorUrl))
      },
      cancel: () => pageOf(cancelPage(simulatorUrl, null)),
      notFound: () => pageOf(notFoundPage(simulatorUrl)),
      unavailable: () => pageOf(unavailablePage(simulatorUrl)),
    },
  }
}
