/** The ways by which meter events come in: one by one, in either API, or as a stream with a token of its own. */
import type { Transaction } from '../account/transaction.ts'
import { badParam, noSuch, refuse } from '../http/errors.ts'
import { list, type Read, required, type Spec, shape, text } from '../http/params.ts'
import { api, type Route, route } from '../http/route.ts'
import { type MeterEventEntry, record } from './usage.ts'

const sessionSeconds = 15 * 60
const streamMax = 100
const eventObject = 'billing.meter_event'

function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

function moment(): Spec<number> {
  return {
    read(value, path) {
      const time = Date.parse(text().read(value, path))
      if (Number.isFinite(time)) return Math.floor(time / 1000)
      throw badParam('Invalid timestamp: it must be in the format of RFC 3339.', path)
    },
  }
}

/** A payload has whatever keys the meter asks for. */
function texts(): Spec<Record<string, string>> {
  return {
    read(value, path) {
      if (typeof value === 'string') throw badParam('Invalid object', path)
      const entries = [...value].map(([key, item]) => [key, text().read(item, `${path}[${key}]`)])
      return Object.fromEntries(entries)
    },
  }
}

const v2Fields = {
  event_name: required(text(100)),
  identifier: text(100),
  payload: required(texts()),
  timestamp: moment(),
}

interface Arrived {
  readonly event_name: string
  readonly identifier?: string | undefined
  readonly payload: Readonly<Record<string, string>>
  readonly timestamp?: number | undefined
}

function completed(tx: Transaction, arrived: Arrived): MeterEventEntry {
  const { event_name, identifier = tx.newId(''), payload, timestamp = tx.now } = arrived
  return { event_name, identifier, payload, timestamp }
}

/** Only the stream takes a repeated identifier in silence. */
function takeOne(tx: Transaction, arrived: Arrived): MeterEventEntry {
  const event = completed(tx, arrived)
  if (tx.db.find('meter_usage', event.identifier)) {
    throw refuse(`An event already exists with identifier ${event.identifier}.`, {
      param: 'identifier',
    })
  }
  record(tx, [event])
  return event
}

function stream(tx: Transaction, { events }: Read<typeof streamFields>) {
  record(
    tx,
    events.map((event) => completed(tx, event)),
  )
  return {}
}

const streamFields = { events: required(list(shape(v2Fields), streamMax)) }

export const meterEventRoutes: readonly Route[] = [
  api('POST /v1/billing/meter_events', ({ tx, params }) => ({
    object: eventObject,
    created: tx.now,
    ...takeOne(tx, params),
    livemode: false,
  })),
  api(
    'POST /v1/billing/meter_event_adjustments',
    ({ tx, params: { event_name, cancel, type } }) => {
      const identifier = cancel?.identifier
      if (identifier === undefined) throw refuse('Missing required param: cancel[identifier].')
      const usage = tx.db.find('meter_usage', identifier)
      if (!usage) throw noSuch('meter event', identifier, 'cancel[identifier]', 400)
      tx.db.remove('meter_usage', identifier)
      return {
        object: 'billing.meter_event_adjustment',
        cancel: { identifier },
        event_name,
        livemode: false,
        status: 'pending',
        type,
      }
    },
  ),
  route('POST', '/v2/billing/meter_events', v2Fields, ({ tx, params }) => {
    const { timestamp, ...event } = takeOne(tx, params)
    return {
      object: `v2.${eventObject}`,
      created: rfc3339(tx.now),
      ...event,
      livemode: false,
      timestamp: rfc3339(timestamp),
    }
  }),
  route('POST', '/v2/billing/meter_event_session', {}, ({ tx }) => {
    const token = tx.newId('mes_test_', 48)
    const expiresAt = tx.now + sessionSeconds
    tx.db.put('meter_event_session', { id: token, expiresAt })
    return {
      id: tx.newId('bmes_test_'),
      object: 'v2.billing.meter_event_session',
      authentication_token: token,
      created: rfc3339(tx.now),
      expires_at: rfc3339(expiresAt),
      livemode: false,
    }
  }),
  route('POST', '/v2/billing/meter_event_stream', streamFields, ({ tx, params }) =>
    stream(tx, params),
  ),
]
