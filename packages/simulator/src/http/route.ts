/** What a route is: method, path, parameters as data, and the function that answers. */
import type { Account } from '../account/account.ts'
import type { Kind, Tables } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import type { ListAnswer } from '../wire.ts'
import { noSuch, refuse } from './errors.ts'
import type { FormNode } from './form.ts'
import { type Fields, type Read, readFields } from './params.ts'

export interface Call<F extends Fields> {
  readonly tx: Transaction
  readonly account: Account
  /** What the `:name` segments of the path matched, in order. */
  readonly ids: readonly string[]
  readonly params: Read<F>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly fields: Fields
  readonly run: (call: Omit<Call<Fields>, 'params'>, form: FormNode) => unknown
}

export function route<F extends Fields>(
  method: Route['method'],
  path: string,
  fields: F,
  answer: (call: Call<F>) => unknown,
): Route {
  const run: Route['run'] = (call, form) =>
    answer({ ...call, params: readFields(fields, form, '') })
  return { method, path, fields, run }
}

/** Stripe's noun for a kind in "No such …", and the parameter it blames when the path names it. */
const nouns: { readonly [K in Kind]?: readonly [noun: string, param: string] } = {
  product: ['product', 'id'],
  price: ['price', 'price'],
  customer: ['customer', 'id'],
  payment_method: ['PaymentMethod', 'payment_method'],
  token: ['token', 'token'],
  payment_intent: ['payment_intent', 'intent'],
  charge: ['charge', 'id'],
  refund: ['refund', 'id'],
  balance_transaction: ['balance transaction', 'id'],
  session: ['checkout.session', 'session'],
  webhook_endpoint: ['webhook endpoint', 'webhook_endpoint'],
  event: ['event', 'id'],
}

/** The object that the path names, or Stripe's 404. */
export function inPath<K extends Kind>(
  tx: Transaction,
  kind: K,
  id: string | undefined,
): Tables[K] {
  const found = id === undefined ? undefined : tx.db.find(kind, id)
  if (found) return found
  const [noun, param] = nouns[kind] ?? [kind, 'id']
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
  throw noSuch(nouns[kind]?.[0] ?? kind, id, param, 400)
}

interface Page {
  readonly limit?: number | undefined
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

const pageSize = 10

/** One page of `rows`, which come in the list's own order. */
export function page<T extends { readonly id: string }>(
  rows: readonly T[],
  url: string,
  { limit = pageSize, starting_after, ending_before }: Page,
): ListAnswer<T> {
  if (starting_after !== undefined && ending_before !== undefined) {
    throw refuse('You can only pass one of these params: starting_after, ending_before.', {
      param: 'ending_before',
    })
  }
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

/** New metadata laid over old: an empty value removes its key, null removes all. */
export function mergeMetadata(
  old: Readonly<Record<string, string>> | null,
  change: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> {
  if (change === null) return {}
  const merged = { ...old, ...change }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}

/** The members that were given, without the undefined ones: an update touches nothing else. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
