/** What API v2 does otherwise on the wire: JSON bodies, and errors with a code and little else. */
import type { StripeError } from '../http/errors.ts'
import { FormError, type FormNode, type FormValue } from '../http/form.ts'

const depthMax = 12

export function isV2(path: string): boolean {
  return path.startsWith('/v2/')
}

/** The body as the tree that forms decode to: one kind of parameter for both APIs. */
export function decodeJson(body: string): FormNode {
  if (body === '') return new Map()
  const value = nodeOf(parse(body), 0)
  if (typeof value !== 'string') return value
  throw new FormError('The request body must be a JSON object.')
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new FormError('The request body is not valid JSON.')
  }
}

function nodeOf(value: unknown, depth: number): FormValue {
  if (depth > depthMax) throw new FormError(`Parameters are nested deeper than ${depthMax}.`)
  // What null unsets in JSON, an empty value unsets in a form.
  if (value === null) return ''
  if (typeof value !== 'object') return String(value)
  return new Map(Object.entries(value).map(([key, item]) => [key, nodeOf(item, depth + 1)]))
}

const codes: Readonly<Record<number, string>> = { 400: 'invalid_fields', 404: 'not_found' }

export function envelopeV2(error: StripeError): unknown {
  const { type, message, code } = error.body()
  return { error: { code: codes[error.status] ?? code, message, type } }
}
