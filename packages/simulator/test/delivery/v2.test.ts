// Goal: event destinations and thin events of API v2, as stripe-node creates, reads and verifies them.
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { asRecord, type Bench, bench, type Endpoint, endpoint, noonMs } from '../support.ts'

type Params = Stripe.V2.Core.EventDestinationCreateParams

function destination(b: Bench, url: string, change: Partial<Params> = {}) {
  return b.stripe.v2.core.eventDestinations.create({
    name: 'Shop',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['v1.customer.created', 'v1.customer.updated'],
    webhook_endpoint: { url },
    include: ['webhook_endpoint.signing_secret'],
    ...change,
  })
}

function notification({ stripe }: Bench, hook: Endpoint, secret: string | undefined) {
  const { body, signature } = hook.received.at(-1) ?? { body: '', signature: '' }
  return stripe.parseEventNotification(body, signature, secret ?? '')
}

describe('thin events', () => {
  test('carry a link and no object; stripe-node verifies them and fetches both', async () => {
    const b = await bench({ now: () => Date.now() })
    const hook = await endpoint()
    const { webhook_endpoint: target } = await destination(b, hook.url)
    const { id } = await b.stripe.customers.create({ email: 'a@example.com' })
    await b.stripe.products.create({ name: 'not enabled' })
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
    const thin = notification(b, hook, target?.signing_secret)
    const [snapshot] = (await b.stripe.events.list({ type: 'customer.created' })).data
    expect(thin).toMatchObject({
      object: 'v2.core.event',
      type: 'v1.customer.created',
      livemode: false,
      related_object: { id, type: 'customer', url: `/v1/customers/${id}` },
      reason: { type: 'request', request: { id: snapshot?.request?.id } },
      snapshot_event: snapshot?.id,
    })
    expect(Date.parse(thin.created) / 1000).toBe(snapshot?.created)
    expect(hook.received[0]?.body).not.toContain('a@example.com')
    if (thin.type !== 'v1.customer.created') throw new Error('another event')
    expect(await thin.fetchRelatedObject()).toMatchObject({ id, email: 'a@example.com' })
    expect(await thin.fetchEvent()).toMatchObject({ id: thin.id, type: thin.type })
    expect(b.account.deliveries()).toMatchObject([{ eventId: thin.id, type: thin.type }])
    expect(b.account.deliveries()[0]?.apiVersion).toBeUndefined()
    expect(snapshot?.pending_webhooks).toBe(0)
  })

  test('are retried like others, under one id', async () => {
    const b = await bench({ retrySchedule: [60] })
    const hook = await endpoint((index) => (index === 0 ? 500 : 200))
    await destination(b, hook.url)
    await b.stripe.customers.create()
    await b.account.drain()
    b.account.advance(60)
    await b.account.drain()
    const [first, second] = hook.received.map(({ body }) => body)
    expect(second).toBe(first)
  })

  test('are listed newest first by type, object and time, page by page, for 30 days', async () => {
    const b = await bench({ now: () => noonMs })
    const { events } = b.stripe.v2.core
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) {
      ids.unshift((await b.stripe.customers.create()).id)
      b.account.advance(60)
    }
    await b.stripe.customers.update(ids[0] ?? '', { name: 'b' })
    const idsOf = (data: readonly unknown[]) =>
      data.map((event) => asRecord(asRecord(event).related_object).id)
    const created = { types: ['v1.customer.created'] }
    expect(idsOf((await events.list(created)).data)).toEqual(ids)
    const first = await events.list({ ...created, limit: 2 })
    expect(first.data).toHaveLength(2)
    expect(asRecord(first).previous_page_url).toBeNull()
    const paged: unknown[] = []
    for await (const event of events.list({ ...created, limit: 2 })) paged.push(event)
    expect(idsOf(paged)).toEqual(ids)
    expect((await events.list({ object_id: ids[0] ?? '' })).data).toHaveLength(2)
    const since = await b.call(
      'GET',
      `/v2/core/events?created[gte]=${new Date(noonMs + 180_000).toISOString()}&types[0]=v1.customer.created`,
    )
    expect(since).toMatchObject({ status: 200, body: { data: [{}, {}] } })
    const [newest] = (await events.list({ limit: 1 })).data
    b.account.advance(31 * 24 * 3600)
    expect((await events.list()).data).toEqual([])
    await expect(events.retrieve(newest?.id ?? '')).rejects.toMatchObject({ statusCode: 404 })
  })
})

