/** Specs of request parameters: each reads one form value into a typed one or refuses it as Stripe does. */
import { badParam, missingParam } from './errors.ts'
import type { FormNode, FormValue } from './form.ts'

export interface Spec<T> {
  readonly read: (value: FormValue, path: string) => T
  readonly required?: boolean
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
  return { read: (value, path) => (value === '' ? null : spec.read(value, path)) }
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
    read(value, path) {
      if (value === '') return []
      if (typeof value === 'string') throw badParam('Invalid array', path)
      const indexed = [...value].map(([key, item]) => ({ at: Number(key), key, item }))
      if (indexed.some(({ at }) => !Number.isInteger(at))) throw badParam('Invalid array', path)
      if (indexed.length > max) {
        throw badParam(`Invalid array: at most ${max} values are allowed`, path)
      }
      return indexed
        .sort((a, b) => a.at - b.at)
        .map(({ key, item }) => of.read(item, `${path}[${key}]`))
    },
  }
}

export function shape<F extends Fields>(fields: F): Spec<Read<F>> {
  return {
    read(value, path) {
      if (typeof value === 'string') throw badParam('Invalid object', path)
      return readFields(fields, value, path)
    },
  }
}

/** Accepted as sent and not looked into: parameters whose effect is not simulated. */
export function anything(): Spec<unknown> {
  return { read: plain }
}

function plain(value: FormValue): unknown {
  if (typeof value === 'string') return value
  return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
}

const metadataLimits = { keys: 50, key: 40, value: 500 } as const

/** An empty value removes its key; an empty `metadata` removes all of them. */
export function metadataSpec(): Spec<Record<string, string> | null> {
  return {
    read(value, path) {
      if (value === '') return null
      if (typeof value === 'string') throw badParam('Invalid object', path)
      const found: Record<string, string> = {}
      for (const [key, item] of value) {
        const entry = `${path}[${key}]`
        const content = scalar(item, entry)
        if (key.length > metadataLimits.key || content.length > metadataLimits.value) {
          throw badParam(
            `Metadata keys are at most ${metadataLimits.key} characters and values at most ${metadataLimits.value} characters long.`,
            entry,
          )
        }
        found[key] = content
      }
      if (value.size > metadataLimits.keys) {
        throw badParam(`Metadata can have at most ${metadataLimits.keys} keys.`, path)
      }
      return found
    },
  }
}

export function readFields<F extends Fields>(fields: F, node: FormNode, path: string): Read<F> {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  const unknown = [...node.keys()].filter((key) => !Object.hasOwn(fields, key)).map(at)
  const [first] = unknown
  if (first !== undefined) {
    const noun = unknown.length === 1 ? 'parameter' : 'parameters'
    throw badParam(`Received unknown ${noun}: ${unknown.join(', ')}`, first, 'parameter_unknown')
  }
  const found: Record<string, unknown> = {}
  for (const [key, spec] of Object.entries(fields)) {
    const value = node.get(key)
    if (value !== undefined) found[key] = spec.read(value, at(key))
    else if (spec.required) throw missingParam(at(key))
  }
  // Each key was read by its own spec, which is what Read<F> says and the compiler cannot follow.
  return found as Read<F>
}
