/** Takes meter events in, and tells of those that no meter can count, as Stripe does: afterwards, by thin events. */
import type { Meter } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { activeMeter } from './meters.ts'

export interface MeterEventEntry {
  readonly event_name: string
  readonly identifier: string
  readonly payload: Readonly<Record<string, string>>
  /** Unix seconds. */
  readonly timestamp: number
}

const pastSecondsMax = 35 * 24 * 60 * 60
const futureSecondsMax = 5 * 60
const digitsMax = 15

/** Stripe's codes, in its words. */
const messages = {
  archived_meter: 'The meter is inactive.',
  meter_event_customer_not_found: 'The customer of the meter event does not exist.',
  meter_event_invalid_value: 'The value of the meter event is not a number.',
  meter_event_no_customer_defined: 'The payload of the meter event names no customer.',
  meter_event_value_too_many_digits: 'The value of the meter event has too many digits.',
  no_meter: 'No meter has the name of the meter event.',
  timestamp_in_future: 'The timestamp of the meter event is too far in the future.',
  timestamp_too_far_in_past: 'The timestamp of the meter event is too far in the past.',
} as const

type Code = keyof typeof messages

interface Failure {
  readonly code: Code
  readonly meter: Meter | undefined
  readonly identifier: string
}

export function record(tx: Transaction, events: readonly MeterEventEntry[]): void {
  const failures = events
    .map((event) => count(tx, event))
    .filter((failure) => failure !== undefined)
  const meters = new Set(failures.map(({ meter }) => meter))
  for (const meter of meters) {
    report(
      tx,
      meter,
      failures.filter((failure) => failure.meter === meter),
    )
  }
}

/** Answers why the event cannot be counted, if it cannot. */
function count(tx: Transaction, event: MeterEventEntry): Failure | undefined {
  const { event_name: name, identifier, payload, timestamp } = event
  const meter = activeMeter(tx, name) ?? tx.db.where('billing.meter', 'event_name', name)[0]
  const failure = (code: Code): Failure => ({ code, meter, identifier })
  if (!meter) return failure('no_meter')
  if (meter.status !== 'active') return failure('archived_meter')
  if (timestamp < tx.now - pastSecondsMax) return failure('timestamp_too_far_in_past')
  if (timestamp > tx.now + futureSecondsMax) return failure('timestamp_in_future')
  const customer = payload[meter.customer_mapping.event_payload_key]
  if (!customer) return failure('meter_event_no_customer_defined')
  if (!tx.db.find('customer', customer)) return failure('meter_event_customer_not_found')
  const value = payload[meter.value_settings.event_payload_key] ?? ''
  const counts = meter.default_aggregation.formula === 'count'
  if (!counts && !/^-?\d+(\.\d+)?$/.test(value)) return failure('meter_event_invalid_value')
  if (value.replaceAll(/\D/g, '').length > digitsMax) {
    return failure('meter_event_value_too_many_digits')
  }
  // The same identifier again is the same event, which counts once.
  if (tx.db.find('meter_usage', identifier)) return undefined
  tx.db.put('meter_usage', {
    id: identifier,
    meter: meter.id,
    customer,
    value: counts ? 1 : Number(value),
    timestamp,
  })
  return undefined
}

function report(tx: Transaction, meter: Meter | undefined, failures: readonly Failure[]): void {
  const now = new Date(tx.now * 1000).toISOString()
  const codes = [...new Set(failures.map(({ code }) => code))]
  const data = {
    developer_message_summary: `There ${failures.length === 1 ? 'is 1 invalid event' : `are ${failures.length} invalid events`}`,
    reason: {
      error_count: failures.length,
      error_types: codes.map((code) => {
        const same = failures.filter((failure) => failure.code === code)
        return {
          code,
          error_count: same.length,
          sample_errors: same.map(({ identifier }) => ({
            error_message: messages[code],
            request: { identifier },
          })),
        }
      }),
    },
    validation_end: now,
    validation_start: now,
  }
  if (!meter) {
    tx.emit('v1.billing.meter.no_meter_found', { data })
    return
  }
  const url = `/v1/billing/meters/${meter.id}`
  const related = { id: meter.id, type: 'billing.meter', url }
  tx.emit('v1.billing.meter.error_report_triggered', { related, data })
}
