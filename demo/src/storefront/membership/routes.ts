// Owns the routes of the membership: its page, the reading room, the sign-in, and the counter's plays.
import type { Engine } from '@quittance/engine'
import { type Context, Hono } from 'hono'
import { type Counter, isPlay } from '../../counter.ts'
import { type Member, nameCookie, readName } from '../../sign-in.ts'
import type { ShopTime } from '../../time.ts'
import { type Html, PAGE_HEADERS, textOf } from '../layout.ts'
import { membershipPage, membershipProgress, offerPage } from './page.ts'
import { closedDoorPage, readingRoomPage } from './reading-room.ts'
import { readStory } from './story.ts'
import { isLive } from './words.ts'

export interface MembershipParts {
  readonly engine: Pick<Engine, 'access' | 'subscriptions' | 'invoices'>
  readonly simulatorUrl: string
  readonly time: ShopTime
  readonly counter: Counter
  readonly memberOf: (request: Request) => Member | null
}

const respond = (content: Html, status = 200): Response =>
  new Response(textOf(content), { status, headers: PAGE_HEADERS })

/** After a form: the browser asks for the page anew, and a reload sends nothing twice. */
const seeOther = (to: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { location: to, ...headers } })

/** Forms of other sites sign nobody in and move no time here. */
const isOwnForm = (request: Request): boolean =>
  ['same-origin', 'none', null].includes(request.headers.get('sec-fetch-site'))

const field = async ({ req }: Context, name: string): Promise<unknown> =>
  (await req.parseBody())[name]

export function membershipRoutes(parts: MembershipParts): Hono {
  const { engine, simulatorUrl, time, counter, memberOf } = parts
  const routes = new Hono()

  routes.on('POST', ['/membership/play', '/sign-in', '/sign-out'], async ({ req }, next) =>
    isOwnForm(req.raw) ? await next() : new Response('a form of another site', { status: 403 }),
  )

  routes.get('/membership', async ({ req }) => {
    const member = memberOf(req.raw)
    if (member === null) return respond(offerPage(simulatorUrl))
    return respond(membershipPage(await readStory(engine, time, member), simulatorUrl))
  })

  routes.get('/membership/progress', async ({ req }) => {
    const member = memberOf(req.raw)
    if (member === null) return respond(offerPage(simulatorUrl), 401)
    return respond(membershipProgress(await readStory(engine, time, member), simulatorUrl))
  })

  routes.post('/membership/play', async (context) => {
    const member = memberOf(context.req.raw)
    const play = await field(context, 'play')
    if (member === null || !isPlay(play)) return seeOther('/membership')
    const { subscription } = await readStory(engine, time, member)
    if (subscription !== null && isLive(subscription)) await counter.play(play, subscription)
    return seeOther('/membership')
  })

  routes.get('/reading-room', async ({ req }) => {
    const member = memberOf(req.raw)
    if (member === null) return respond(closedDoorPage(null, simulatorUrl), 401)
    const who = { userId: member.identity.userId }
    if (!(await engine.access.can(who, 'reading_room'))) {
      const access = await engine.access.get(who)
      const door = access.find(({ feature }) => feature === 'reading_room') ?? null
      return respond(closedDoorPage(door, simulatorUrl), 403)
    }
    return respond(readingRoomPage(await engine.access.can(who, 'letters_archive'), simulatorUrl))
  })

  routes.post('/sign-in', async (context) => {
    const name = readName(await field(context, 'name'))
    if (name === null) return respond(offerPage(simulatorUrl, true), 422)
    return seeOther('/membership', { 'set-cookie': nameCookie(name) })
  })

  routes.post('/sign-out', () => seeOther('/membership', { 'set-cookie': nameCookie(null) }))

  return routes
}
