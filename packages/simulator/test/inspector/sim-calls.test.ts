// Goal: everything that the inspector shows and does is a call of /_sim. Method: each call once, over HTTP.
import { describe, expect, test } from 'vitest'
import { asRecord, type Bench, bench, endpoint } from '../support.ts'
import { idOf } from './support.ts'

function listIn(answer: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const rows = answer[name]
  return Array.isArray(rows) ? rows.map(asRecord) : []
}

async function refusal(b: Bench, path: string, body?: unknown): Promise<string> {
  return String((await b.sim(path, body)).error)
}

describe('reading', () => {
  test('accounts, with those connected to them', async () => {
    const b = await bench()
    const { id } = await b.stripe.accounts.create({ type: 'express' })
    await b.stripe.products.create({ name: 'a' }, { stripeAccount: id })
    const accounts = listIn(await b.sim('accounts'), 'accounts')
    expect(
      accounts.map((one) => [one.id, one.key, one.platform, one.requests, one.events]),
    ).toEqual([
      [idOf(b), 'sk_test_••••', null, 2, 1],
      [id, 'sk_test_••••', idOf(b), 1, 1],
    ])
  })

  test('requests: the newest 200, with the error; one of them with what was sent and answered', async () => {
    const b = await bench()
    await b.call('POST', '/v1/customers', 'metadata[a]=1&preferred_locales[0]=de&emial=x')
    const [request] = listIn(await b.sim('requests'), 'requests')
    expect(request).toMatchObject({
      method: 'POST',
      path: '/v1/customers',
      status: 400,
      at: expect.any(Number),
      error: { type: 'invalid_request_error', code: 'parameter_unknown', param: 'emial' },
    })
    expect(await b.sim(`requests/${request?.id}`)).toMatchObject({
      params: { metadata: { a: '1' }, preferred_locales: ['de'], emial: 'x' },
      answer: { error: { param: 'emial' } },
    })
    for (let n = 0; n < 201; n += 1) await b.call('GET', `/v1/products/prod_${n}`)
    const rows = listIn(await b.sim('requests?limit=500'), 'requests')
    expect(rows).toHaveLength(200)
    expect(rows[0]?.path).toBe('/v1/products/prod_200')
    expect(await refusal(b, `requests/${request?.id}`)).toContain('There is no request')
    await b.sim('reset', {})
    expect(listIn(await b.sim('requests'), 'requests')).toEqual([])
  })

  test('events, filtered by a group of types; one of them whole', async () => {
    const b = await bench()
    await b.stripe.prices.create({ currency: 'usd', unit_amount: 1, product_data: { name: 'a' } })
    expect(listIn(await b.sim('events?type=price.*'), 'events')).toMatchObject([
      { type: 'price.created' },
    ])
    const [newest] = listIn(await b.sim('events?limit=1'), 'events')
    expect(await b.sim(`events/${newest?.id}`)).toMatchObject({ object: 'event', id: newest?.id })
    expect(await refusal(b, 'events?limit=none')).toContain('limit must be')
  })

  test('deliveries by event, endpoints, types of events', async () => {
    const b = await bench()
    const hook = await endpoint(() => 500)
    const { id } = b.account.addWebhookEndpoint({
      url: hook.url,
      enabledEvents: ['product.created'],
    })
    await b.stripe.products.create({ name: 'a' })
    await b.simulator.drain()
    const deliveries = listIn(await b.sim('deliveries/by_event'), 'deliveries')
    expect(deliveries).toMatchObject([
      { type: 'product.created', endpointId: id, state: 'waiting', attempts: [{ status: 500 }] },
    ])
    expect(Number(deliveries[0]?.next) - Number(deliveries[0]?.at)).toBe(60)
    expect(listIn(await b.sim('webhook_endpoints'), 'endpoints')).toMatchObject([
      {
        id,
        url: hook.url,
        status: 'enabled',
        events: ['product.created'],
        secrets: 1,
        failingSince: expect.any(Number),
      },
    ])
    expect((await b.sim('event_types')).types).toContain('checkout.session.completed')
  })

  test('clock, billing rules, chaos, objects', async () => {
    const b = await bench()
    await b.stripe.products.create({ name: 'a' })
    b.account.billing({ testClockCustomersMax: Number.POSITIVE_INFINITY })
    b.account.chaos({ seed: 7, drop: 0.5, api: { failNext: 2 } })
    expect(listIn(await b.sim('clock'), 'clocks')).toMatchObject([
      { account: idOf(b), testClocks: [] },
    ])
    expect(listIn(await b.sim('billing'), 'rules')).toMatchObject([
      { retryDays: [3, 5, 7], testClockCustomersMax: null },
    ])
    expect(listIn(await b.sim('chaos'), 'chaos')).toMatchObject([
      { isOn: true, deliveries: { seed: 7, drop: 0.5 }, api: { failNext: 2 } },
    ])
    expect(listIn(await b.sim('objects'), 'objects')).toMatchObject([
      { counts: { product: 1, event: 1 } },
    ])
  })
})

