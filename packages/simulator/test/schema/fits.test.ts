// Goal: the quick judge and the compiler of schemas agree. Method: what a paid checkout answers and tells, and that broken
// at each of its places in each way: the same verdict on all of it.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { asRecord, bench, confirmPage, openSession } from '../support.ts'
import { createFits } from './fits.ts'

const generated: { definitions: Record<string, object>; objects: string[] } = JSON.parse(
  readFileSync(new URL('./generated/objects.json', import.meta.url), 'utf8'),
)
const fits = createFits(new Map(Object.entries(generated.definitions)))

const replacements = [null, 'x', 1, true, [], {}, undefined] as const

/** The value replaced as a whole, at each of its places, or given another key. */
function* broken(value: unknown): Generator<unknown> {
  yield* replacements
  if (Array.isArray(value)) {
    const [first, ...rest] = value
    if (value.length > 0) for (const other of broken(first)) yield [other, ...rest]
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, colour: 'red' }
    for (const [key, inner] of Object.entries(value)) {
      for (const other of broken(inner)) yield { ...value, [key]: other }
    }
  }
}

const isDeleted = (name: string) => /(^|\.)Deleted[A-Z]/.test(name)

/** `payment_intent` → `PaymentIntent`. */
const nameOf = new Map(
  generated.objects
    .filter((name) => !isDeleted(name))
    .map((name) => {
      const { properties } = asRecord(generated.definitions[name])
      return [asRecord(asRecord(properties).object).const, name]
    }),
)

function schemaOf(body: Record<string, unknown>) {
  const name = body.object === 'event' ? 'Event' : nameOf.get(body.object)
  return name === undefined ? undefined : { $ref: `stripe#/definitions/${name}` }
}

test('the quick judge agrees with the compiler of schemas, right or wrong', async () => {
  const bodies = new Map<unknown, Record<string, unknown>>()
  const keep = (body: unknown) => {
    const record = asRecord(body)
    for (const one of Array.isArray(record.data) ? record.data : [record]) {
      const object = asRecord(one)
      // One of a kind is enough: each is broken in thousands of ways.
      bodies.set(object.object, object)
    }
  }
  const b = await bench({
    onResponse: ({ body }) => keep(body),
    onEvent(event) {
      keep(event)
      keep(asRecord(asRecord(event).data).object)
    },
  })
  await confirmPage(b, (await openSession(b)).id)
  await b.stripe.charges.list({ expand: ['data.payment_intent', 'data.balance_transaction'] })

  const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false })
  ajv.addSchema({ $id: 'stripe', definitions: generated.definitions })
  const seen = { fits: 0, not: 0 }
  for (const body of bodies.values()) {
    const schema = schemaOf(body)
    if (!schema) continue
    const validate = ajv.compile(schema)
    for (const value of [body, ...broken(body)]) {
      const verdict = fits(schema, value)
      seen[verdict ? 'fits' : 'not'] += 1
      if (verdict !== validate(value)) {
        throw new Error(`${schema.$ref}: ${verdict} is wrong of ${JSON.stringify(value)}`)
      }
    }
  }
  expect(seen.fits).toBeGreaterThan(200)
  expect(seen.not).toBeGreaterThan(1_000)
})

test.each([
  ['keyword', { uniqueItems: true }],
  ['type', { type: 'integer' }],
])('an unknown %s is no free pass', (_name, schema) => {
  expect(() => fits(schema, [])).toThrow(/has no rule|not told apart/)
})
