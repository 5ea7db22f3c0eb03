// Judges whether a JSON value has the shape that stripe-node's own types promise for a Stripe answer or event.
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { thinViolations } from '../conformance/thin-shape.ts'
import { createFits, type Schema } from './fits.ts'
import { readable } from './readable-errors.ts'

interface ObjectSchema {
  readonly properties?: Record<string, { readonly const?: unknown; readonly enum?: unknown[] }>
  readonly required?: readonly string[]
}

interface Generated {
  readonly apiVersion: string
  readonly objects: readonly string[]
  readonly events: Readonly<Record<string, readonly string[]>>
  readonly definitions: Readonly<Record<string, ObjectSchema | false>>
}

type Json = Record<string, unknown>

const generated: Generated = JSON.parse(
  readFileSync(new URL('./generated/objects.json', import.meta.url), 'utf8'),
)
const definitions = new Map<string, Schema>(Object.entries(generated.definitions))
const fits = createFits(definitions)

/** Made when something does not fit, because it takes seconds; its errors are what a person reads. */
const ajv = once(() => {
  const made = new Ajv({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    strictRequired: false,
  })
  return made.addSchema({ $id: 'stripe', definitions: generated.definitions })
})

export const apiVersion = generated.apiVersion

/** `checkout.session` → `Checkout.Session`; a deleted object has a definition of its own. */
const living = new Map<string, string>()
const deleted = new Map<string, string>()
for (const name of generated.objects) {
  const schema = generated.definitions[name]
  if (!schema) continue
  const tag = schema.properties?.object?.const
  if (typeof tag !== 'string') continue
  const isDeleted = schema.required?.includes('deleted') === true
  ;(isDeleted ? deleted : living).set(tag, name)
}

/** Throws one error that names every deviation; silent when the body is what Stripe could have sent. */
export function assertStripeShape(body: unknown): void {
  const violations = stripeShapeViolations(body)
  if (violations.length > 0) throw new Error(`not Stripe's shape:\n  ${violations.join('\n  ')}`)
}

export function stripeShapeViolations(body: unknown): string[] {
  if (!isRecord(body)) return [`the body is ${body === null ? 'null' : typeof body}, not an object`]
  // What API v2 answers where there is nothing to tell.
  if (Object.keys(body).length === 0) return []
  // Some objects have a field of that name.
  if ('error' in body && !('object' in body)) return checkError(body)
  switch (body.object) {
    case 'list':
    case 'search_result':
      return checkList(body)
    case 'event':
      return checkEvent(body)
    case 'v2.core.event':
      return checkThin(body)
    case undefined:
      return 'next_page_url' in body ? checkV2List(body) : checkObject(body)
    default:
      return isV2Deleted(body) ? [] : checkObject(body)
  }
}

function checkObject(body: Json): string[] {
  if (typeof body.object !== 'string') return ["the body has no 'object' that names its kind"]
  const name = (body.deleted === true ? deleted : living).get(body.object)
  if (name === undefined) {
    return [`${body.object}: no schema; add it to the roots of tools/generate-schemas.mjs`]
  }
  return checkAs(name, body)
}

function checkAs(name: string, value: unknown): string[] {
  return judge(name, { $ref: `stripe#/definitions/${name}` }, value)
}

const compiled = new Map<string, ValidateFunction>()

function judge(name: string, schema: object, value: unknown): string[] {
  if (fits(schema, value)) return []
  const validate = compiled.get(name) ?? ajv().compile(schema)
  compiled.set(name, validate)
  if (validate(value)) throw new Error(`The two judges of schemas disagree on ${name}.`)
  return readable(name, validate.errors ?? [])
}

// Stripe's list envelope; what it holds is judged one by one, so a message names the bad element.
const listKeys: Record<string, readonly string[]> = {
  list: ['object', 'data', 'has_more', 'url'],
  search_result: ['object', 'data', 'has_more', 'url', 'next_page', 'total_count'],
}

