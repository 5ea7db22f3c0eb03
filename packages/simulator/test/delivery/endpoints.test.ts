// Goal: the webhook endpoints of the API, and the rolling of their secrets, which Stripe's API does not have.
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { bench, type Endpoint, endpoint } from '../support.ts'

const url = 'https://shop.example/hook'

describe('the API', () => {
  test('create, read, update, list, delete; the secret only at creation', async () => {
    const { stripe } = await bench()
    const made = await stripe.webhookEndpoints.create({
      url,
      enabled_events: ['charge.failed'],
      description: 'shop',
      metadata: { team: 'a' },
      connect: false,
    })
    expect(made.secret).toMatch(/^whsec_\w{32}$/)
    const { secret: _, lastResponse: __, ...rest } = made
    expect(rest).toMatchObject({ api_version: null, application: null, status: 'enabled' })
    const read = await stripe.webhookEndpoints.retrieve(made.id)
    expect(read.secret).toBeUndefined()
    expect(read).toMatchObject({ id: made.id, description: 'shop', metadata: { team: 'a' } })
    const updated = await stripe.webhookEndpoints.update(made.id, {
      url: 'https://shop.example/other',
      enabled_events: ['*'],
      description: '',
      disabled: true,
      metadata: { team: '', floor: '2' },
    })
    expect(updated).toMatchObject({
      url: 'https://shop.example/other',
      enabled_events: ['*'],
      description: null,
      status: 'disabled',
      metadata: { floor: '2' },
    })
    const second = await stripe.webhookEndpoints.create({ url, enabled_events: ['*'] })
    const { data } = await stripe.webhookEndpoints.list()
    expect(data.map(({ id }) => id)).toEqual([second.id, made.id])
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ deleted: true })
    await expect(stripe.webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({
      code: 'resource_missing',
      statusCode: 404,
    })
  })

  test.each([
    ['enabled_events[]=*', 'url', 'parameter_missing'],
    [`url=${url}`, 'enabled_events', 'parameter_missing'],
    [`url=${url}&enabled_events=`, 'enabled_events', undefined],
    [`url=${url}&enabled_events[]=charge.fails`, 'enabled_events[0]', undefined],
    ['url=shop.example&enabled_events[]=*', 'url', 'url_invalid'],
    ['url=ftp://a.example&enabled_events[]=*', 'url', 'url_invalid'],
    [`url=${url}&enabled_events[]=*&connect=maybe`, 'connect', undefined],
    [`url=${url}&enabled_events[]=*&api_version=yesterday`, 'api_version', undefined],
    [`url=${url}&enabled_events[]=*&secret=mine`, 'secret', 'parameter_unknown'],
  ])('refuses %s', async (form, param, code) => {
    const b = await bench()
    const { status, error } = await b.call('POST', '/v1/webhook_endpoints', form)
    expect([status, error.type, error.param]).toEqual([400, 'invalid_request_error', param])
    expect(error.code).toBe(code)
  })

  test('api_version is immutable, and so is connect', async () => {
    const b = await bench()
    const { id } = b.account.addWebhookEndpoint({ url })
    for (const field of ['api_version=2025-03-31.basil', 'connect=true']) {
      const { error } = await b.call('POST', `/v1/webhook_endpoints/${id}`, field)
      expect(error.code).toBe('parameter_unknown')
    }
  })

  test('at most 16, destinations of API v2 among them', async () => {
    const b = await bench()
    const create = () => b.call('POST', '/v1/webhook_endpoints', `url=${url}&enabled_events[]=*`)
    await b.stripe.v2.core.eventDestinations.create({
      name: 'one',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['v1.charge.failed'],
      webhook_endpoint: { url },
    })
    for (let i = 0; i < 15; i += 1) expect((await create()).status).toBe(200)
    expect((await create()).status).toBe(400)
  })

  test('each gets the event in its own api_version, which the log tells', async () => {
    const b = await bench()
    const [old, present] = [await endpoint(), await endpoint()]
    await b.stripe.webhookEndpoints.create({
      url: old.url,
      enabled_events: ['*'],
      api_version: '2025-03-31.basil',
    })
    await b.stripe.webhookEndpoints.create({ url: present.url, enabled_events: ['*'] })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    expect(old.received[0]?.body).toContain('"api_version": "2025-03-31.basil"')
    expect(present.received[0]?.body).toContain('"api_version": "2026-10-28.endive"')
    expect(b.account.deliveries().map(({ apiVersion }) => apiVersion)).toEqual([
      '2025-03-31.basil',
      '2026-10-28.endive',
    ])
  })

  test('one for connected accounts hears nothing of the account’s own', async () => {
    const b = await bench()
    const hook = await endpoint()
    await b.stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'], connect: true })
    await b.stripe.products.create({ name: 'a' })
    await b.account.drain()
    expect(hook.received).toEqual([])
  })
})