describe('destinations', () => {
  test('with snapshots get the event itself, in their version, and count', async () => {
    const b = await bench()
    const hook = await endpoint()
    const made = await destination(b, hook.url, {
      event_payload: 'snapshot',
      enabled_events: ['customer.created'],
      snapshot_api_version: '2025-03-31.basil',
    })
    expect(made.snapshot_api_version).toBe('2025-03-31.basil')
    await b.stripe.customers.create()
    await b.account.drain()
    const [{ body, signature } = { body: '', signature: '' }] = hook.received
    const secret = made.webhook_endpoint?.signing_secret ?? ''
    const event = Stripe.webhooks.constructEvent(body, signature, secret)
    expect(event).toMatchObject({ type: 'customer.created', api_version: '2025-03-31.basil' })
    expect(event.pending_webhooks).toBe(1)
    expect((await b.stripe.events.retrieve(event.id)).pending_webhooks).toBe(0)
  })

  test('show URL and secret only to those who ask, the secret to its maker alone', async () => {
    const b = await bench()
    const { eventDestinations } = b.stripe.v2.core
    const url = 'https://shop.example/hook'
    const silent = await destination(b, url, { include: [] })
    expect(silent.webhook_endpoint).toBeUndefined()
    const both = await destination(b, url, {
      include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
    })
    expect(both.webhook_endpoint).toEqual({ url, signing_secret: expect.stringMatching(/^whsec_/) })
    const read = await eventDestinations.retrieve(both.id, { include: ['webhook_endpoint.url'] })
    expect(read.webhook_endpoint).toEqual({ url })
    const asked = await b.call(
      'GET',
      `/v2/core/event_destinations/${both.id}?include[0]=webhook_endpoint.signing_secret`,
    )
    expect(asked.body.webhook_endpoint).toBeUndefined()
  })

  test('update, disable, enable, list, delete', async () => {
    const b = await bench({ now: () => noonMs })
    const { eventDestinations } = b.stripe.v2.core
    const hook = await endpoint()
    const { id } = await destination(b, 'https://shop.example/hook')
    const updated = await eventDestinations.update(id, {
      name: 'Other',
      description: 'd',
      enabled_events: ['v1.product.created'],
      metadata: { a: 'b' },
      webhook_endpoint: { url: hook.url },
      include: ['webhook_endpoint.url'],
    })
    expect(updated).toMatchObject({
      name: 'Other',
      description: 'd',
      enabled_events: ['v1.product.created'],
      metadata: { a: 'b' },
      webhook_endpoint: { url: hook.url },
    })
    const disabled = await eventDestinations.disable(id)
    expect(disabled).toMatchObject({
      status: 'disabled',
      status_details: { disabled: { reason: 'user' } },
    })
    await b.stripe.products.create({ name: 'unheard' })
    const enabled = await eventDestinations.enable(id)
    expect([enabled.status, enabled.status_details]).toEqual(['enabled', undefined])
    await b.stripe.products.create({ name: 'heard' })
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
    expect((await eventDestinations.list()).data.map((row) => row.id)).toEqual([id])
    expect(await eventDestinations.del(id)).toMatchObject({
      id,
      object: 'v2.core.event_destination',
    })
    expect((await eventDestinations.list()).data).toEqual([])
  })

  test('ping sends an event whatever is enabled', async () => {
    const b = await bench()
    const hook = await endpoint()
    const { id, webhook_endpoint: target } = await destination(b, hook.url)
    const event = await b.stripe.v2.core.eventDestinations.ping(id)
    expect(event.type).toBe('v2.core.event_destination.ping')
    await b.account.drain()
    // The bench's wall clock is the real one, so the signature is fresh.
    const thin = notification(b, hook, target?.signing_secret)
    expect(thin).toMatchObject({ id: event.id, related_object: { id } })
    if (thin.type !== 'v2.core.event_destination.ping') throw new Error('another event')
    expect(await thin.fetchRelatedObject()).toMatchObject({ id, name: 'Shop' })
  })

  test('that only fail are disabled, too', async () => {
    const b = await bench({ retrySchedule: [], disableAfterDays: 1 })
    const hook = await endpoint(() => 500)
    const { id } = await destination(b, hook.url)
    for (let day = 0; day < 2; day += 1) {
      await b.stripe.customers.create()
      await b.account.drain()
      b.account.advance(24 * 3600)
    }
    expect(await b.stripe.v2.core.eventDestinations.retrieve(id)).toMatchObject({
      status: 'disabled',
    })
  })
})

describe('the wire of v2', () => {
  const url = 'https://shop.example/hook'

  test('takes JSON, where v1 refuses it', async () => {
    const b = await bench()
    const json = { 'content-type': 'application/json' }
    const v1 = await b.call('POST', '/v1/products', '{"name":"a"}', json)
    expect(v1.status).toBe(400)
    const broken = await b.call('POST', '/v2/core/event_destinations', '{"name":', json)
    expect(broken).toMatchObject({ status: 400, error: { code: 'invalid_fields' } })
  })

  test.each<[string, Partial<Params> & Record<string, unknown>]>([
    ['a snapshot’s name for a thin destination', { enabled_events: ['customer.created'] }],
    ['a thin name for snapshots', { event_payload: 'snapshot' }],
    ['no events', { enabled_events: [] }],
    ['a version for thin events', { snapshot_api_version: '2025-03-31.basil' }],
    ['another transport', { type: 'amazon_eventbridge' }],
    ['a URL that is none', { webhook_endpoint: { url: 'shop' } }],
    ['an unknown field', { colour: 'red' }],
    ['an unknown payload', { event_payload: 'fat' as 'thin' }],
  ])('refuses %s', async (_, change) => {
    const b = await bench()
    const refused: unknown = await destination(b, url, change).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
    expect(refused).toMatchObject({ statusCode: 400, code: 'invalid_fields' })
  })

  test('unknown ids are 404 with a code and little else', async () => {
    const b = await bench()
    for (const path of ['events/evt_test_6none', 'event_destinations/ed_none']) {
      const { status, error } = await b.call('GET', `/v2/core/${path}`)
      expect([status, error.code]).toEqual([404, 'not_found'])
      expect(Object.keys(error).sort()).toEqual(['code', 'message', 'type'])
    }
  })
})
