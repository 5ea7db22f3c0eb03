// Owns what a browser may send to create-session: item and quantity, and nothing else.
import { createHash } from 'node:crypto'
import { boundsOf } from '../catalogue.ts'
import { EngineError } from '../errors.ts'
import type { Catalogue } from './catalogue.ts'

export interface CheckoutRequest {
  readonly itemId: string
  readonly quantity: number
}

const FIELDS: readonly string[] = ['itemId', 'quantity']
const NAME_SHOWN_MAX = 40

/**
 * @throws EngineError `BODY_INVALID`, `FIELD_UNKNOWN`, `ITEM_INVALID`, `QUANTITY_INVALID`, each
 * naming its field.
 */
export function parseRequest(body: unknown, catalogue: Catalogue): CheckoutRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new EngineError('BODY_INVALID', 'the body must be a JSON object')
  }
  const fields = new Map<string, unknown>(Object.entries(body))
  const unknown = [...fields.keys()].find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) {
    const field = unknown.slice(0, NAME_SHOWN_MAX)
    throw new EngineError('FIELD_UNKNOWN', 'the body has a field that is not ours', { field })
  }
  const itemId = fields.get('itemId')
  const item = typeof itemId === 'string' ? catalogue.get(itemId) : undefined
  if (typeof itemId !== 'string' || item === undefined) {
    const what = itemId === undefined || itemId === '' ? 'is missing' : 'is not in the catalogue'
    throw new EngineError('ITEM_INVALID', `itemId ${what}`, { field: 'itemId' })
  }
  const { min, max } = boundsOf(item)
  const quantity = fields.get('quantity')
  const whole = typeof quantity === 'number' && Number.isSafeInteger(quantity)
  if (!whole || quantity < min || quantity > max) {
    throw new EngineError(
      'QUANTITY_INVALID',
      `quantity must be a whole number from ${min} to ${max}`,
      { field: 'quantity' },
    )
  }
  return { itemId, quantity }
}

/** @throws EngineError `IDEMPOTENCY_KEY_INVALID`. */
export function assertIdempotencyKey(key: string): void {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new EngineError('IDEMPOTENCY_KEY_INVALID', 'the Idempotency-Key is not usable', {
      field: 'Idempotency-Key',
    })
  }
}

const BROWSER = /^[0-9a-f]{64}$/

/** The browser's cookie is a bearer value: the database keeps its hash only. */
export function hashBrowser(browser: string | null): string | null {
  if (browser === null || !BROWSER.test(browser)) return null
  return createHash('sha256').update(browser).digest('hex')
}
