/** The routes of API v2: event destinations and thin events. */

import type { ThinEvent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, noSuch } from '../http/errors.ts'
import { integer, list, readFields, type Spec, shape, text } from '../http/params.ts'
import { api, inPath, type Route } from '../http/route.ts'
import type { Account } from '../world/account.ts'
import { createDestination, setStatus, shown, updateDestination } from './destinations.ts'
import { hasTwin } from './event-names.ts'
import { eventsKeptSeconds } from './event-routes.ts'
import { targetOf } from './targets.ts'
import { findThin, pingOf, rfc3339, twinOf } from './thin-events.ts'

const kind = 'v2.core.event_destination'
const destinationsPath = '/v2/core/event_destinations'
const eventsPath = '/v2/core/events'
const pageSize = 20
const typesMax = 20

const pageFields = { limit: integer(1, 100), page: integer(0) }

interface Place {
  readonly limit?: number | undefined
  /** The token of a page is the place of its first row. */
  readonly page?: number | undefined
}

/** `filters` are what the links to the neighbours have to repeat. */
function v2Page<T>(
  rows: readonly T[],
  path: string,
  { limit = pageSize, page: start = 0 }: Place,
  filters: readonly [string, string][] = [],
) {
  const link = (at: number) => {
    const place: [string, string][] = [
      ['limit', String(limit)],
      ['page', String(at)],
    ]
    return `${path}?${new URLSearchParams([...filters, ...place])}`
  }
  return {
    data: rows.slice(start, start + limit),
    next_page_url: start + limit < rows.length ? link(start + limit) : null,
    previous_page_url: start > 0 ? link(Math.max(0, start - limit)) : null,
  }
}

function indexed(name: string, values: readonly string[] = []): [string, string][] {
  return values.map((value, index) => [`${name}[${index}]`, value])
}

/** API v2 tells times as text. */
function moment(): Spec<string> {
  return {
    read(value, path) {
      const found = text().read(value, path)
      const seconds = /^\d+$/.test(found) ? Number(found) : Date.parse(found) / 1000
      if (Number.isFinite(seconds)) return rfc3339(seconds)
      throw badParam(`Invalid timestamp: ${found}`, path)
    },
  }
}

const bounds = shape({ gt: moment(), gte: moment(), lt: moment(), lte: moment() })

type Bounds = Partial<Readonly<Record<'gt' | 'gte' | 'lt' | 'lte', string | undefined>>>

/** Times as text in one zone compare as they are. */
function within(time: string, { gt, gte, lt, lte }: Bounds): boolean {
  return (
    (gt === undefined || time > gt) &&
    (gte === undefined || time >= gte) &&
    (lt === undefined || time < lt) &&
    (lte === undefined || time <= lte)
  )
}

/** A platform keeps its connected accounts' events for delivery; they are read in those accounts. */
function isOwn({ context }: ThinEvent, caller: Account): boolean {
  return context === undefined || context === caller.id
}

interface Wanted {
  readonly created: Bounds
  readonly objectId: string | undefined
  readonly types: readonly string[] | undefined
}

/** An event before it is shown: most twins of a long list are never made. */
interface Entry {
  readonly created: string
  readonly event: () => ThinEvent
}

/** Newest first. */
function recent(tx: Transaction, caller: Account, wanted: Wanted): Entry[] {
  const since = rfc3339(tx.now - eventsKeptSeconds)
  const isTime = (created: string) => created > since && within(created, wanted.created)
  const isType = (type: string) => wanted.types === undefined || wanted.types.includes(type)
  const keeps = (event: ThinEvent) =>
    isOwn(event, caller) &&
    (wanted.objectId === undefined || event.related_object?.id === wanted.objectId)
  const entries: Entry[] = []
  for (const event of tx.db.older('v2.core.event')) {
    const { created, type } = event
    if (isTime(created) && isType(type) && keeps(event))
      entries.push({ created, event: () => event })
  }
  const timeOf = remembered(rfc3339)
  for (const snapshot of tx.db.older('event')) {
    const { account, type } = snapshot
    const created = timeOf(snapshot.created)
    if (!hasTwin(type) || !isType(`v1.${type}`) || !isTime(created)) continue
    if (account !== undefined && account !== caller.id) continue
    const event = () => twinOf(snapshot)
    if (wanted.objectId === undefined || keeps(event())) entries.push({ created, event })
  }
  return entries.sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0))
}

