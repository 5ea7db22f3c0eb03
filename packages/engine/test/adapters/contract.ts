// Owns the HTTP contract as one suite, run for every adapter on its real server.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/api.ts'
import { SECOND_SECRET, SECRET, signed, utf8 } from '../verify/signing.ts'
import {
  BODY_BYTES_MAX,
  BROWSER,
  type FakeEngine,
  fakeEngine,
  ORDER_ID,
  REQUEST_BYTES_MAX,
  SESSION,
} from './fake-engine.ts'
import type { Answer, Send, Sent } from './send.ts'

export interface Harness {
  readonly send: Send
  close(): Promise<void>
}

export type Start = (engine: Engine) => Promise<Harness>

const JSON_TYPE = { 'content-type': 'application/json' }
const EVENT = utf8('{\n  "id": "evt_1",\n  "object": "event",\n  "note": "Zoë 日本 🧾"\n}')
const CREATE = '/api/checkout/create-session'

const delivery = (body: Uint8Array, secret = SECRET): Sent => ({
  method: 'POST',
  path: '/webhooks/stripe',
  headers: { ...JSON_TYPE, 'stripe-signature': signed(body, { secret }) },
  body,
})

const codeOf = (answer: Answer): unknown => JSON.parse(answer.text).error?.code

/** What fails on the adapter named here fails for its users: each gets the whole contract. */
export function httpContract(name: string, start: Start): void {
  describe(`the HTTP contract over ${name}`, () => {
    let fake: FakeEngine
    let harness: Harness
    // One server for all; the engine behind it is renewed, so that no test sees another's calls.
    beforeAll(async () => {
      const current = (): Engine => fake.engine
      fake = fakeEngine()
      harness = await start({
        ...fake.engine,
        receive: (input) => current().receive(input),
        drain: (options) => current().drain(options),
        ready: () => current().ready(),
        checkout: {
          ...fake.engine.checkout,
          createSession: (input) => current().checkout.createSession(input),
          success: (input) => current().checkout.success(input),
          cancel: (input) => current().checkout.cancel(input),
        },
      })
    })
    beforeEach(() => {
      fake = fakeEngine()
    })
    afterAll(async () => {
      await harness.close()
    })

    describeDeliveries(
      () => fake,
      (sent) => harness.send(sent),
      (next) => {
        fake = next
      },
    )
    describeCheckout(
      () => fake,
      (sent) => harness.send(sent),
    )
    describeOthers((sent) => harness.send(sent))
  })
}

