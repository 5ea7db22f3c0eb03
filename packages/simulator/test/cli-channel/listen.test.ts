// Goal: `stripe listen`, `logs tail` and `events resend` of the official CLI work unchanged, and lose nothing.
// Method: the real CLI as a process, an endpoint that keeps what is forwarded, stripe-node to judge the signatures.
import { join } from 'node:path'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { cliMissing, runCli } from '../conformance/stripe-cli.ts'
import { apiKey, asRecord, type Bench, bench, type Endpoint, endpoint } from '../support.ts'
import { folderOfTest, startCli, startListening } from './support.ts'

if (cliMissing) console.log(`skipped: the CLI's channel, because ${cliMissing}`)

const version = '2026-10-28.endive'
const slow = { timeout: 90_000 }
/** The CLI waits ten seconds after a connection that it did not get; a busy machine adds its own. */
const patience = 60_000

function targets(b: Bench, folder: string) {
  const shared = { apiKey, configFolder: folder }
  return {
    tcp: { ...shared, apiBase: b.simulator.url },
    socket: { ...shared, socketPath: join(folder, 'sim.sock') },
  }
}

async function stage() {
  const folder = folderOfTest()
  const b = await bench({ socketPath: join(folder, 'sim.sock') })
  return { ...b, ...targets(b, folder), hook: await endpoint() }
}

/** Throws at the first that stripe-node does not accept. */
function accepted(hook: Endpoint, secret: string): Stripe.Event[] {
  return hook.received.map(({ body, signature }) =>
    Stripe.webhooks.constructEvent(body, signature, secret),
  )
}