/** Many events share a second. */
function remembered<A, B>(work: (input: A) => B): (input: A) => B {
  let last: readonly [A, B] | undefined
  return (input) => {
    if (last?.[0] !== input) last = [input, work(input)]
    return last[1]
  }
}

const destinationRoutes: readonly Route[] = [
  api('POST /v2/core/event_destinations', ({ tx, params }) => {
    const { destination, secret } = createDestination(tx, params)
    return shown(destination, params.include, secret)
  }),
  api('GET /v2/core/event_destinations/:id', ({ tx, ids, params }) =>
    shown(inPath(tx, kind, ids[0]), params.include),
  ),
  api('GET /v2/core/event_destinations', ({ tx, params }) => {
    const rows = tx.db.all(kind).map((destination) => shown(destination, params.include))
    return v2Page(rows, destinationsPath, params, indexed('include', params.include))
  }),
  api('POST /v2/core/event_destinations/:id', ({ tx, ids, params }) =>
    shown(updateDestination(tx, inPath(tx, kind, ids[0]), params), params.include),
  ),
  api('POST /v2/core/event_destinations/:id/enable', ({ tx, ids }) =>
    shown(setStatus(tx, inPath(tx, kind, ids[0]), 'enabled')),
  ),
  api('POST /v2/core/event_destinations/:id/disable', ({ tx, ids }) =>
    shown(setStatus(tx, inPath(tx, kind, ids[0]), 'disabled')),
  ),
  api('POST /v2/core/event_destinations/:id/ping', ({ tx, ids, account }) => {
    const { id } = inPath(tx, kind, ids[0])
    const event = tx.db.put('v2.core.event', pingOf(tx, id))
    const target = targetOf(tx.db, id)
    tx.afterCommit(() => account.dispatcher.publisher.tell(event, target ? [target] : []))
    return event
  }),
  api('DELETE /v2/core/event_destinations/:id', ({ tx, ids }) => {
    const { id, object } = inPath(tx, kind, ids[0])
    tx.db.remove(kind, id)
    tx.db.remove('endpoint_secret', id)
    return { id, object }
  }),
]

const listFields = {
  ...pageFields,
  created: bounds,
  object_id: text(),
  types: list(text(), typesMax),
}

/** Not by its generated parameters: stripe-node's types say that the bounds of `created` are numbers. */
const listEvents: Route = {
  method: 'GET',
  path: eventsPath,
  run({ tx, account }, form) {
    const params = readFields(listFields, form, '')
    const { object_id: objectId, types } = params
    const created: Bounds = params.created ?? {}
    const entries = recent(tx, account, { created, objectId, types })
    const filters: [string, string][] = indexed('types', types)
    if (objectId !== undefined) filters.push(['object_id', objectId])
    for (const bound of ['gt', 'gte', 'lt', 'lte'] as const) {
      const time = created[bound]
      if (time !== undefined) filters.push([`created[${bound}]`, time])
    }
    const page = v2Page(entries, eventsPath, params, filters)
    return { ...page, data: page.data.map(({ event }) => event()) }
  },
}

const thinEventRoutes: readonly Route[] = [
  api('GET /v2/core/events/:id', ({ tx, ids, account }) => {
    const id = ids[0] ?? ''
    const event = findThin(tx.db, id)
    const since = rfc3339(tx.now - eventsKeptSeconds)
    if (event && event.created > since && isOwn(event, account)) return event
    throw noSuch('event', id, 'id', 404)
  }),
  listEvents,
]

export const v2Routes: readonly Route[] = [...destinationRoutes, ...thinEventRoutes]
