// Goal: events come to `stripe listen` signed and in its frames, and none is lost on the way.
// Method: a bare websocket client that can do what the CLI does on bad days only: not acknowledge, break off, come late.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { asRecord, bench, noonMs } from '../support.ts'
import { authorise, connect, lateAcksMs, named, nameOf, payloadOf, refusal } from './support.ts'

describe('an event', () => {
  test('comes signed, in both versions, for the CLI to forward untouched', async () => {
    const b = await bench()
    const session = await authorise(b)
    const client = await connect(session)
    const customer = await named(b, 'Ada')
    await client.came(1)
    const [frame] = client.all
    expect(frame).toMatchObject({
      type: 'webhook_event',
      webhook_id: expect.stringMatching(/^we_cli/),
      webhook_conversation_id: expect.stringMatching(/^wc_/),
      endpoint: { api_version: null },
    })
    const headers = asRecord(frame?.http_headers)
    expect(headers['User-Agent']).toMatch(/^Stripe\/1\.0/)
    const payload = String(frame?.event_payload)
    const event = b.stripe.webhooks.constructEvent(
      payload,
      String(headers['Stripe-Signature']),
      session.secret,
    )
    expect(event).toMatchObject({ type: 'customer.created', data: { object: { id: customer.id } } })
    expect(payload).toBe(JSON.stringify(event, null, 2))
    expect(asRecord(client.all[1]?.endpoint).api_version).toBe('2026-10-28.endive')
    expect(payloadOf(client.all[1])).toEqual(payloadOf(frame))
  })

  test('comes thin to whoever wants it so, and stays until its own id is acknowledged', async () => {
    const b = await bench()
    const session = await authorise(b, 'device_name=desk&websocket_features[]=v2_events')
    const client = await connect(session)
    await named(b, 'Ada')
    await client.came(1)
    const [frame] = client.frames
    expect(frame).toMatchObject({
      type: 'v2_event',
      destination_id: expect.stringMatching(/^we_cli/),
    })
    const payload = String(frame?.payload)
    const signature = String(asRecord(frame?.http_headers)['Stripe-Signature'])
    const notification = b.stripe.parseEventNotification(payload, signature, session.secret)
    expect(notification.type).toBe('v1.customer.created')
    client.socket.send(
      JSON.stringify({
        type: 'event_ack',
        event_id: notification.id,
        webhook_conversation_id: '',
        webhook_id: frame?.destination_id,
      }),
    )
    await sleep(50)
    client.socket.terminate()
    await client.closed()
    const next = await connect(session)
    await sleep(lateAcksMs)
    expect(next.frames).toEqual([])
  })

  test('is signed by the wall clock, whatever the account’s clock says', async () => {
    const b = await bench({ now: () => noonMs })
    const client = await connect(await authorise(b))
    b.account.advance(90 * 24 * 3600)
    await named(b, 'Ada')
    await client.came(1)
    expect(asRecord(client.frames[0]?.http_headers)['Stripe-Signature']).toMatch(
      new RegExp(`^t=${noonMs / 1000},`),
    )
    expect(payloadOf(client.frames[0]).created).toBe(noonMs / 1000 + 90 * 24 * 3600)
  })

  test('of a refused request comes not, nor that of another account', async () => {
    const b = await bench()
    const client = await connect(await authorise(b))
    await b.call('POST', '/v1/customers', 'nonsense=1')
    await fetch(`${b.simulator.url}/v1/customers`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_another' },
    })
    await named(b, 'Ada')
    await client.came(1)
    expect(client.frames.map(nameOf)).toEqual(['Ada'])
  })

  test('not acknowledged comes again on the next connection, and only then', async () => {
    const b = await bench()
    const session = await authorise(b)
    const first = await connect(session)
    for (const name of ['Ada', 'Bo', 'Cy']) await named(b, name)
    await first.came(3)
    first.ack(first.frames[0])
    await sleep(50)
    expect(await b.sim('cli/disconnect', {})).toEqual({ disconnected: 1 })
    await first.closed()
    await named(b, 'Di')
    const second = await connect(session)
    await second.came(1)
    // What this connection has not seen comes at once; the rest may still be acknowledged.
    expect(second.frames.map(nameOf)).toEqual(['Di'])
    second.ack(first.frames[1])
    await second.came(2)
    await sleep(lateAcksMs)
    expect(second.frames.map(nameOf)).toEqual(['Di', 'Cy'])
    expect(payloadOf(second.frames[1])).toEqual(payloadOf(first.frames[2]))
  })

  test('waits for a client that resets its connection, and is forgotten when it says good-bye', async () => {
    const b = await bench()
    const session = await authorise(b)
    const first = await connect(session)
    first.socket.close(1000, 'Resetting the connection')
    await first.closed()
    await named(b, 'Ada')
    const second = await connect(session)
    await second.came(1)
    second.socket.close(1000, 'Connection Done')
    await second.closed()
    expect(await refusal(session)).toMatchObject({ status: 404 })
  })

  test('passes from an expired session to the next of the same client alone', async () => {
    const b = await bench()
    const session = await authorise(b)
    const first = await connect(session)
    await named(b, 'Ada')
    await first.came(1)
    await b.sim('cli/disconnect', { expire: true })
    await first.closed()
    expect(await refusal(session)).toMatchObject({
      body: { error: { message: 'Unknown WebSocket ID.' } },
    })
    await named(b, 'Bo')
    const stranger = await connect(
      await authorise(b, 'device_name=other&websocket_features[]=webhooks'),
    )
    const next = await connect(await authorise(b))
    await next.came(2)
    expect(next.frames.map(nameOf)).toEqual(['Ada', 'Bo'])
    expect(next.frames[0]?.webhook_id).toBe(first.frames[0]?.webhook_id)
    expect(stranger.frames).toEqual([])
    expect(await b.sim('cli/disconnect', {})).toEqual({ disconnected: 2 })
  })

  test('is kept a minute for a client that is away', async () => {
    let now = noonMs
    const b = await bench({ now: () => now })
    const session = await authorise(b)
    now += 59_000
    await named(b, 'Ada')
    const client = await connect(session)
    await client.came(1)
    client.socket.terminate()
    await client.closed()
    await sleep(50)
    now += 61_000
    expect(await refusal(session)).toMatchObject({ status: 404 })
  })

  test('on its way does not outlive a reset, but the connection does', async () => {
    const b = await bench()
    const session = await authorise(b)
    const first = await connect(session)
    first.socket.terminate()
    await first.closed()
    await named(b, 'Ada')
    b.account.reset()
    const client = await connect(session)
    await named(b, 'Bo')
    await client.came(1)
    await sleep(lateAcksMs)
    expect(client.frames.map(nameOf)).toEqual(['Bo'])
  })

  test('that is resent comes to the CLI or to the named endpoint, with its id', async () => {
    const b = await bench()
    const client = await connect(await authorise(b))
    await named(b, 'Ada')
    await client.came(1)
    const { id } = payloadOf(client.frames[0])
    await b.call('POST', `/v1/events/${id}/retry`, 'for_stripecli=true')
    await client.came(2)
    expect(payloadOf(client.frames[1]).id).toBe(id)
    expect(client.frames[1]?.webhook_conversation_id).not.toBe(
      client.frames[0]?.webhook_conversation_id,
    )
  })

  test('that the client answered is in the delivery log', async () => {
    const b = await bench({ now: () => noonMs })
    const client = await connect(await authorise(b))
    await named(b, 'Ada')
    await client.came(1)
    const [frame] = client.frames
    client.socket.send(
      JSON.stringify({
        type: 'webhook_response',
        forward_url: 'http://shop/hook',
        status: 503,
        http_headers: {},
        body: '',
        webhook_conversation_id: frame?.webhook_conversation_id,
        webhook_id: frame?.webhook_id,
        notification_id: payloadOf(frame).id,
      }),
    )
    await expect.poll(() => b.account.deliveries()).toHaveLength(1)
    expect(b.account.deliveries()[0]).toMatchObject({
      eventId: payloadOf(frame).id,
      type: 'customer.created',
      endpointId: frame?.webhook_id,
      attempt: 1,
      status: 503,
      at: noonMs / 1000,
    })
  })
})
