// Goal: no web page but its own drives a simulator. Method: what browsers send, over plain HTTP.
import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Bench, bench, openSession } from '../support.ts'

interface Answer {
  readonly status: number
  readonly text: string
}

async function send(
  b: Bench,
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  const call = request(`${b.simulator.url}${path}`, { method, headers })
  call.end()
  const [response] = await once(call, 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, text }
}

describe('what a browser says about who asks', () => {
  test.each<[string, IncomingHttpHeaders, number]>([
    ['no browser', {}, 200],
    ['a page of the simulator', { 'sec-fetch-site': 'same-origin', origin: 'null' }, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 200],
    ['an app on another port', { 'sec-fetch-site': 'same-site' }, 200],
    ['a page elsewhere', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page elsewhere, in a browser without Sec-Fetch', { origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['a page of its own, without Sec-Fetch', { origin: 'http://127.0.0.1:9' }, 200],
    [
      'one that has a key',
      { origin: 'https://evil.example', authorization: 'Bearer sk_test_simulator' },
      200,
    ],
  ])('POST /_sim/reset by %s', async (_, headers, status) => {
    const b = await bench()
    await b.stripe.products.create({ name: 'Notebook' })
    expect((await send(b, 'POST', '/_sim/reset', headers)).status).toBe(status)
    const { data } = await b.stripe.products.list()
    expect(data).toHaveLength(status === 200 ? 0 : 1)
  })

  test('a page elsewhere may lead to the checkout, but not fill it in', async () => {
    const b = await bench()
    const { url } = await openSession(b)
    const path = new URL(String(url)).pathname
    const foreign = {
      'sec-fetch-site': 'cross-site',
      'content-type': 'application/x-www-form-urlencoded',
    }
    expect((await send(b, 'GET', path, foreign)).status).toBe(200)
    const posted = await send(b, 'POST', path, foreign)
    expect(posted.status).toBe(403)
    expect(posted.text).toContain('a page of another site')
  })

  test('nor open the websocket of the CLI', async () => {
    const b = await bench()
    const socket = { connection: 'upgrade', upgrade: 'websocket' }
    const foreign = { ...socket, origin: 'https://evil.example' }
    expect((await send(b, 'GET', '/_sim/cli/websocket', foreign)).status).toBe(403)
    // Without the session id that only the CLI has, this is as far as anybody gets.
    expect((await send(b, 'GET', '/_sim/cli/websocket', socket)).status).toBe(404)
  })
})

describe('the name by which it is called', () => {
  test.each([
    ['127.0.0.1:4243', 200],
    ['localhost', 200],
    ['LOCALHOST.:4243', 200],
    ['app.localhost:4243', 200],
    ['[::1]:4243', 200],
    ['sim.dev.stripe.me:4243', 200],
    ['api.stripe.com', 200],
    ['meter-events.stripe.com', 200],
    ['simulator.internal:80', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['dev.stripe.me.evil.example', 403],
    ['stripe.com', 403],
    ['127.0.0.1:4243@evil.example', 403],
  ])('%s → %i', async (host, status) => {
    const b = await bench({ allowedHosts: ['simulator.internal'] })
    const key = { authorization: 'Bearer sk_test_simulator' }
    for (const path of ['/_sim/deliveries', '/v1/products']) {
      expect({ path, ...(await send(b, 'GET', path, { host, ...key })) }).toMatchObject({
        path,
        status,
      })
    }
  })

  test('the refusal says how to allow another', async () => {
    const b = await bench()
    const { text } = await send(b, 'GET', '/v1/products', { host: 'evil.example' })
    expect(text).toContain("not known as 'evil.example'")
    expect(text).toContain('--allow-host')
  })
})
