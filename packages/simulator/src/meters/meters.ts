/** Meters: what usage is counted, by which name its events come, and their summaries. */
import type { Meter, MeterUsage } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, page, type Route } from '../http/route.ts'

const path = '/v1/billing/meters'
const kind = 'billing.meter'
const windowSeconds = { day: 24 * 60 * 60, hour: 60 * 60 } as const
const minuteSeconds = 60

type Entry = ParamsOf<`POST ${typeof path}`>

export function activeMeter(tx: Transaction, eventName: string): Meter | undefined {
  return tx.db.where(kind, 'event_name', eventName).find(({ status }) => status === 'active')
}

function refuseTaken(tx: Transaction, eventName: string): void {
  if (!activeMeter(tx, eventName)) return
  throw refuse(`An active meter with event_name '${eventName}' already exists.`, {
    param: 'event_name',
  })
}

function newMeter(tx: Transaction, entry: Entry): Meter {
  refuseTaken(tx, entry.event_name)
  const meter = tx.db.put(kind, {
    id: tx.newId('mtr_test_'),
    object: kind,
    created: tx.now,
    customer_mapping: entry.customer_mapping ?? {
      event_payload_key: 'stripe_customer_id',
      type: 'by_id',
    },
    default_aggregation: entry.default_aggregation,
    display_name: entry.display_name,
    event_name: entry.event_name,
    event_time_window: entry.event_time_window ?? null,
    livemode: false,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: tx.now,
    value_settings: entry.value_settings ?? { event_payload_key: 'value' },
  })
  tx.emit('billing.meter.created', meter)
  return meter
}

function setStatus(tx: Transaction, before: Meter, status: 'active' | 'inactive'): Meter {
  if (before.status === status) throw refuse(`This meter is already ${status}.`)
  if (status === 'active') refuseTaken(tx, before.event_name)
  const changes = {
    status,
    status_transitions: { deactivated_at: status === 'active' ? null : tx.now },
    updated: tx.now,
  }
  const event = status === 'active' ? 'billing.meter.reactivated' : 'billing.meter.deactivated'
  return applyUpdate(tx, kind, before, changes, undefined, event)
}

function aggregate({ default_aggregation: { formula } }: Meter, usage: readonly MeterUsage[]) {
  if (formula === 'count') return usage.length
  // The newest comes first.
  if (formula === 'last') return usage[0]?.value ?? 0
  return usage.reduce((sum, { value }) => sum + value, 0)
}

function summaries(
  tx: Transaction,
  meter: Meter,
  asked: ParamsOf<`GET ${typeof path}/:id/event_summaries`>,
) {
  const { customer, start_time: start, end_time: end, value_grouping_window: window } = asked
  const step = window === undefined ? end - start : windowSeconds[window]
  const unit = window === undefined ? minuteSeconds : step
  for (const [param, time] of Object.entries({ start_time: start, end_time: end })) {
    if (time % unit !== 0) {
      throw refuse(`${param} must be aligned with ${window ?? 'minute'} boundaries.`, { param })
    }
  }
  if (end <= start) throw refuse('end_time must be after start_time.', { param: 'end_time' })
  const usage = tx.db
    .where('meter_usage', 'meter', meter.id)
    .filter((row) => row.customer === customer)
    .sort((a, b) => b.timestamp - a.timestamp)
  const rows = []
  for (let from = start; from < end; from += step) {
    const inside = usage.filter(({ timestamp: at }) => at >= from && at < from + step)
    if (inside.length === 0) continue
    rows.unshift({
      id: `mtrusg_test_${meter.id.slice(-8)}${from}`,
      object: 'billing.meter_event_summary',
      aggregated_value: aggregate(meter, inside),
      end_time: from + step,
      livemode: false,
      meter: meter.id,
      start_time: from,
    })
  }
  return rows
}

export const meterRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => newMeter(tx, params)),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind),
  api(`POST ${path}/:id`, ({ tx, ids, params: { display_name } }) => {
    const before = inPath(tx, kind, ids[0])
    if (display_name === undefined || display_name === before.display_name) return before
    const changes = { display_name, updated: tx.now }
    return applyUpdate(tx, kind, before, changes, undefined, 'billing.meter.updated')
  }),
  api(`POST ${path}/:id/deactivate`, ({ tx, ids }) =>
    setStatus(tx, inPath(tx, kind, ids[0]), 'inactive'),
  ),
  api(`POST ${path}/:id/reactivate`, ({ tx, ids }) =>
    setStatus(tx, inPath(tx, kind, ids[0]), 'active'),
  ),
  api(`GET ${path}/:id/event_summaries`, ({ tx, ids, params }) => {
    const meter = inPath(tx, kind, ids[0])
    return page(summaries(tx, meter, params), `${path}/${meter.id}/event_summaries`, params)
  }),
]