describe('doing', () => {
  test('an event is sent again, to all or to one endpoint', async () => {
    const b = await bench()
    const [first, second] = [await endpoint(), await endpoint()]
    b.account.addWebhookEndpoint({ url: first.url })
    const { id } = b.account.addWebhookEndpoint({ url: second.url })
    await b.stripe.products.create({ name: 'a' })
    await b.simulator.drain()
    const event = Object(b.account.events()[0]).id
    await b.sim(`events/${event}/resend`, {})
    await b.sim(`events/${event}/resend`, { endpoint: id })
    await b.simulator.drain()
    expect([first.received.length, second.received.length]).toEqual([2, 3])
    expect(await refusal(b, 'events/evt_no/resend', {})).toContain('There is no event')
    expect(listIn(await b.sim('requests?limit=9'), 'requests')).toHaveLength(1)
  })

  test('endpoints are added, disabled and enabled; destinations, too', async () => {
    const b = await bench()
    const account = idOf(b)
    b.simulator.account('sk_test_another')
    expect(await refusal(b, 'webhook_endpoints', { url: 'http://127.0.0.1:1/' })).toContain(
      'Name one',
    )
    const added = await b.sim(`webhook_endpoints?account=${account}`, {
      url: 'http://127.0.0.1:1/',
      events: ['invoice.paid'],
    })
    expect(b.account.webhookEndpoints()).toMatchObject([added])
    await b.sim(`webhook_endpoints/${added.id}/disable`, {})
    expect((await b.stripe.webhookEndpoints.retrieve(String(added.id))).status).toBe('disabled')
    await b.sim(`webhook_endpoints/${added.id}/enable`, {})
    expect((await b.stripe.webhookEndpoints.retrieve(String(added.id))).status).toBe('enabled')
    expect(await refusal(b, `webhook_endpoints?account=${account}`, { url: 'x' })).toContain(
      'Invalid URL',
    )
    const { id } = await b.stripe.v2.core.eventDestinations.create({
      name: 'thin',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['v1.product.created'],
      webhook_endpoint: { url: 'http://127.0.0.1:1/' },
    })
    await b.sim(`webhook_endpoints/${id}/disable`, {})
    expect((await b.stripe.v2.core.eventDestinations.retrieve(id)).status).toBe('disabled')
  })

  test('test clocks move by seconds, months or to a moment', async () => {
    const b = await bench()
    const from = Date.UTC(2027, 0, 31) / 1000
    const { id } = await b.stripe.testHelpers.testClocks.create({ frozen_time: from })
    const path = `test_clocks/${id}/advance`
    expect(await b.sim(path, { advance: 3600 })).toEqual({ now: from + 3600 })
    expect(await b.sim(path, { months: 1 })).toEqual({ now: Date.UTC(2027, 1, 28, 1) / 1000 })
    const to = Date.UTC(2027, 5, 1) / 1000
    expect(await b.sim(path, { to })).toEqual({ now: to })
    expect((await b.stripe.testHelpers.testClocks.retrieve(id)).status).toBe('ready')
    expect(await refusal(b, path, { to: from })).toContain('must be after')
    expect(await refusal(b, path, {})).toContain('months')
  })

  test('an account is named by its id; a key sees no other account', async () => {
    const b = await bench()
    const other = b.simulator.account('sk_test_another')
    const theirs = idOf(b, 'sk_test_another')
    const [mine, start] = [b.account.now(), other.now()]
    await b.sim(`clock?account=${theirs}`, { advance: 5000 })
    expect(other.now() - start).toBeGreaterThanOrEqual(5000)
    expect(b.account.now() - mine).toBeLessThan(100)
    expect(await refusal(b, 'clock?account=acct_no', { advance: 1 })).toContain(
      "no account 'acct_no'",
    )
    const answer = await fetch(`${b.simulator.url}/_sim/events?account=${theirs}`, {
      headers: { authorization: `Bearer ${b.account.apiKey}` },
    })
    expect(answer.status).toBe(404)
  })

  test.each(['clock', 'snapshot', 'restore', 'reset'])(
    'a connected account has no %s of its own',
    async (call) => {
      const b = await bench()
      const { id } = await b.stripe.accounts.create({ type: 'express' })
      await b.stripe.products.create({ name: 'a' }, { stripeAccount: id })
      expect(await refusal(b, `${call}?account=${id}`, { advance: 1 })).toContain(
        `its platform ${idOf(b)}`,
      )
    },
  )
})

describe('forms', () => {
  const send = (b: Bench, path: string, form: string) =>
    fetch(`${b.simulator.url}/_sim/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    })

  test('say how each field is to be read', async () => {
    const b = await bench()
    const form = new URLSearchParams([
      ['seed', '7'],
      ['drop:percent', '25'],
      ['delayMs:numbers', '5'],
      ['delayMs:numbers', '10'],
      ['only.events:texts', 'invoice.* charge.failed'],
      ['only.endpoint', ''],
      ['api.failNext:number', '3'],
    ])
    expect((await send(b, 'chaos', form.toString())).status).toBe(200)
    expect(listIn(await b.sim('chaos'), 'chaos')[0]).toMatchObject({
      deliveries: {
        seed: '7',
        drop: 0.25,
        delayMs: [5, 10],
        only: { events: ['invoice.*', 'charge.failed'] },
      },
      api: { failNext: 3 },
    })
    expect((await send(b, 'chaos', '')).status).toBe(200)
    expect(listIn(await b.sim('chaos'), 'chaos')[0]).toMatchObject({ isOn: false })
    expect((await send(b, 'clock', 'to:date=2031-01-01T00:00')).status).toBe(200)
    expect(new Date(b.account.now() * 1000).toISOString()).toMatch(/^2031-01-01T00:00/)
    expect(
      (await send(b, 'billing', 'testClockCustomersMax:limit=&retryDays:numbers=')).status,
    ).toBe(200)
    expect(listIn(await b.sim('billing'), 'rules')).toMatchObject([
      { testClockCustomersMax: null, retryDays: [] },
    ])
  })

  test('refuse what is no number, and take the JSON that curl calls a form', async () => {
    const b = await bench()
    expect((await send(b, 'clock', 'advance:number=soon')).status).toBe(400)
    const start = b.account.now()
    expect((await send(b, 'clock', '{"advance": 500}')).status).toBe(200)
    expect(b.account.now() - start).toBeGreaterThanOrEqual(500)
  })
})
