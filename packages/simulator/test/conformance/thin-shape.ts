// Judges the shape of a thin event by the SDK's type for it: a key that the SDK gains or loses fails to compile here.
import type Stripe from 'stripe'

type Thin = Stripe.V2.Core.EventBase
type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string' && value !== ''
const record: Check = (value) => typeof value === 'object' && value !== null
const nullable =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const time: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)

const required = {
  id: text,
  object: (value) => value === 'v2.core.event',
  created: time,
  livemode: (value) => value === false,
  type: text,
} satisfies { [K in RequiredKeys<Thin>]: Check }

const optional = {
  changes: nullable(record),
  context: nullable(text),
  reason: nullable(record),
  snapshot_event: nullable(text),
} satisfies { [K in Exclude<keyof Thin, RequiredKeys<Thin>>]: Check }

/** Only some event types have it, so the base type does not name it. */
const relatedObject = {
  id: text,
  type: text,
  url: (value) => typeof value === 'string' && value.startsWith('/'),
} satisfies { [K in keyof Stripe.V2.Core.Events.RelatedObject]: Check }

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T]

export function thinViolations(body: unknown): string[] {
  if (!isRecord(body)) return ['the body is not an object']
  const { related_object: related, ...rest } = body
  const found = violations('thin event', rest, required, optional)
  if (related === undefined || related === null) return found
  if (!isRecord(related)) return [...found, 'thin event/related_object: must be an object']
  // The account's balance and its like have no id.
  const { id, ...singleton } = relatedObject
  return [...found, ...violations('thin event/related_object', related, singleton, { id })]
}

function violations(
  name: string,
  body: Record<string, unknown>,
  needed: Record<string, Check>,
  possible: Record<string, Check>,
): string[] {
  const checks = { ...needed, ...possible }
  return [
    ...Object.keys(needed)
      .filter((key) => !(key in body))
      .map((key) => `${name}: lacks '${key}'`),
    ...Object.entries(body)
      .filter(([key, value]) => checks[key]?.(value) !== true)
      .map(([key, value]) =>
        key in checks
          ? `${name}/${key}: is ${JSON.stringify(value)}`
          : `${name}: has an unknown key '${key}'`,
      ),
  ]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
