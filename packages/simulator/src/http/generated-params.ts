/** Compiles the generated parameter schemas of a route into specs: what Stripe accepts there, nothing else. */
import type { Stripe } from 'stripe'
import type { ParamTypes } from '../generated/param-types.ts'
import { paramNodes, routeParams } from '../generated/params.ts'
import { badParam } from './errors.ts'
import type { ParamNode } from './param-node.ts'
import {
  anything,
  decimal,
  type Fields,
  flag,
  integer,
  list,
  metadataSpec,
  number,
  oneOf,
  type Spec,
  shape,
  text,
  unsettable,
} from './params.ts'

/** A route that stripe-node knows, for example `POST /v1/coupons`. */
export type KnownRoute = keyof ParamTypes

/** The parameters of a route as they arrive here: decimals are text, an emptied value is null. */
export type ParamsOf<R extends KnownRoute> = Sent<ParamTypes[R]>

/** Enums are closed here, as the specs are: stripe-node's open end (a text that is an object, too) would be any text. */
export type Sent<T> = T extends Stripe.Decimal
  ? string
  : T extends string
    ? SentText<T>
    : T extends readonly (infer U)[]
      ? Sent<U>[]
      : T extends object
        ? SentObject<T>
        : T

/** Only metadata is a map of plain values. */
type SentObject<T extends object> = string extends keyof T
  ? T extends Stripe.MetadataParam
    ? Record<string, string>
    : { readonly [K in keyof T]: Sent<T[K]> }
  : { readonly [K in keyof T]: Sent<T[K]> }

type SentText<T extends string> = T extends object ? never : T extends '' ? null : T

const leaves = {
  s: () => text(),
  b: flag,
  d: decimal,
  m: metadataSpec,
  '*': anything,
} satisfies Readonly<Record<string, () => Spec<unknown>>>

/** The types say `number` for both; these are the ones that Stripe documents as fractions. */
const fractions = /percent|^(height|length|weight|width)$/
const limits: Readonly<Record<string, readonly [number, number]>> = { limit: [1, 100] }

const compiled = new Map<string, Spec<unknown>>()

function specOf(id: number, name: string): Spec<unknown> {
  const kind = fractions.test(name) || Object.hasOwn(limits, name) ? name : ''
  const key = `${id}:${kind}`
  const known = compiled.get(key)
  if (known) return known
  const spec = compile(paramNodes[id], name)
  compiled.set(key, spec)
  return spec
}

function compile(node: ParamNode | undefined, name: string): Spec<unknown> {
  if (node === 'n') {
    if (fractions.test(name)) return number()
    const [least, most] = limits[name] ?? []
    return integer(least, most)
  }
  if (typeof node === 'string') return leaves[node]()
  const { e, a, o, r, k, u, z } = node ?? {}
  if (e) return oneOf(...e)
  if (a !== undefined) return list(specOf(a, name))
  if (o) return shape(fieldsOf(o, r))
  if (k !== undefined) return map(specOf(k, name))
  if (u) return anyOf(u.map((id) => specOf(id, name)))
  if (z !== undefined) return unsettable(specOf(z, name))
  throw new Error(`The generated parameters hold a node of no known kind under '${name}'.`)
}

function fieldsOf(
  members: Readonly<Record<string, number>>,
  needed: readonly string[] = [],
): Fields {
  return Object.fromEntries(
    Object.entries(members).map(([key, id]) => {
      return [key, lazy(id, key, needed.includes(key))]
    }),
  )
}

/** Compiled when first met: most parameters of most routes are never sent. */
function lazy(id: number, name: string, required: boolean): Spec<unknown> {
  return {
    required,
    read: (value, path) => specOf(id, name).read(value, path),
    get fields() {
      return specOf(id, name).fields
    },
    get of() {
      return specOf(id, name).of
    },
  }
}

function map<T>(of: Spec<T>): Spec<Record<string, T>> {
  return {
    read(value, path) {
      if (typeof value === 'string') throw badParam('Invalid object', path)
      return Object.fromEntries(
        [...value].map(([key, item]) => [key, of.read(item, `${path}[${key}]`)]),
      )
    },
  }
}

/** The first alternative that fits; when none does, the last one's refusal is the most general. */
function anyOf(alternatives: readonly Spec<unknown>[]): Spec<unknown> {
  return {
    read(value, path) {
      let refusal: unknown
      for (const alternative of alternatives) {
        try {
          return alternative.read(value, path)
        } catch (error) {
          refusal = error
        }
      }
      throw refusal
    },
  }
}

const routeFields = new Map<string, Fields>()

/** The fields of `METHOD /path`, without `expand`, which the edge reads; undefined for a route that the SDK does not have. */
export function generatedFields(key: string): Fields | undefined {
  const known = routeFields.get(key)
  if (known) return known
  const id = routeParams[key]
  if (id === undefined) return undefined
  const node = paramNodes[id]
  const { o = {}, r } = typeof node === 'object' ? node : {}
  const { expand, ...rest } = fieldsOf(o, r)
  routeFields.set(key, rest)
  return rest
}
