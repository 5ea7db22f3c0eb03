/** Specs of request parameters: each reads one form value into a typed one or refuses it as Stripe does. */
import { badParam, missingParam, notSimulated } from './errors.ts'
import type { FormNode, FormValue } from './form.ts'

export interface Spec<T> {
  /** `known` is the generated spec of the same place, where a route reads by one of its own. */
  readonly read: (value: FormValue, path: string, known?: Spec<unknown>) => T
  readonly required?: boolean
  /** Of an object: what its members are read by. */
  readonly fields?: Fields | undefined
  /** Of an array: what its elements are read by. */
  readonly of?: Spec<unknown> | undefined
}

export interface RequiredSpec<T> extends Spec<T> {
  readonly required: true
}

export type Fields = Readonly<Record<string, Spec<unknown>>>

export type Read<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends RequiredSpec<infer T>
    ? T
    : F[K] extends Spec<infer T>
      ? T | undefined
      : never
}

export function required<T>(spec: Spec<T>): RequiredSpec<T> {
  return { ...spec, required: true }
}

function scalar(value: FormValue, path: string): string {
  if (typeof value !== 'string') throw badParam('Invalid string', path)
  return value
}

export function text(max = 5000): Spec<string> {
  return {
    read(value, path) {
      const found = scalar(value, path)
      if (found === '') {
        throw badParam(
          `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
          path,
          'parameter_invalid_empty',
        )
      }
      if (found.length > max) {
        throw badParam(`Invalid string: must be at most ${max} characters`, path)
      }
      return found
    },
  }
}

/** The empty value unsets. */
export function unsettable<T>(spec: Spec<T>): Spec<T | null> {
  return {
    read: (value, path, known) => (value === '' ? null : spec.read(value, path, known)),
    get fields() {
      return spec.fields
    },
    get of() {
      return spec.of
    },
  }
}

export function integer(min = Number.MIN_SAFE_INTEGER, max = 99_999_999_999): Spec<number> {
  return {
    read(value, path) {
      const found = scalar(value, path)
      const number = Number(found)
      if (!/^-?\d+$/.test(found) || !Number.isSafeInteger(number)) {
        throw badParam(`Invalid integer: ${found}`, path, 'parameter_invalid_integer')
      }
      if (number < min) {
        const rule =
          min === 1 ? 'This value must be greater than or equal to 1.' : `must be at least ${min}`
        throw badParam(
          min === 1 ? rule : `Invalid integer: ${rule}`,
          path,
          'parameter_invalid_integer',
        )
      }
      if (number > max) {
        throw badParam(
          `This value must be less than or equal to ${max}.`,
          path,
          'parameter_invalid_integer',
        )
      }
      return number
    },
  }
}

/** A fraction, such as a percentage. */
export function number(): Spec<number> {
  return {
    read(value, path) {
      const found = scalar(value, path)
      if (/^-?\d+(\.\d+)?$/.test(found)) return Number(found)
      throw badParam(`Invalid decimal: ${found}`, path, 'parameter_invalid_string')
    },
  }
}

export function decimal(): Spec<string> {
  return {
    read(value, path) {
      const found = scalar(value, path)
      if (!/^-?\d+(\.\d{1,12})?$/.test(found)) throw badParam(`Invalid decimal: ${found}`, path)
      return found
    },
  }
}

export function flag(): Spec<boolean> {
  return {
    read(value, path) {
      if (value === 'true' || value === '1') return true
      if (value === 'false' || value === '0') return false
      throw badParam(`Invalid boolean: ${scalar(value, path)}`, path)
    },
  }
}

export function oneOf<const V extends string>(...allowed: readonly V[]): Spec<V> {
  return {
    read(value, path) {
      const found = allowed.find((candidate) => candidate === value)
      if (found !== undefined) return found
      throw badParam(`Invalid ${path}: must be one of ${inWords(allowed)}`, path)
    },
  }
}

function inWords(values: readonly string[]): string {
  if (values.length < 2) return values.join()
  const separator = values.length > 2 ? ', or ' : ' or '
  return `${values.slice(0, -1).join(', ')}${separator}${values.at(-1)}`
}

export function list<T>(of: Spec<T>, max = 500): Spec<T[]> {
  return {
    of,
    read(value, path, known) {
      if (known && !known.of) known.read(value, path)
      if (value === '') return []
      if (typeof value === 'string') throw badParam('Invalid array', path)
      const indexed = [...value].map(([key, item]) => ({ at: Number(key), key, item }))
      if (indexed.some(({ at }) => !Number.isInteger(at))) throw badParam('Invalid array', path)
      if (indexed.length > max) {
        throw badParam(`Invalid array: at most ${max} values are allowed`, path)
      }
      return indexed
        .sort((a, b) => a.at - b.at)
        .map(({ key, item }) => of.read(item, `${path}[${key}]`, known?.of))
    },
  }
}

export function shape<F extends Fields>(fields: F): Spec<Read<F>> {
  return {
    fields,
    read(value, path, known) {
      if (known && !known.fields) known.read(value, path)
      if (typeof value === 'string') throw badParam('Invalid object', path)
      return readFields(fields, value, path, known?.fields)
    },
  }
}

/** Accepted as sent, if Stripe knows it, and not looked into: parameters whose effect is not simulated. */
export function anything(): Spec<unknown> {
  return {
    read(value, path, known) {
      known?.read(value, path)
      return plain(value)
    },
  }
}

function plain(value: FormValue): unknown {
  if (typeof value === 'string') return value
  return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
}

const metadataLimits = { keys: 50, key: 40, value: 500 } as const

export function checkKeyCount(metadata: Readonly<Record<string, string>>): void {
  if (Object.keys(metadata).length > metadataLimits.keys) throw tooManyKeys('metadata')
}

function tooManyKeys(path: string) {
  return badParam(`Metadata can have at most ${metadataLimits.keys} keys.`, path)
}

/** An empty value removes its key; an empty `metadata` removes all of them. */
export function metadataSpec(): Spec<Record<string, string> | null> {
  return {
    read(value, path) {
      if (value === '') return null
      if (typeof value === 'string') throw badParam('Invalid object', path)
      // As entries: `__proto__`, too, is a key like any other.
      const found: [string, string][] = []
      for (const [key, item] of value) {
        const entry = `${path}[${key}]`
        const content = scalar(item, entry)
        if (key.length > metadataLimits.key || content.length > metadataLimits.value) {
          throw badParam(
            `Metadata keys are at most ${metadataLimits.key} characters and values at most ${metadataLimits.value} characters long.`,
            entry,
          )
        }
        found.push([key, content])
      }
      if (value.size > metadataLimits.keys) throw tooManyKeys(path)
      return Object.fromEntries(found)
    },
  }
}

/**
 * Reads the members of a request or of an object in it. `known` is what Stripe knows there: it tells a parameter that is
 * not simulated from one that nobody knows, and inside objects it has the last word on what is missing or wrong.
 */
export function readFields<F extends Fields>(
  fields: F,
  node: FormNode,
  path: string,
  known?: Fields,
): Read<F> {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  refuseUnknown([...node.keys()].filter((key) => !isIn(fields, key) && !isIn(known, key)).map(at))
  const found: Record<string, unknown> = {}
  const own = Object.entries(fields)
  for (const [key, spec] of own) {
    const value = node.get(key)
    if (value === undefined) continue
    const other = isIn(known, key) && known?.[key] !== spec ? known?.[key] : undefined
    found[key] = spec.read(value, at(key), other)
    // The route itself knows better what it takes at its top, of older API versions too.
    if (path !== '' && typeof value === 'string') other?.read(value, at(key))
  }
  const beyond = [...node].filter(([key]) => !isIn(fields, key))
  for (const [key, value] of beyond) known?.[key]?.read(value, at(key))
  const needed = path === '' ? own : [...own, ...Object.entries(known ?? {})]
  const missing = needed.find(([key, spec]) => spec.required && !node.has(key))
  if (missing) throw missingParam(at(missing[0]))
  const [first] = beyond
  if (first) throw notSimulated(`the parameter '${at(first[0])}'`, at(first[0]))
  // Each key was read by its own spec, which is what Read<F> says and the compiler cannot follow.
  return found as Read<F>
}

/** A request may name what every object inherits. */
function isIn(fields: Fields | undefined, key: string): boolean {
  return fields !== undefined && Object.hasOwn(fields, key)
}

function refuseUnknown(params: readonly string[]): void {
  const [first] = params
  if (first === undefined) return
  const noun = params.length === 1 ? 'parameter' : 'parameters'
  throw badParam(`Received unknown ${noun}: ${params.join(', ')}`, first, 'parameter_unknown')
}