function describeDeliveries(
  fake: () => FakeEngine,
  send: Send,
  become: (next: FakeEngine) => void,
): void {
  const received = () => fake().recorded.deliveries

  describe('a signed delivery', () => {
    it('is answered 200 and its bytes arrive unchanged', async () => {
      const answer = await send(delivery(EVENT))
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.text)).toEqual({ received: true, duplicate: false, state: 'ready' })
      expect(received()).toEqual([{ endpoint: 'default', body: EVENT }])
      const again = await send(delivery(EVENT))
      expect(JSON.parse(again.text)).toEqual({
        received: true,
        duplicate: true,
        state: 'ignored',
        reason: 'not_ours',
      })
    })

    it.each([
      ['not UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x80, 0x7d)],
      ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)],
      ['NUL and line ends of both kinds', utf8('{\r\n"a":"\u0000"\n}')],
      ['not JSON', utf8('nothing of the kind')],
      ['every byte there is', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['exactly the limit', new Uint8Array(BODY_BYTES_MAX).fill(0x61)],
    ])('arrives byte for byte when its body is %s', async (_name, body) => {
      const answer = await send(delivery(body))
      expect(answer.status).toBe(200)
      expect(received()).toEqual([{ endpoint: 'default', body }])
    })

    it('arrives whole when it comes in chunks without a content-length', async () => {
      const { body: _body, ...rest } = delivery(EVENT)
      const answer = await send({ ...rest, chunks: [EVENT.subarray(0, 9), EVENT.subarray(9)] })
      expect(answer.status).toBe(200)
      expect(received()).toEqual([{ endpoint: 'default', body: EVENT }])
    })

    it('may have any content type, or none', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'x/y; charset=utf-7',
      ]) {
        const headers = { ...delivery(EVENT).headers, 'content-type': type }
        expect((await send({ ...delivery(EVENT), headers })).status, type).toBe(200)
      }
      const headers = { 'stripe-signature': signed(EVENT) }
      expect((await send({ ...delivery(EVENT), headers })).status).toBe(200)
    })

    it('goes to the endpoint that its path names', async () => {
      const connect = { ...delivery(EVENT, SECOND_SECRET), path: '/webhooks/stripe/connect' }
      expect((await send(connect)).status).toBe(200)
      expect((await send({ ...delivery(EVENT), path: '/stripe-webhook?x=1' })).status).toBe(200)
      expect(received().map(({ endpoint }) => endpoint)).toEqual(['connect', 'default'])
    })
  })

  describe('a delivery that is refused', () => {
    it.each<[string, number, string, () => Sent]>([
      ['unsigned', 400, 'SIGNATURE_MISSING', () => ({ ...delivery(EVENT), headers: JSON_TYPE })],
      ['with a wrong secret', 400, 'SIGNATURE_NO_MATCH', () => delivery(EVENT, 'whsec_wrong')],
      ['touched', 400, 'SIGNATURE_NO_MATCH', () => ({ ...delivery(EVENT), body: utf8('{}') })],
      [
        'empty and unsigned',
        400,
        'SIGNATURE_MISSING',
        () => ({ method: 'POST', path: '/webhooks/stripe' }),
      ],
      [
        'for an endpoint that is not configured',
        404,
        'ENDPOINT_UNKNOWN',
        () => ({ ...delivery(EVENT), path: '/webhooks/stripe/nope' }),
      ],
      [
        'one byte over the limit',
        413,
        'BODY_TOO_LARGE',
        () => delivery(new Uint8Array(BODY_BYTES_MAX + 1).fill(0x61)),
      ],
      [
        'one byte over the limit in chunks',
        413,
        'BODY_TOO_LARGE',
        () => {
          const { body = EVENT, ...rest } = delivery(new Uint8Array(BODY_BYTES_MAX + 1))
          return { ...rest, chunks: [body.subarray(0, 1_000), body.subarray(1_000)] }
        },
      ],
    ])('%s: %i %s, and nothing is recorded', async (_name, status, code, sent) => {
      const answer = await send(sent())
      expect(answer.status).toBe(status)
      expect(codeOf(answer)).toBe(code)
      expect(received()).toEqual([])
    })

    it('is 503 for an error that nobody expected, which says and logs nothing of its text', async () => {
      const secretive = new TypeError('whsec_leak in {"id":"evt_1"}')
      become(fakeEngine(() => ({ receive: () => Promise.reject(secretive) })))
      const answer = await send(delivery(EVENT))
      expect(answer.status).toBe(503)
      expect(codeOf(answer)).toBe('INTERNAL')
      expect(answer.text).not.toContain('whsec_leak')
    })
  })
}

