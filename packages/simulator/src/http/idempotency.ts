/** The idempotency keys of one account: what ran, with which parameters, and what it answered. */
import { createHash } from 'node:crypto'
import { StripeError } from './errors.ts'
import { canonicalForm, type FormNode } from './form.ts'

/** Stripe may prune a key after this long; then the request runs anew. Virtual time. */
const keepSeconds = 24 * 60 * 60
const keyLengthMax = 255
/** Past this many keys the expired ones are swept. */
const keysSweptAt = 50_000

interface Entry {
  readonly fingerprint: string
  readonly at: number
  /** Undefined while the first request is in flight. */
  readonly answer: StoredAnswer | undefined
}

export interface StoredAnswer {
  readonly status: number
  readonly body: unknown
  readonly requestId: string
}

export type Idempotency = Map<string, Entry>

export function idempotencyTable(): Idempotency {
  return new Map()
}

export function fingerprintOf(method: string, path: string, params: FormNode): string {
  return createHash('sha256')
    .update(`${method} ${path} ${canonicalForm(params)}`)
    .digest('hex')
}

/** Claims the key; answers what an earlier request with it answered, if one did. */
export function claimKey(
  table: Idempotency,
  key: string,
  fingerprint: string,
  now: number,
): StoredAnswer | undefined {
  if (key.length > keyLengthMax) {
    throw idempotencyError(`The idempotency key is longer than ${keyLengthMax} characters.`, 400)
  }
  const known = table.get(key)
  if (known && now - known.at < keepSeconds) {
    if (known.fingerprint !== fingerprint) {
      throw idempotencyError(
        `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        400,
      )
    }
    if (known.answer === undefined) {
      throw new StripeError({
        status: 409,
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Stripe API key and idempotency key '${key}'. This request was not executed; wait for the other one to finish and try again.`,
        replayable: false,
      })
    }
    return known.answer
  }
  if (table.size >= keysSweptAt) sweep(table, now)
  table.set(key, { fingerprint, at: now, answer: undefined })
  return undefined
}

function sweep(table: Idempotency, now: number): void {
  for (const [key, { at }] of table) if (now - at >= keepSeconds) table.delete(key)
}

function idempotencyError(message: string, status: number): StripeError {
  return new StripeError({ status, type: 'idempotency_error', message, replayable: false })
}

export function storeAnswer(table: Idempotency, key: string, answer: StoredAnswer): void {
  const entry = table.get(key)
  if (entry) table.set(key, { ...entry, answer })
}

/** What never ran is not remembered, so that a corrected request may use the key. */
export function releaseKey(table: Idempotency, key: string): void {
  table.delete(key)
}
