/** The routes that most resources have in the same form: retrieve, list, update of plain fields, delete. */
import type { Kind, Tables, Tombstone } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { type TimeRange, timeRange, within } from './common-params.ts'
import type { KnownRoute } from './generated-params.ts'
import { listPage } from './list-page.ts'
import { api, inPath, mergeMetadata, type Overlaid, page, type Route } from './route.ts'

/** `GET /v1/things/:id`. */
export function retrieveRoute(key: KnownRoute & `GET ${string}`, kind: Kind): Route {
  return api(key, ({ tx, ids }) => inPath(tx, kind, ids.at(-1)))
}

const ranges = { created: timeRange() }

type Filter<K extends Kind, R extends KnownRoute> = (
  row: Tables[K],
  params: Overlaid<R, typeof ranges>,
) => boolean

/**
 * `GET /v1/things`: `created`, every parameter named like a plain field, and `filter` for the others
 * and for those that are named in `leaves`.
 */
export function listRoute<K extends Kind, R extends KnownRoute & `GET ${string}`>(
  key: R,
  kind: K,
  filter: Filter<K, R> = () => true,
  leaves: readonly string[] = [],
): Route {
  const path = key.slice('GET '.length)
  return api(
    key,
    ({ tx, params }) => {
      const given = new Map(Object.entries(params))
      const equal = new Map([...given].filter(([name]) => !leaves.includes(name)))
      const keeps = (row: Tables[K]) => matches(row, equal) && filter(row, params)
      const narrow = narrowed(tx, kind, equal)
      if (narrow) return page(narrow.filter(keeps), path, pageOf(given))
      return listPage(tx.db, kind, path, pageOf(given), keeps)
    },
    { fields: ranges },
  )
}

/** The references by which Stripe's lists are asked for: their rows are found by an index. */
const references = ['customer', 'subscription', 'invoice', 'charge', 'payment_intent', 'product']

function narrowed<K extends Kind>(
  tx: Transaction,
  kind: K,
  equal: ReadonlyMap<string, unknown>,
): Tables[K][] | undefined {
  const [name] = references.filter((reference) => typeof equal.get(reference) === 'string')
  if (name === undefined) return undefined
  const found = tx.db.having(kind, name, equal.get(name))
  // A kind without such a field leaves the parameter to its own filter.
  return found.length > 0 ? found : undefined
}

function pageOf(given: ReadonlyMap<string, unknown>) {
  const text = (name: string) => {
    const value = given.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const limit = given.get('limit')
  return {
    ...(typeof limit === 'number' ? { limit } : {}),
    starting_after: text('starting_after'),
    ending_before: text('ending_before'),
  }
}

const paging = ['limit', 'starting_after', 'ending_before']

function matches(row: object, given: ReadonlyMap<string, unknown>): boolean {
  for (const [name, wanted] of given) {
    if (paging.includes(name) || wanted === undefined) continue
    const value: unknown = Reflect.get(row, name)
    if (isRange(wanted)) {
      if (!within(Number(value), wanted)) return false
    } else if (isPlain(wanted) && Reflect.has(row, name) && value !== wanted) return false
  }
  return true
}

function isRange(value: unknown): value is TimeRange {
  return typeof value === 'object' && value !== null && 'gte' in value && 'lte' in value
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

interface WithMetadata {
  readonly id: string
  readonly metadata?: Record<string, string> | null
}

/**
 * Lays `changes` over the row, `metadata` merged as Stripe does, and emits `event` with what changed;
 * nothing is emitted when nothing changed. Undefined members change nothing.
 */
export function applyUpdate<K extends Kind>(
  tx: Transaction,
  kind: K,
  before: Tables[K] & WithMetadata,
  changes: { readonly [F in keyof Tables[K]]?: Tables[K][F] | undefined },
  metadata: Readonly<Record<string, string>> | null | undefined,
  event: string | null,
): Tables[K] {
  const after = { ...before }
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined) Reflect.set(after, name, value)
  }
  if (metadata !== undefined) {
    Reflect.set(after, 'metadata', mergeMetadata(before.metadata ?? {}, metadata))
  }
  const previous = previousAttributes(before, after)
  if (!previous) return before
  tx.db.put(kind, after)
  if (event !== null) tx.emit(event, after, previous)
  return after
}

/** Removes the row and leaves what Stripe answers for a deleted object. */
export function bury<K extends Kind>(
  tx: Transaction,
  kind: K,
  row: Tables[K] & { readonly object: string },
  event: string | null,
): Tombstone {
  tx.db.remove(kind, row.id)
  if (event !== null) tx.emit(event, row)
  return tx.db.put('tombstone', { id: row.id, object: row.object, deleted: true })
}