function checkList(body: Json): string[] {
  const kind = String(body.object)
  const keys = listKeys[kind] ?? []
  const violations = Object.keys(body)
    .filter((key) => !keys.includes(key))
    .map((key) => `${kind}: has an unknown key '${key}'`)
  if (typeof body.url !== 'string') violations.push(`${kind}/url: must be text`)
  if (typeof body.has_more !== 'boolean') violations.push(`${kind}/has_more: must be a boolean`)
  if (!Array.isArray(body.data)) return [...violations, `${kind}/data: must be an array`]
  const nested = body.data.flatMap((element, index) =>
    stripeShapeViolations(element).map((violation) => `${kind}/data/${index}: ${violation}`),
  )
  return [...violations, ...nested]
}

/** API v2 pages by links and names no kind. */
function checkV2List({ data, next_page_url: next, previous_page_url: last, ...rest }: Json) {
  const links = [next, last].every((link) => link === null || typeof link === 'string')
  const violations = links ? [] : ['v2 list: a link must be text or null']
  violations.push(...Object.keys(rest).map((key) => `v2 list: has an unknown key '${key}'`))
  if (!Array.isArray(data)) return [...violations, 'v2 list/data: must be an array']
  return [...violations, ...data.flatMap((element) => stripeShapeViolations(element))]
}

/** What a fetched event has beyond a delivered one differs by type. */
function checkThin({ data: _, ...event }: Json): string[] {
  return thinViolations(event)
}

function isV2Deleted(body: Json): boolean {
  return Object.keys(body).sort().join() === 'id,object' && String(body.object).startsWith('v2.')
}

function checkEvent(body: Json): string[] {
  const violations = checkAs('Event', body)
  const data = body.data
  if (!isRecord(data) || !isRecord(data.object)) return violations
  const tag = String(data.object.object)
  const expected = generated.events[String(body.type)]
  if (!expected) return violations
  const name = living.get(tag)
  if (name === undefined || !expected.includes(name)) {
    const found = name ?? `${tag} (no schema)`
    violations.push(`${body.type}/data/object: is ${found}, Stripe sends ${expected.join(' or ')}`)
    return violations
  }
  const inner = checkAs(name, asTyped(body.type, data.object)).map(
    (violation) => `${body.type}/data/object: ${violation}`,
  )
  return [...violations, ...inner, ...checkPreviousAttributes(name, body, data.previous_attributes)]
}

/** The one object that Stripe's reference tells of without an id, though its type has one: the invoice that will be. */
function asTyped(type: unknown, object: Json): Json {
  return type === 'invoice.upcoming' && !('id' in object) ? { ...object, id: 'in_1' } : object
}

function checkPreviousAttributes(name: string, event: Json, previous: unknown): string[] {
  if (previous === undefined) return []
  const where = `${event.type}/data/previous_attributes`
  if (!isRecord(previous)) return [`${where}: must be an object`]
  const schema = generated.definitions[name]
  const known = schema === false ? {} : (schema?.properties ?? {})
  return Object.keys(previous)
    .filter((key) => !(key in known))
    .map((key) => `${where}: '${key}' is no attribute of ${name}`)
}

// The SDK types an error only loosely; these are the types and keys that Stripe's API reference lists.
const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        type: {
          enum: [
            'api_error',
            'card_error',
            'idempotency_error',
            'invalid_request_error',
            'rate_limit_error',
          ],
        },
        message: { type: 'string', minLength: 1 },
        advice_code: { type: 'string' },
        charge: { type: 'string' },
        code: { type: 'string' },
        decline_code: { type: 'string' },
        doc_url: { type: 'string', pattern: '^https://' },
        network_advice_code: { type: 'string' },
        network_decline_code: { type: 'string' },
        param: { type: 'string' },
        payment_intent: { $ref: 'stripe#/definitions/PaymentIntent' },
        payment_method: { $ref: 'stripe#/definitions/PaymentMethod' },
        payment_method_type: { type: 'string' },
        request_log_url: { type: 'string' },
        setup_intent: { $ref: 'stripe#/definitions/SetupIntent' },
        user_message: { type: 'string' },
      },
      required: ['type', 'message'],
      additionalProperties: false,
    },
  },
  required: ['error'],
  additionalProperties: false,
}

function checkError(body: Json): string[] {
  return judge('error', errorSchema, body)
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
