// Meters: what they count, what they cannot count, and the ways by which usage comes in.
import { expect, test } from 'vitest'
import { asRecord, type Bench, bench, noonMs } from '../support.ts'

const noon = noonMs / 1000

function newMeter({ stripe }: Bench, formula: 'sum' | 'count' | 'last' = 'sum') {
  return stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula },
  })
}

/** The stream's token, as the SDK's users pass it on. */
async function stream(b: Bench, events: readonly object[]) {
  const session = await b.stripe.v2.billing.meterEventSession.create()
  const answer = await fetch(`${b.simulator.url}/v2/billing/meter_event_stream`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${session.authentication_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ events }),
  })
  return { session, status: answer.status, body: asRecord(await answer.json()) }
}

test('usage is summed by customer and by hour', async () => {
  const b = await bench({ now: () => noonMs })
  const meter = await newMeter(b)
  const customer = (await b.stripe.customers.create()).id
  const use = (value: string, timestamp: number, identifier: string) =>
    b.stripe.billing.meterEvents.create({
      event_name: 'calls',
      payload: { stripe_customer_id: customer, value },
      timestamp,
      identifier,
    })
  expect(await use('3', noon, 'one')).toMatchObject({
    object: 'billing.meter_event',
    created: noon,
  })
  await use('4.5', noon - 60, 'two')
  await use('10', noon - 120, 'three')
  await expect(use('3', noon, 'one')).rejects.toMatchObject({ param: 'identifier' })
  const sums = async (params: object) =>
    (
      await b.stripe.billing.meters.listEventSummaries(meter.id, {
        customer,
        start_time: noon - 3600,
        end_time: noon + 3600,
        ...params,
      })
    ).data.map(({ aggregated_value, start_time }) => [aggregated_value, start_time - noon])
  expect(await sums({})).toEqual([[17.5, -3600]])
  expect(await sums({ value_grouping_window: 'hour' })).toEqual([
    [3, 0],
    [14.5, -3600],
  ])
  await b.stripe.billing.meterEventAdjustments.create({
    event_name: 'calls',
    type: 'cancel',
    cancel: { identifier: 'three' },
  })
  expect(await sums({})).toEqual([[7.5, -3600]])
  await expect(sums({ start_time: noon - 3599 })).rejects.toMatchObject({ param: 'start_time' })
})

test('one active meter has a name at a time', async () => {
  const b = await bench()
  const { id } = await newMeter(b)
  await expect(newMeter(b)).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
    param: 'event_name',
  })
  await b.stripe.billing.meters.deactivate(id)
  const next = await newMeter(b, 'count')
  await expect(b.stripe.billing.meters.reactivate(id)).rejects.toMatchObject({ statusCode: 400 })
  await b.stripe.billing.meters.deactivate(next.id)
  await b.stripe.billing.meters.reactivate(id)
  await b.stripe.billing.meters.update(id, { display_name: 'Requests' })
  const active = await b.stripe.billing.meters.list({ status: 'active' })
  expect(active.data).toMatchObject([{ id, display_name: 'Requests', event_name: 'calls' }])
  expect(b.types()).toEqual([
    'billing.meter.created',
    'billing.meter.deactivated',
    'billing.meter.created',
    'billing.meter.deactivated',
    'billing.meter.reactivated',
    'billing.meter.updated',
  ])
})

test('a stream takes what it can, and thin events tell of the rest', async () => {
  const b = await bench()
  const meter = await newMeter(b)
  const customer = (await b.stripe.customers.create()).id
  const good = { event_name: 'calls', payload: { stripe_customer_id: customer, value: '2' } }
  const { status, body } = await stream(b, [
    good,
    { ...good, payload: { value: '2' }, identifier: 'nobody' },
    { ...good, payload: { stripe_customer_id: customer, value: 'two' }, identifier: 'no number' },
    { ...good, event_name: 'nonsense', identifier: 'no meter' },
  ])
  expect([status, body]).toEqual([200, {}])
  const { data } = await b.stripe.v2.core.events.list({})
  const told = data.filter(
    ({ type }) => type.startsWith('v1.billing.meter.') && !type.endsWith('created'),
  )
  expect(told.map(({ type }) => type).sort()).toEqual([
    'v1.billing.meter.error_report_triggered',
    'v1.billing.meter.no_meter_found',
  ])
  const report = told.find(({ type }) => type.endsWith('triggered'))
  expect(asRecord(report)).toMatchObject({
    related_object: { id: meter.id, type: 'billing.meter' },
    data: {
      reason: {
        error_count: 2,
        error_types: [
          { code: 'meter_event_no_customer_defined', error_count: 1 },
          {
            code: 'meter_event_invalid_value',
            sample_errors: [{ request: { identifier: 'no number' } }],
          },
        ],
      },
    },
  })
})

test('each reason why usage cannot be counted has its code', async () => {
  const b = await bench()
  const archived = await newMeter(b)
  await b.stripe.billing.meters.deactivate(archived.id)
  await b.stripe.billing.meters.create({
    display_name: 'Minutes',
    event_name: 'minutes',
    default_aggregation: { formula: 'sum' },
  })
  const day = 24 * 60 * 60
  const at = (seconds: number) => new Date((b.account.now() + seconds) * 1000).toISOString()
  const payload = { stripe_customer_id: 'cus_nobody', value: '2' }
  await stream(b, [
    { event_name: 'calls', payload },
    { event_name: 'minutes', payload },
    { event_name: 'minutes', payload, timestamp: at(-36 * day) },
    { event_name: 'minutes', payload, timestamp: at(day) },
  ])
  const { data } = await b.stripe.v2.core.events.list({
    types: ['v1.billing.meter.error_report_triggered'],
  })
  const codes = data.flatMap((event) =>
    event.type === 'v1.billing.meter.error_report_triggered'
      ? event.data.reason.error_types.map(({ code }) => code)
      : [],
  )
  expect(codes.sort()).toEqual([
    'archived_meter',
    'meter_event_customer_not_found',
    'timestamp_in_future',
    'timestamp_too_far_in_past',
  ])
})

test('a token is good for the stream alone, and for a quarter of an hour', async () => {
  const b = await bench()
  const { session } = await stream(b, [{ event_name: 'calls', payload: { value: '1' } }])
  const post = (path: string) =>
    b.call('POST', path, '', { authorization: `Bearer ${session.authentication_token}` })
  expect((await post('/v1/customers')).status).toBe(401)
  b.account.advance(15 * 60)
  const late = await post('/v2/billing/meter_event_stream')
  expect(late.status).toBe(401)
  expect(late.error.code).toBe('billing_meter_event_session_expired')
})

test('one event in API v2 is answered with itself', async () => {
  const b = await bench()
  await newMeter(b)
  const customer = (await b.stripe.customers.create()).id
  const event = await b.stripe.v2.billing.meterEvents.create({
    event_name: 'calls',
    payload: { stripe_customer_id: customer, value: '2' },
    timestamp: new Date(b.account.now() * 1000).toISOString(),
  })
  expect(event).toMatchObject({ object: 'v2.billing.meter_event', event_name: 'calls' })
  const bare = await stream(b, [])
  expect(bare.status).toBe(200)
})
