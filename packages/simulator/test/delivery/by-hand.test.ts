// Goal: what a person sends by hand: an event again, as `stripe events resend` does, and the Dashboard's test webhook.
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { eventTypes } from '../../src/generated/event-types.ts'
import { stripeShapeViolations } from '../schema/validate.ts'
import { asRecord, type Bench, bench, endpoint, noonMs } from '../support.ts'

const daySeconds = 24 * 3600

async function latestId({ stripe }: Bench): Promise<string> {
  const [event] = (await stripe.events.list()).data
  if (!event) throw new Error('there is no event')
  return event.id
}

const resend = (b: Bench, id: string, form = '') => b.call('POST', `/v1/events/${id}/retry`, form)

describe('resend', () => {
  test('to one endpoint: the same id and body, a new signature', async () => {
    let wallMs = noonMs
    const b = await bench({ now: () => wallMs })
    const [hook, other] = [await endpoint(), await endpoint()]
    const { id } = b.account.addWebhookEndpoint({ url: hook.url })
    b.account.addWebhookEndpoint({ url: other.url })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    wallMs += 5000
    const eventId = await latestId(b)
    expect((await resend(b, eventId, `webhook_endpoint=${id}`)).body.id).toBe(eventId)
    await b.account.drain()
    expect(other.received).toHaveLength(1)
    const [first, second] = hook.received
    expect(asRecord(JSON.parse(second?.body ?? '{}')).id).toBe(eventId)
    expect(second?.signature).not.toBe(first?.signature)
    expect(b.account.deliveries().at(-1)).toMatchObject({ trigger: 'resend', attempt: 1 })
  })

  test('without an endpoint it goes to all that subscribed', async () => {
    const b = await bench()
    const [all, others] = [await endpoint(), await endpoint()]
    b.account.addWebhookEndpoint({ url: all.url })
    b.account.addWebhookEndpoint({ url: others.url, enabledEvents: ['charge.failed'] })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    await resend(b, await latestId(b))
    await b.account.drain()
    expect([all.received.length, others.received.length]).toEqual([2, 0])
  })

  test('that succeeds does not stop the automatic retries; one that fails is not retried', async () => {
    const b = await bench({ retrySchedule: [600, 600] })
    const hook = await endpoint((index) => (index === 1 ? 200 : 500))
    b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    const eventId = await latestId(b)
    await resend(b, eventId)
    await b.account.drain()
    await resend(b, eventId)
    await b.account.drain()
    b.account.advance(10_000)
    await b.account.drain()
    const log = b.account
      .deliveries()
      .map(({ attempt, trigger, status }) => [trigger ?? 'automatic', attempt, status])
    expect(log).toEqual([
      ['automatic', 1, 500],
      ['resend', 1, 200],
      ['resend', 1, 500],
      ['automatic', 2, 500],
      ['automatic', 3, 500],
    ])
  })

  test('is refused after 30 days, for unknown events, unknown and disabled endpoints', async () => {
    const b = await bench()
    const hook = await endpoint()
    const { id } = b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'a' })
    const eventId = await latestId(b)
    expect((await resend(b, 'evt_unknown')).status).toBe(404)
    expect((await resend(b, eventId, 'webhook_endpoint=we_unknown')).error).toMatchObject({
      code: 'resource_missing',
      param: 'webhook_endpoint',
    })
    await b.stripe.webhookEndpoints.update(id, { disabled: true })
    expect((await resend(b, eventId, `webhook_endpoint=${id}`)).status).toBe(400)
    b.account.advance(29 * daySeconds)
    expect((await resend(b, eventId)).status).toBe(200)
    b.account.advance(2 * daySeconds)
    expect((await resend(b, eventId)).status).toBe(404)
    await expect(b.stripe.events.retrieve(eventId)).rejects.toMatchObject({ statusCode: 404 })
  })
})

describe('test webhook', () => {
  test('a fixed id, signed, an object that is not there; not listed and not retried', async () => {
    const b = await bench()
    const hook = await endpoint((index) => (index === 0 ? 500 : 200))
    const { id, secret } = b.account.addWebhookEndpoint({ url: hook.url, enabledEvents: ['*'] })
    b.account.sendTestWebhook(id, 'customer.created')
    await b.account.drain()
    b.account.advance(10_000)
    await b.account.drain()
    expect(hook.received).toHaveLength(1)
    const [{ body, signature } = { body: '', signature: '' }] = hook.received
    const event = Stripe.webhooks.constructEvent(body, signature, secret)
    expect(event).toMatchObject({
      id: 'evt_00000000000000',
      type: 'customer.created',
      data: { object: { id: 'cus_00000000000000', object: 'customer' } },
    })
    await expect(b.stripe.events.retrieve(event.id)).rejects.toMatchObject({ statusCode: 404 })
    await expect(b.stripe.customers.retrieve('cus_00000000000000')).rejects.toMatchObject({
      code: 'resource_missing',
    })
    expect((await b.stripe.events.list()).data).toEqual([])
    expect(b.account.deliveries()).toMatchObject([{ trigger: 'test', status: 500 }])
  })

  test('over HTTP; of any type, in the endpoint’s version, of Stripe’s shape', async () => {
    const b = await bench()
    const hook = await endpoint()
    const { id } = await b.stripe.webhookEndpoints.create({
      url: hook.url,
      enabled_events: ['charge.failed'],
      api_version: '2025-03-31.basil',
    })
    for (const type of eventTypes) await b.sim(`webhook_endpoints/${id}/test`, { type })
    await b.account.drain()
    expect(hook.types()).toEqual(eventTypes)
    const bodies = hook.received.map(({ body }) => asRecord(JSON.parse(body)))
    expect(new Set(bodies.map((body) => body.api_version))).toEqual(new Set(['2025-03-31.basil']))
    const violations = bodies.flatMap(stripeShapeViolations)
    expect(violations.filter((violation) => !violation.includes('(no schema)'))).toEqual([])
  })

  test('is refused for what there is not', async () => {
    const b = await bench()
    const { id } = b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/' })
    const refused = { error: expect.any(String) }
    expect(await b.sim(`webhook_endpoints/${id}/test`, { type: 'a.b' })).toEqual(refused)
    expect(await b.sim(`webhook_endpoints/${id}/test`, {})).toEqual(refused)
    expect(await b.sim('webhook_endpoints/we_none/test', { type: 'a.b' })).toEqual(refused)
    expect(() => b.account.sendTestWebhook('we_none', 'charge.failed')).toThrow('we_none')
  })
})
