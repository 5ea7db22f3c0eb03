/** Reads the request log of an account, with secrets masked. */

import type { LoggedRequest } from '../account/request-log.ts'
import { decodeForm, FormError, type FormNode, type FormValue } from '../http/form.ts'
import type { Account } from '../world/account.ts'
import { masked } from './mask.ts'

export interface RequestSeen {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly status: number
  /** Virtual unix seconds. */
  readonly at: number
  readonly account: string | null
  readonly error: ErrorSeen | null
}

interface ErrorSeen {
  readonly type?: string
  readonly code?: string
  readonly decline_code?: string
  readonly param?: string
  readonly message?: string
}

export interface RequestOpened extends RequestSeen {
  readonly version: string | null
  readonly idempotencyKey: string | null
  readonly params: unknown
  readonly answer: unknown
}

export function requestsSeen(account: Account): RequestSeen[] {
  return account.requests.all().map(seen)
}

export function requestOpened(account: Account, id: string): RequestOpened | undefined {
  const request = account.requests.find(id)
  return (
    request && {
      ...seen(request),
      version: request.version,
      idempotencyKey: request.idempotencyKey,
      params: masked(paramsOf(request)),
      answer: masked(request.body),
    }
  )
}

function seen({ id, method, path, status, at, onBehalfOf, body }: LoggedRequest): RequestSeen {
  return { id, method, path, status, at, account: onBehalfOf, error: errorOf(body) }
}

const errorFields = ['type', 'code', 'decline_code', 'param', 'message'] as const

function errorOf(body: unknown): ErrorSeen | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null
  const { error } = body
  if (typeof error !== 'object' || error === null) return null
  const found = errorFields.map((field) => [field, Reflect.get(error, field)] as const)
  const said = Object.fromEntries(found.filter(([, value]) => typeof value === 'string'))
  return { ...Object(masked(said)) }
}

function paramsOf({ query, sent, contentType }: LoggedRequest): unknown {
  try {
    const asked = plain(decodeForm(query))
    if (sent === '') return asked
    const told: unknown = contentType.startsWith('application/json')
      ? JSON.parse(sent)
      : plain(decodeForm(sent))
    return { ...Object(asked), ...Object(told) }
  } catch (error) {
    // What nobody could read was refused, and is shown as it came.
    if (error instanceof FormError || error instanceof SyntaxError) return sent
    throw error
  }
}

/** Keys that count up from 0 are a list. */
function plain(value: FormValue): unknown {
  if (typeof value === 'string') return value
  return isList(value)
    ? [...value.values()].map(plain)
    : Object.fromEntries([...value].map(([key, own]) => [key, plain(own)]))
}

function isList(node: FormNode): boolean {
  return node.size > 0 && [...node.keys()].every((key, index) => key === String(index))
}
