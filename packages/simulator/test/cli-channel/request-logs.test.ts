// Goal: `stripe logs tail` gets each request that its filters let through.
// Method: a bare websocket client with the CLI's filters.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { bench, noonMs } from '../support.ts'
import { authorise, connect, named, payloadOf } from './support.ts'

describe('request logs', () => {
  const tail = (filters = '{}') =>
    `device_name=desk&websocket_features[]=request_logs&filters=${encodeURIComponent(filters)}`

  test('come for each request, with the error’s texts', async () => {
    const b = await bench({ now: () => noonMs })
    const client = await connect(await authorise(b, tail()))
    const answer = await b.call('GET', '/v1/customers/cus_nobody')
    await client.came(2)
    expect(client.frames.map((frame) => frame.type)).toEqual([
      'request_log_event',
      'request_log_event',
    ])
    expect(payloadOf(client.frames[0])).toMatchObject({ url: '/v1/stripecli/sessions' })
    expect(client.frames[1]?.request_log_id).toMatch(/^resp_/)
    expect(payloadOf(client.frames[1])).toEqual({
      created_at: noonMs / 1000,
      livemode: false,
      method: 'GET',
      request_id: answer.headers.get('request-id'),
      status: 404,
      url: '/v1/customers/cus_nobody',
      error: {
        type: 'invalid_request_error',
        code: 'resource_missing',
        message: "No such customer: 'cus_nobody'",
        param: 'id',
      },
    })
  })

  test.each([
    [{ filter_http_method: ['POST'] }, ['POST 200', 'POST 400']],
    [{ filter_status_code: ['404'] }, ['GET 404']],
    [{ filter_status_code_type: ['400'] }, ['POST 400', 'GET 404']],
    [{ filter_request_status: ['SUCCEEDED'] }, ['POST 200', 'GET 200']],
    [{ filter_request_status: ['FAILED'], filter_http_method: ['GET'] }, ['GET 404']],
    [{ filter_request_path: ['/v1/customers/cus_nobody'] }, ['GET 404']],
    [{ filter_http_method: ['DELETE', 'GET'], filter_source: ['API'] }, ['GET 404', 'GET 200']],
    [{ filter_ip_address: ['127.0.0.1'], filter_account: ['self'] }, undefined],
    [{ filter_source: ['DASHBOARD'] }, []],
  ])('%o lets through %o', async (filters, wanted) => {
    const b = await bench()
    const client = await connect(await authorise(b, tail(JSON.stringify(filters))))
    const before = client.frames.length
    await b.call('POST', '/v1/customers', 'name=Ada')
    await b.call('POST', '/v1/customers', 'nonsense=1')
    await b.call('GET', '/v1/customers/cus_nobody')
    await b.call('GET', '/v1/customers')
    await sleep(100)
    const lines = client.frames.map(payloadOf).filter(({ url }) => url !== '/v1/stripecli/sessions')
    expect(before).toBeLessThanOrEqual(1)
    expect(lines.map(({ method, status }) => `${method} ${status}`)).toEqual(
      wanted ?? ['POST 200', 'POST 400', 'GET 404', 'GET 200'],
    )
  })

  test.each([
    ['self', ['/v1/stripecli/sessions', '/v1/products']],
    ['connect_out', ['/v1/customers']],
  ])('of %s alone', async (which, urls) => {
    const b = await bench()
    const session = await authorise(b, tail(JSON.stringify({ filter_account: [which] })))
    const client = await connect(session)
    await b.call('GET', '/v1/customers', '', { 'stripe-account': 'acct_connected' })
    await b.call('GET', '/v1/products')
    await sleep(100)
    expect(client.frames.map((frame) => payloadOf(frame).url)).toEqual(urls)
  })

  test('go to no listener, events to no tail', async () => {
    const b = await bench()
    const [listener, tailer] = [
      await connect(await authorise(b)),
      await connect(await authorise(b, tail())),
    ]
    await named(b, 'Ada')
    await listener.came(1)
    await tailer.came(2)
    expect(new Set(listener.frames.map(({ type }) => type))).toEqual(new Set(['webhook_event']))
    expect(new Set(tailer.frames.map(({ type }) => type))).toEqual(new Set(['request_log_event']))
  })
})
