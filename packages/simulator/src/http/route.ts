/** What a route is: method, path, parameters as data, and the function that answers. */

import type { Kind, Tables } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import type { ListAnswer } from '../wire.ts'
import type { Account } from '../world/account.ts'
import { noAccess, noSuch, notSimulated, refuse } from './errors.ts'
import type { FormNode } from './form.ts'
import { generatedFields, type KnownRoute, type ParamsOf } from './generated-params.ts'
import { nounOf } from './nouns.ts'
import {
  checkKeyCount,
  type Fields,
  type Read,
  type RequiredSpec,
  readFields,
  type Spec,
} from './params.ts'

interface Caller {
  readonly tx: Transaction
  readonly account: Account
  /** What the `:name` segments of the path matched, in order. */
  readonly ids: readonly string[]
}

export interface Call<F extends Fields> extends Caller {
  readonly params: Read<F>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly run: (call: Caller, form: FormNode) => unknown
}

interface ApiOptions<F extends Fields> {
  /** Narrower than the generated fields, or beyond them: what older API versions sent. */
  readonly fields?: F
  /** Parameters that Stripe knows and the simulator would have to ignore: refused, never dropped. */
  readonly refuses?: readonly string[]
}

/** The generated parameters with the route's own laid over them; like those, the optional ones are absent when not sent. */
export type Overlaid<R extends KnownRoute, F extends Fields> = Omit<ParamsOf<R>, keyof F> & {
  readonly [K in keyof F as F[K] extends RequiredSpec<unknown> ? K : never]: ValueOf<F[K]>
} & {
  readonly [K in keyof F as F[K] extends RequiredSpec<unknown> ? never : K]?: ValueOf<F[K]>
}

type ValueOf<S> = S extends Spec<infer T> ? T : never

/** A route whose parameters are the generated ones of stripe-node: the key names it, the types follow. */
export function api<R extends KnownRoute, F extends Fields = Record<never, never>>(
  key: R,
  answer: (call: Caller & { readonly params: Overlaid<R, F> }) => unknown,
  options: ApiOptions<F> = {},
): Route {
  const { fields = {}, refuses = [] } = options
  const [method, path] = splitKey(key)
  // Laid together once, when the route is first met: the generated ones are compiled no earlier.
  let all: Fields | undefined
  const run: Route['run'] = (call, form) => {
    const known = generatedFields(key) ?? {}
    all ??= { ...known, ...fields }
    const params = readFields(all, form, '', known)
    for (const name of refuses) {
      if (form.has(name)) throw notSimulated(`the parameter '${name}' of ${key}`, name)
    }
    // The specs were compiled from the very types that ParamsOf names.
    return answer({ ...call, params: params as Overlaid<R, F> })
  }
  return { method, path, run }
}

const methods = ['GET', 'POST', 'DELETE'] as const

function splitKey(key: string): [Route['method'], string] {
  const [name, path = ''] = key.split(' ')
  const method = methods.find((candidate) => candidate === name)
  if (method === undefined) throw new Error(`'${key}' is no route.`)
  return [method, path]
}

/** A route whose parameters are told by hand; what else Stripe knows there is refused as not simulated. */
export function route<F extends Fields>(
  method: Route['method'],
  path: string,
  fields: F,
  answer: (call: Call<F>) => unknown,
): Route {
  const key = `${method} ${path.replaceAll(/:[a-z]+/g, ':id')}`
  const run: Route['run'] = (call, form) =>
    answer({ ...call, params: readFields(fields, form, '', generatedFields(key)) })
  return { method, path, run }
}

/** The object that the path names, or Stripe's 404. */
export function inPath<K extends Kind>(
  tx: Transaction,
  kind: K,
  id: string | undefined,
): Tables[K] {
  const found = id === undefined ? undefined : tx.db.find(kind, id)
  if (found) return found
  if (kind === 'account') throw noAccess(id ?? '')
  const { noun, param } = nounOf(kind)
  throw noSuch(noun, id ?? '', param, 404)
}

/** The object that a parameter names, or Stripe's 400. */
export function inParam<K extends Kind>(
  tx: Transaction,
  kind: K,
  id: string,
  param: string,
): Tables[K] {
  const found = tx.db.find(kind, id)
  if (found) return found
  throw noSuch(nounOf(kind).noun, id, param, 400)
}

export interface Place {
  readonly limit?: number | undefined
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

export const pageSize = 10

/** One page of `rows`, which come in the list's own order. */
export function page<T extends { readonly id: string }>(
  rows: readonly T[],
  url: string,
  place: Place,
): ListAnswer<T> {
  const { limit = pageSize, starting_after, ending_before } = place
  checkCursors(place)
  const cursor = (id: string, param: string) => {
    const index = rows.findIndex((row) => row.id === id)
    if (index < 0) throw noSuch('object', id, param, 400)
    return index
  }
  if (ending_before !== undefined) {
    const end = cursor(ending_before, 'ending_before')
    const start = Math.max(0, end - limit)
    return { object: 'list', data: rows.slice(start, end), has_more: start > 0, url }
  }
  const start = starting_after === undefined ? 0 : cursor(starting_after, 'starting_after') + 1
  const data = rows.slice(start, start + limit)
  return { object: 'list', data, has_more: start + limit < rows.length, url }
}

export function checkCursors({ starting_after, ending_before }: Place): void {
  if (starting_after === undefined || ending_before === undefined) return
  throw refuse('You can only pass one of these params: starting_after, ending_before.', {
    param: 'ending_before',
  })
}

/** New metadata laid over old: an empty value removes its key, null removes all. */
export function mergeMetadata(
  old: Readonly<Record<string, string>> | null,
  change: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> {
  if (change === null) return {}
  const merged = Object.entries({ ...old, ...change }).filter(([, value]) => value !== '')
  const metadata = Object.fromEntries(merged)
  checkKeyCount(metadata)
  return metadata
}

/** The members that were given, without the undefined ones: an update touches nothing else. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