function describeCheckout(fake: () => FakeEngine, send: Send): void {
  const post = (body: string, headers: Record<string, string> = {}): Sent => ({
    method: 'POST',
    path: CREATE,
    headers: { ...JSON_TYPE, ...headers },
    body: utf8(body),
  })

  describe('POST /api/checkout/create-session', () => {
    it('answers 201, sets the cookie and hands the parsed body on as it is', async () => {
      const body = { itemId: 'mug', quantity: '2', price: 1 }
      const headers = { 'idempotency-key': 'key-1', 'x-user': 'u1' }
      const answer = await send(post(JSON.stringify(body), headers))
      expect(answer.status).toBe(201)
      expect(JSON.parse(answer.text)).toEqual({
        orderId: ORDER_ID,
        sessionId: SESSION,
        url: 'https://pay.example/c/1',
      })
      expect(answer.headers.getSetCookie()).toEqual([
        `quittance_browser=${BROWSER}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure`,
      ])
      expect(fake().recorded.sessions).toEqual([
        { body, identity: { userId: 'u1' }, browser: null, idempotencyKey: 'key-1' },
      ])
    })

    it('hands on the cookie that the browser has, and no other', async () => {
      const value = 'cd'.repeat(32)
      const good = { cookie: `a=b; quittance_browser=${value}` }
      await send(post('{}', good))
      await send(post('{}', { cookie: 'quittance_browser=short' }))
      await send(post('{}', { cookie: `quittance_browser=${value}; quittance_browser=${BROWSER}` }))
      expect(fake().recorded.sessions).toMatchObject([
        { browser: value },
        { browser: null },
        { browser: null },
      ])
    })

    it.each<[string, number, string, () => Sent]>([
      ['not JSON', 422, 'BODY_INVALID', () => post('{"itemId":')],
      [
        'not UTF-8',
        422,
        'BODY_INVALID',
        () => ({ ...post(''), body: Uint8Array.of(0x22, 0xff, 0x22) }),
      ],
      ['empty', 422, 'BODY_INVALID', () => post('')],
      [
        'a form',
        415,
        'CONTENT_TYPE_UNSUPPORTED',
        () => post('a=1', { 'content-type': 'text/plain' }),
      ],
      [
        'too large',
        413,
        'BODY_TOO_LARGE',
        () => post(JSON.stringify({ itemId: 'x'.repeat(REQUEST_BYTES_MAX) })),
      ],
    ])('refuses a body that is %s: %i %s', async (_name, status, code, sent) => {
      const answer = await send(sent())
      expect(answer.status).toBe(status)
      expect(codeOf(answer)).toBe(code)
      expect(fake().recorded.sessions).toEqual([])
    })
  })

  describe('GET /success', () => {
    const get = (path: string, headers: Record<string, string> = {}): Sent => ({
      method: 'GET',
      path,
      headers,
    })
    const asJson = { accept: 'application/json' }

    it('is a page that no cache keeps and no referrer names', async () => {
      const answer = await send(get(`/success?session_id=${SESSION}`))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
      expect(answer.text).toContain('data-status="fulfilled"')
      expect(answer.text).not.toContain(ORDER_ID)
    })

    it('shows the order to its buyer only', async () => {
      const path = `/success?session_id=${SESSION}`
      const stranger = await send(get(path, asJson))
      expect(JSON.parse(stranger.text)).toEqual({ orderId: ORDER_ID, status: 'fulfilled' })
      const buyer = await send(get(path, { ...asJson, cookie: `quittance_browser=${BROWSER}` }))
      expect(JSON.parse(buyer.text)).toMatchObject({ itemId: 'mug <b>', amountTotal: 2_500 })
      expect(buyer.text).not.toMatch(/user_secret|pi_secret|price_secret|cs_test/)
    })

    it('is the same 404 for every session that is not to be shown', async () => {
      for (const query of [
        '?session_id=cs_other',
        '?session_id=',
        '',
        `?session_id=${'x'.repeat(300)}`,
      ]) {
        const page = await send(get(`/success${query}`))
        expect(page.status).toBe(404)
        expect(page.headers.get('content-type')).toContain('text/html')
        const data = await send(get(`/success${query}`, asJson))
        expect(data.status).toBe(404)
        expect(codeOf(data)).toBe('ORDER_NOT_FOUND')
      }
    })
  })

  describe('GET /cancel', () => {
    it('says so for a known session or order, and is 404 otherwise', async () => {
      const known = await send({ method: 'GET', path: `/cancel?session_id=${SESSION}` })
      expect(known.status).toBe(200)
      expect(known.text).toContain('turned back')
      expect((await send({ method: 'GET', path: `/cancel?order=${ORDER_ID}` })).status).toBe(200)
      expect((await send({ method: 'GET', path: '/cancel?order=ord_other' })).status).toBe(404)
      expect((await send({ method: 'GET', path: '/cancel' })).status).toBe(404)
      expect(fake().recorded.cancels).toMatchObject([
        { sessionId: SESSION, orderId: null },
        { sessionId: null, orderId: ORDER_ID },
        { sessionId: null, orderId: 'ord_other' },
      ])
    })
  })
}

function describeOthers(send: Send): void {
  it('answers the probes', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await send({ method: 'GET', path })).status, path).toBe(200)
      const head = await send({ method: 'HEAD', path })
      expect(head, path).toMatchObject({ status: 200, text: '' })
    }
  })

  it('refuses a wrong method with those that are right', async () => {
    const answer = await send({ method: 'GET', path: '/webhooks/stripe' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect((await send({ method: 'POST', path: '/success', body: utf8('x') })).status).toBe(405)
  })
}
