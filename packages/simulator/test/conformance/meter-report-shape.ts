// Judges what a fetched event about a meter's usage reports, by the SDK's type: a key that it gains fails to compile.
import type Stripe from 'stripe'

type Report = Extract<
  Stripe.V2.Core.Event,
  { type: 'v1.billing.meter.error_report_triggered' }
>['data']
type ErrorType = Report['reason']['error_types'][number]
type Sample = ErrorType['sample_errors'][number]

type Check = (value: unknown, path: string) => string[]
type Exactly<T> = { readonly [K in keyof T]-?: Check }

const codes: readonly ErrorType['code'][] = [
  'archived_meter',
  'meter_event_customer_not_found',
  'meter_event_dimension_count_too_high',
  'meter_event_invalid_value',
  'meter_event_no_customer_defined',
  'meter_event_value_too_many_digits',
  'missing_dimension_payload_keys',
  'no_meter',
  'timestamp_in_future',
  'timestamp_too_far_in_past',
]

const where =
  (holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    holds(value) ? [] : [`${path}: is ${JSON.stringify(value)}`]
const text = where((value) => typeof value === 'string' && value !== '')
const count = where((value) => Number.isSafeInteger(value) && Number(value) > 0)
const time = where((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)))

const exactly =
  <T>(members: Exactly<T>): Check =>
  (value, path) => {
    const found = new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}))
    const checks: [string, Check][] = Object.entries(members)
    const known = new Set(checks.map(([key]) => key))
    return [
      ...checks.flatMap(([key, check]) => check(found.get(key), `${path}/${key}`)),
      ...[...found.keys()].filter((key) => !known.has(key)).map((key) => `${path}: has '${key}'`),
    ]
  }

const someOf =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value) && value.length > 0
      ? value.flatMap((item, index) => check(item, `${path}/${index}`))
      : [`${path}: is no list of something`]

const sample = exactly<Sample>({
  error_message: text,
  request: exactly<Sample['request']>({ identifier: text }),
})
const errorType = exactly<ErrorType>({
  code: where((value) => codes.some((code) => code === value)),
  error_count: count,
  sample_errors: someOf(sample),
})
const report = exactly<Report>({
  developer_message_summary: text,
  reason: exactly<Report['reason']>({ error_count: count, error_types: someOf(errorType) }),
  validation_end: time,
  validation_start: time,
})

export function meterReportViolations(data: unknown): string[] {
  return report(data, 'data')
}
