// Goal: sessions and connections are what the official CLI speaks with Stripe.
// Method: a bare websocket client that can do what the CLI does on bad days only: not acknowledge, break off, come late.
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { asRecord, bench } from '../support.ts'
import { authorise, connect, named, refusal } from './support.ts'

describe('a session', () => {
  test('tells the CLI all it asks for', async () => {
    const b = await bench()
    const { status, body } = await b.call(
      'POST',
      '/v1/stripecli/sessions',
      'device_name=desk&websocket_features[]=webhooks&websocket_features[]=v2_events',
    )
    expect(status).toBe(200)
    expect(body).toEqual({
      websocket_id: expect.stringMatching(/^cliws_\w{24}$/),
      websocket_url: `ws://127.0.0.1:${b.simulator.port}/_sim/cli/websocket`,
      websocket_authorized_feature: 'webhooks',
      secret: expect.stringMatching(/^whsec_\w{64}$/),
      reconnect_delay: 60,
      default_version: '2026-10-28.endive',
      latest_version: '2026-10-28.endive',
      display_connect_filter_warning: false,
      device_token: expect.stringMatching(/^we_cli\w{24}$/),
    })
  })

  test('has the secret of its account: the same each time and by seed, another for another key', async () => {
    const [b, again] = [await bench(), await bench()]
    const other = await fetch(`${b.simulator.url}/v1/stripecli/sessions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_another' },
      body: new URLSearchParams({ device_name: 'desk', 'websocket_features[]': 'webhooks' }),
    })
    const { secret } = await authorise(b)
    expect((await authorise(b)).secret).toBe(secret)
    expect((await authorise(again)).secret).toBe(secret)
    expect(asRecord(await other.json()).secret).not.toBe(secret)
  })

  test('leaves the ids of objects as they would be without it', async () => {
    const [b, quiet] = [await bench(), await bench()]
    await connect(await authorise(b))
    for (const { stripe } of [b, quiet]) await stripe.customers.create({ name: 'Ada' })
    expect((await named(b, 'Bo')).id).toBe((await named(quiet, 'Bo')).id)
  })

  test.each([
    ['no device', 'websocket_features[]=webhooks', 'device_name'],
    ['no feature', 'device_name=a', 'websocket_features'],
    ['an unknown feature', 'device_name=a&websocket_features[]=x', 'websocket_features[0]'],
    [
      'filters that are no JSON',
      'device_name=a&websocket_features[]=webhooks&filters=x',
      'filters',
    ],
    [
      'an unknown filter',
      'device_name=a&websocket_features[]=request_logs&filters={"filter_x":["1"]}',
      'filters',
    ],
  ])('is refused with %s', async (_name, form, param) => {
    const b = await bench()
    const { status, error } = await b.call('POST', '/v1/stripecli/sessions', form)
    expect({ status, type: error.type, param: error.param }).toEqual({
      status: 400,
      type: 'invalid_request_error',
      param,
    })
  })

  test('that comes by another name of this host is sent back to it', async () => {
    const b = await bench()
    const urlBy = async (host: string) => {
      const call = request(`${b.simulator.url}/v1/stripecli/sessions`, {
        method: 'POST',
        headers: { host, authorization: 'Bearer sk_test_simulator' },
      })
      call.end('device_name=desk&websocket_features[]=webhooks')
      const [response] = await once(call, 'response')
      let text = ''
      for await (const chunk of response) text += String(chunk)
      return asRecord(JSON.parse(text)).websocket_url
    }
    expect(await urlBy('sim.dev.stripe.me:8080')).toBe(
      'ws://sim.dev.stripe.me:8080/_sim/cli/websocket',
    )
    // The unix socket: the only host name that the CLI takes there despite a proxy.
    expect(await urlBy('api.stripe.com')).toBe('ws://simulator.dev.stripe.me/_sim/cli/websocket')
  })

  test('is refused when there are a hundred', async () => {
    const b = await bench()
    for (let n = 0; n < 100; n += 1) await authorise(b)
    const { status, error } = await b.call(
      'POST',
      '/v1/stripecli/sessions',
      'device_name=a&websocket_features[]=webhooks',
    )
    expect({ status, type: error.type }).toEqual({ status: 429, type: 'rate_limit_error' })
  })
})

describe('a connection', () => {
  test('speaks the CLI’s protocol and answers its pings', async () => {
    const { socket } = await connect(await authorise(await bench()))
    expect(socket.protocol).toBe('stripecli-devproxy-v1')
    socket.ping()
    await once(socket, 'pong')
  })

  test('of an unknown session is refused in the words that make the CLI authorise anew', async () => {
    const session = await authorise(await bench())
    expect(await refusal({ ...session, id: 'cliws_nobody' })).toEqual({
      status: 404,
      body: { error: { message: 'Unknown WebSocket ID.' } },
    })
    expect(await refusal({ ...session, url: session.url.replace('/cli/', '/no/') })).toMatchObject({
      status: 404,
      body: { error: { message: 'There is no websocket here.' } },
    })
  })

  test('takes over from the one before', async () => {
    const b = await bench()
    const session = await authorise(b)
    const first = await connect(session)
    const second = await connect(session)
    await first.closed()
    await named(b, 'Ada')
    await second.came(1)
    expect(first.frames).toEqual([])
  })

  test('survives whatever a client sends', async () => {
    const b = await bench()
    const client = await connect(await authorise(b))
    for (const text of ['', 'null', '[]', '{"type":"event_ack"}', '{"type":"webhook_response"}']) {
      client.socket.send(text)
    }
    await named(b, 'Ada')
    await client.came(1)
  })
})