describe('a rolled secret', () => {
  const accepted = (hook: Endpoint, secret: string) => {
    const { body, signature } = hook.received.at(-1) ?? { body: '', signature: '' }
    try {
      return Stripe.webhooks.constructEvent(body, signature, secret).object === 'event'
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false
      throw error
    }
  }
  const signatures = (hook: Endpoint) => hook.received.at(-1)?.signature.match(/v1=/g)?.length

  async function rollable() {
    const b = await bench()
    const hook = await endpoint()
    const { id, secret } = b.account.addWebhookEndpoint({ url: hook.url })
    const tell = async () => {
      await b.stripe.products.create({ name: 'a' })
      await b.account.drain()
    }
    return { b, hook, id, first: secret, tell }
  }

  test('signs beside the new one for the overlap, in virtual time, then no more', async () => {
    const { b, hook, id, first, tell } = await rollable()
    const second = b.account.rollWebhookSecret(id, { overlapSeconds: 3600 })
    expect(second).not.toBe(first)
    b.account.advance(3590)
    await tell()
    expect([accepted(hook, first), accepted(hook, second), signatures(hook)]).toEqual([
      true,
      true,
      2,
    ])
    b.account.advance(10)
    await tell()
    expect([accepted(hook, first), accepted(hook, second), signatures(hook)]).toEqual([
      false,
      true,
      1,
    ])
  })

  test('ends at once without an overlap', async () => {
    const { b, hook, id, first, tell } = await rollable()
    const second = b.account.rollWebhookSecret(id)
    await tell()
    expect([accepted(hook, first), accepted(hook, second)]).toEqual([false, true])
  })

  test('rolled twice, three sign', async () => {
    const { b, hook, id, first, tell } = await rollable()
    b.account.rollWebhookSecret(id, { overlapSeconds: 3600 })
    b.account.rollWebhookSecret(id, { overlapSeconds: 60 })
    await tell()
    expect([signatures(hook), accepted(hook, first)]).toEqual([3, true])
    b.account.advance(60)
    await tell()
    expect([signatures(hook), accepted(hook, first)]).toEqual([2, true])
  })

  test('over HTTP; at most a day, and only of what there is', async () => {
    const { b, hook, id, tell } = await rollable()
    const { secret } = await b.sim(`webhook_endpoints/${id}/roll`, { overlap: 24 * 3600 })
    await tell()
    expect([accepted(hook, String(secret)), signatures(hook)]).toEqual([true, 2])
    for (const overlap of [24 * 3600 + 1, -1, 'soon']) {
      const refused = await b.sim(`webhook_endpoints/${id}/roll`, { overlap })
      expect(refused).toEqual({ error: expect.any(String) })
    }
    expect(await b.sim('webhook_endpoints/we_none/roll', {})).toEqual({
      error: expect.stringContaining('we_none'),
    })
    expect(() => b.account.rollWebhookSecret('we_none')).toThrow('we_none')
  })
})