describe.skipIf(cliMissing)('stripe listen', () => {
  test.each(['tcp', 'socket'] as const)(
    'over %s prints version and secret, and forwards what stripe-node accepts',
    slow,
    async (transport) => {
      const s = await stage()
      const args = ['--forward-to', s.hook.url, '--all-snapshot']
      const cli = await startListening(args, s[transport])
      expect(cli.output()).toContain(`You are using Stripe API Version [${version}]`)
      const printed = await runCli(['listen', '--print-secret'], s[transport])
      expect(printed).toMatchObject({ code: 0, output: `${cli.secret}\n` })

      const { id } = await s.stripe.customers.create({ name: 'Ada' })
      await expect.poll(() => s.hook.received.length, { timeout: patience }).toBe(1)
      const [event] = accepted(s.hook, cli.secret)
      expect(event).toMatchObject({ type: 'customer.created', data: { object: { id } } })
      expect(s.hook.received[0]?.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'user-agent': expect.stringMatching(/^Stripe\/1\.0/),
      })
      await cli.printed(new RegExp(`\\[200\\] POST .*\\[${event?.id}\\]`))
      expect(s.account.deliveries()).toMatchObject([
        {
          eventId: event?.id,
          endpointId: expect.stringMatching(/^we_cli/),
          status: 200,
        },
      ])
    },
  )

  test('shows what its endpoint answers, and the delivery log tells the same', slow, async () => {
    const s = await stage()
    const broken = await endpoint(() => 500)
    const cli = await startListening(['--forward-to', broken.url, '--all-snapshot'], s.tcp)
    await s.stripe.products.create({ name: 'Poster' })
    await cli.printed(/\[500\] POST/)
    expect(s.account.deliveries()).toMatchObject([{ type: 'product.created', status: 500 }])
  })

  test('as JSON, of chosen events, and in the latest version', slow, async () => {
    const s = await stage()
    const args = ['--format', 'json', '--events', 'product.created', '--latest']
    const cli = await startListening(args, s.tcp)
    await s.stripe.customers.create({ name: 'Ada' })
    await s.stripe.products.create({ name: 'Poster' })
    const [line] = await cli.printed(/^\{.*\}$/m)
    expect(JSON.parse(line)).toMatchObject({
      type: 'product.created',
      api_version: version,
      data: { object: { name: 'Poster' } },
    })
    expect(cli.output()).not.toContain('customer.created')
  })

  test('of thin events, which the SDK reads', slow, async () => {
    const s = await stage()
    const cli = await startListening(['--forward-to', s.hook.url, '--all-thin'], s.tcp)
    const { id } = await s.stripe.customers.create({ name: 'Ada' })
    await expect.poll(() => s.hook.received.length, { timeout: patience }).toBe(1)
    const [{ body, signature } = { body: '', signature: '' }] = s.hook.received
    const notification = s.stripe.parseEventNotification(body, signature, cli.secret)
    expect(notification).toMatchObject({
      object: 'v2.core.event',
      type: 'v1.customer.created',
      related_object: { id, url: `/v1/customers/${id}` },
    })
    await expect
      .poll(() => s.account.deliveries(), { timeout: patience })
      .toMatchObject([{ eventId: notification.id, type: 'v1.customer.created', status: 200 }])
  })

  test('with the account’s endpoints as routes', slow, async () => {
    const s = await stage()
    s.account.addWebhookEndpoint({
      url: 'https://shop.example/products',
      enabledEvents: ['product.created'],
    })
    const base = new URL(s.hook.url).origin
    const cli = await startListening(['-a', '--forward-to', base, '--all-snapshot'], s.socket)
    await s.stripe.customers.create({ name: 'Ada' })
    await s.stripe.products.create({ name: 'Poster' })
    await cli.printed(/\[200\] POST http:\/\/127\.0\.0\.1:\d+\/products/)
    expect(accepted(s.hook, cli.secret).map(({ type }) => type)).toEqual(['product.created'])
  })

  test('gets an event again by `events resend`, an endpoint by its name', slow, async () => {
    const s = await stage()
    const direct = await endpoint()
    const { id: endpointId, secret } = s.account.addWebhookEndpoint({ url: direct.url })
    const cli = await startListening(['--forward-to', s.hook.url, '--all-snapshot'], s.tcp)
    await s.stripe.customers.create({ name: 'Ada' })
    await s.account.drain()
    await expect.poll(() => s.hook.received.length, { timeout: patience }).toBe(1)
    const [{ id = '' } = {}] = accepted(s.hook, cli.secret)

    const resent = await runCli(['events', 'resend', id], s.tcp)
    expect(resent.code, resent.output).toBe(0)
    expect(JSON.parse(resent.output)).toMatchObject({ id, object: 'event' })
    await expect.poll(() => s.hook.received.length, { timeout: patience }).toBe(2)
    await s.account.drain()
    expect(direct.received).toHaveLength(1)

    const named = ['events', 'resend', id, '--webhook-endpoint', endpointId]
    expect(await runCli(named, s.socket)).toMatchObject({ code: 0 })
    await s.account.drain()
    expect(accepted(direct, secret).map((event) => event.id)).toEqual([id, id])
    expect(accepted(s.hook, cli.secret).map((event) => event.id)).toEqual([id, id])
  })

  test('hears of what `stripe trigger` makes', slow, async () => {
    const s = await stage()
    const cli = await startListening(['--forward-to', s.hook.url, '--all-snapshot'], s.tcp)
    const { code, output } = await runCli(['trigger', 'checkout.session.completed'], s.socket)
    expect(code, output).toBe(0)
    const types = () => accepted(s.hook, cli.secret).map(({ type }) => type)
    await expect.poll(types, { timeout: patience }).toContain('checkout.session.completed')
    expect([...types()].sort()).toEqual([...s.types()].sort())
  })

  // The CLI takes a second for each new connection and ten before it authorises anew.
  test('loses none of 200 events over two cut connections and an expired session', {
    timeout: 300_000,
  }, async () => {
    const s = await stage()
    const cli = await startListening(['--forward-to', s.hook.url, '--all-snapshot'], s.tcp)
    const made: string[] = []
    const make = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        made.push((await s.stripe.customers.create({ name: `Ada ${n}` })).id)
      }
    }
    const cut = (body: object) => s.sim('cli/disconnect', body)
    await make(50)
    expect(await cut({})).toEqual({ disconnected: 1 })
    await make(50)
    await expect.poll(() => s.hook.received.length, { timeout: patience }).toBeGreaterThan(50)
    expect(await cut({})).toEqual({ disconnected: 1 })
    await make(25)
    await expect.poll(() => s.hook.received.length, { timeout: patience }).toBeGreaterThan(100)
    await make(25)
    expect(await cut({ expire: true })).toEqual({ disconnected: 1 })
    await make(50)
    await cli.printed(/Session expired, reconnecting|Ready!.*\n[\s\S]*Ready!/)

    const arrived = () =>
      new Set(accepted(s.hook, cli.secret).map(({ data }) => String(asRecord(data.object).id)))
    await expect.poll(() => arrived().size, { timeout: patience, interval: 500 }).toBe(200)
    expect([...arrived()].sort()).toEqual([...made].sort())
    const ids = s.hook.received.map(({ body }) => String(asRecord(JSON.parse(body)).id))
    expect(new Set(ids).size).toBe(200)
    // What the endpoint answered while a connection was cut, the simulator never hears; of the rest it misses nothing.
    const uncut = new Set(made.slice(150))
    const told = accepted(s.hook, cli.secret)
      .filter(({ data }) => uncut.has(String(asRecord(data.object).id)))
      .map(({ id }) => id)
    const log = () => s.account.deliveries()
    await expect
      .poll(() => log().map(({ eventId }) => eventId), { timeout: patience })
      .toEqual(expect.arrayContaining(told))
    expect(told).toHaveLength(50)
    expect(new Set(log().map(({ status }) => status))).toEqual(new Set([200]))
  })
})

describe.skipIf(cliMissing)('stripe logs tail', () => {
  test('shows each request with its status, id and error', slow, async () => {
    const s = await stage()
    const cli = startCli(['logs', 'tail'], s.tcp)
    await cli.printed(/waiting to receive API request logs/)
    await s.stripe.customers.create({ name: 'Ada' })
    const { headers } = await s.call('POST', '/v1/customers', 'nonsense=1')
    await cli.printed(/\[200\] POST \/v1\/customers \[req_\w+\]/)
    await cli.printed(new RegExp(`\\[400\\] POST /v1/customers \\[${headers.get('request-id')}\\]`))
    await cli.printed(/Message: Received unknown parameter: nonsense/)
  })

  test('leaves out what its filters do not name', slow, async () => {
    const s = await stage()
    const filters = ['--filter-http-method', 'GET', '--filter-status-code-type', '4XX']
    const cli = startCli(['logs', 'tail', '--format', 'json', ...filters], s.socket)
    await cli.printed(/waiting to receive API request logs/)
    await s.call('POST', '/v1/customers', 'nonsense=1')
    await s.call('GET', '/v1/customers')
    await s.call('GET', '/v1/customers/cus_nobody')
    const [line] = await cli.printed(/^\{.*\}$/m)
    expect(JSON.parse(line)).toMatchObject({
      method: 'GET',
      url: '/v1/customers/cus_nobody',
      status: 404,
      error: { code: 'resource_missing' },
    })
    expect(cli.output().match(/"request_id"/g)).toHaveLength(1)
  })
})
