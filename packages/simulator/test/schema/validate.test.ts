// Goal: the schema check bites. Method: break one field of a complete object and read the message.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { declined, event, listOf, price, product } from './samples.ts'
import { assertStripeShape, stripeShapeViolations } from './validate.ts'

const without = (key: string, from: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => name !== key))
const payload = (object: unknown, rest: object = {}) => ({ ...event, data: { object, ...rest } })

describe('accepts', () => {
  test.each([
    ['an object', product],
    ['an expanded object', { ...price, product }],
    ['a deleted object', { id: 'prod_1', object: 'product', deleted: true }],
    [
      'an expandable that is deleted',
      { ...price, product: { id: 'p', object: 'product', deleted: true } },
    ],
    ['an event', event],
    ['a list', listOf(product, price)],
    ['an error', declined],
  ])('%s', (_name, body) => {
    expect(stripeShapeViolations(body)).toEqual([])
    assertStripeShape(body)
  })
})

describe('rejects', () => {
  test.each<[string, unknown, string]>([
    ['an unknown key', { ...product, colour: 'red' }, "Product: has an unknown key 'colour'"],
    ['a missing key', without('images', product), "Product: lacks 'images'"],
    ['a wrong type', { ...product, created: '1' }, 'Product/created: must be number, is string'],
    ['null where none may be', { ...product, name: null }, 'Product/name: must be string, is null'],
    ['a bad enum', { ...product, type: 'thing' }, 'must be one of "good", "service", is "thing"'],
    [
      'a nested type',
      { ...product, metadata: { n: 1 } },
      'Product/metadata/n: must be string, is number',
    ],
    [
      'a decimal that is a number',
      { ...price, unit_amount_decimal: 15 },
      'Price/unit_amount_decimal:',
    ],
    ['a living object marked deleted', { ...product, deleted: false }, "unknown key 'deleted'"],
    [
      'a fault inside an expansion',
      { ...price, product: without('images', product) },
      "Price/product: lacks 'images'",
    ],
    [
      'an expansion without schema',
      { ...product, tax_code: { id: 'txcd_1', object: 'tax_code' } },
      'expanded TaxCode',
    ],
    ['an object without schema', { id: 'x', object: 'climate.order' }, 'climate.order: no schema'],
    ['what is no object', 'ok', 'the body is string'],
    ['an object without kind', { id: 'x' }, "no 'object'"],
    [
      'a fault in a list',
      listOf(product, without('url', product)),
      "list/data/1: Product: lacks 'url'",
    ],
    ['a list without has_more', without('has_more', listOf()), 'list/has_more'],
    ['a list with more', { ...listOf(), total: 1 }, "list: has an unknown key 'total'"],
    ['an unknown event type', { ...event, type: 'product.painted' }, 'Event/type: must be one of'],
    ['a foreign payload', payload(price), 'is Price, Stripe sends Product'],
    [
      'a fault in a payload',
      payload(without('url', product)),
      "product.updated/data/object: Product: lacks 'url'",
    ],
    [
      'an unknown previous attribute',
      payload(product, { previous_attributes: { hue: 1 } }),
      "'hue' is no attribute of Product",
    ],
    ['an unknown error type', { error: { type: 'oops', message: 'x' } }, 'error/error/type'],
    ['an error without message', { error: { type: 'api_error' } }, "lacks 'message'"],
    [
      'an error with more',
      { error: { ...(declined.error as object), status: 402 } },
      "unknown key 'status'",
    ],
  ])('%s', (_name, body, message) => {
    const violations = stripeShapeViolations(body)
    expect(violations.join('\n')).toContain(message)
    expect(violations).toHaveLength(1)
    expect(() => assertStripeShape(body)).toThrow(message)
  })
})

test('the committed schemas are those of the installed stripe-node', () => {
  const tool = fileURLToPath(new URL('../../tools/generate-schemas.mjs', import.meta.url))
  const output = execFileSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })
  expect(output).toContain('fresh')
})
