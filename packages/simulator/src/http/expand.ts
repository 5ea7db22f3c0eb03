/** Replaces ids by their objects where `expand[]` asks for it, by the fields that stripe-node's types call expandable. */
import type { Store } from '../account/store.ts'
import type { Kind } from '../account/tables.ts'
import { expandables } from '../generated/expandables.ts'
import { refuse } from './errors.ts'
import { includes } from './includes.ts'

const depthMax = 4

type Json = Record<string, unknown>

/** Where the path stands: the object it is inside of, and the way from there. */
interface Place {
  readonly owner: string
  readonly prefix: string
}

export function expand(body: unknown, paths: readonly string[], db: Store): unknown {
  return paths.reduce((whole, path) => {
    const steps = path.split('.')
    if (steps.length > depthMax) {
      throw refuse(
        `You cannot expand more than ${depthMax} levels of a property. Property: ${path}`,
        { param: 'expand' },
      )
    }
    return follow(whole, steps, { owner: '', prefix: '' }, db, path)
  }, body)
}

function follow(
  value: unknown,
  steps: readonly string[],
  place: Place,
  db: Store,
  path: string,
): unknown {
  const [step, ...rest] = steps
  if (step === undefined || value === null || value === undefined) return value
  if (Array.isArray(value)) return value.map((item) => follow(item, steps, place, db, path))
  if (!isJson(value)) throw cannot(path)
  if (value.object === 'list' || value.object === 'search_result') {
    if (step !== 'data' || !Array.isArray(value.data)) throw cannot(path, 'list')
    if (rest.length === 0) throw cannot(path)
    return { ...value, data: value.data.map((row) => follow(row, rest, place, db, path)) }
  }
  const here = typeof value.object === 'string' ? { owner: value.object, prefix: '' } : place
  const field = here.prefix + step
  const present = resolve(value, here.owner, field, step, db)
  if (present === undefined && !isKnown(here.owner, field)) throw cannot(path)
  if (rest.length === 0 && !isExpanded(own(value, step), present, here.owner, field))
    throw cannot(path)
  const next = follow(present, rest, { owner: here.owner, prefix: `${field}.` }, db, path)
  return next === undefined ? value : { ...value, [step]: next }
}

/** What stands at the field once it is expanded. */
function resolve(value: Json, owner: string, field: string, step: string, db: Store): unknown {
  const present = own(value, step)
  const include = inTable(includes, owner, field)
  if (include) return present ?? include(value, db)
  const targets = inTable(expandables, owner, field)
  if (!targets) return present
  const look = (id: unknown) => (typeof id === 'string' ? (lookUp(id, targets, db) ?? id) : id)
  return Array.isArray(present) ? present.map(look) : look(present)
}

function isKnown(owner: string, field: string): boolean {
  return (
    inTable(includes, owner, field) !== undefined ||
    Object.keys(own(expandables, owner) ?? {}).some(
      (name) => name === field || name.startsWith(`${field}.`),
    )
  )
}

/** The last step must be something that can be expanded; an object inside that already is one may be named, too. */
function isExpanded(before: unknown, after: unknown, owner: string, field: string): boolean {
  if (inTable(expandables, owner, field) || inTable(includes, owner, field)) return true
  return isJson(before) && typeof before.object === 'string' && before === after
}

/** Paths come from outside: what every object inherits, such as `constructor`, is no field. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function inTable<T>(
  table: Readonly<Record<string, Readonly<Record<string, T>>>>,
  owner: string,
  field: string,
): T | undefined {
  const fields = own(table, owner)
  return fields && own(fields, field)
}

const kinds: Readonly<Record<string, Kind>> = { 'checkout.session': 'session' }

function lookUp(id: string, targets: readonly string[], db: Store): unknown {
  for (const target of targets) {
    // An object of a kind that is not simulated has no shelf, and is not found.
    const found = db.find(kinds[target] ?? (target as Kind), id)
    if (found) return found
  }
  const gone = db.find('tombstone', id)
  return gone && targets.includes(gone.object) ? gone : undefined
}

function cannot(path: string, inside?: string) {
  const advice = inside === 'list' ? ` You may want to try expanding 'data.${path}' instead.` : ''
  return refuse(`This property cannot be expanded (${path}).${advice}`, { param: 'expand' })
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
