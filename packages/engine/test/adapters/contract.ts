// Owns the HTTP contract as one suite, run for every adapter on its real server.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/api.ts'
import { SECOND_SECRET, SECRET, signed, utf8 } from '../verify/signing.ts'
import { describeBilling } from './contract-billing.ts'
import { describeCheckout } from './contract-checkout.ts'
import { BODY_BYTES_MAX, type FakeEngine, fakeEngine } from './fake-engine.ts'
import { codeOf, type Send, type Sent } from './send.ts'

export interface Harness {
  readonly send: Send
  close(): Promise<void>
}

export type Start = (engine: Engine) => Promise<Harness>

const JSON_TYPE = { 'content-type': 'application/json' }
const EVENT = utf8('{\n  "id": "evt_1",\n  "object": "event",\n  "note": "Zoë 日本 🧾"\n}')

const delivery = (body: Uint8Array, secret = SECRET): Sent => ({
  method: 'POST',
  path: '/webhooks/stripe',
  headers: { ...JSON_TYPE, 'stripe-signature': signed(body, { secret }) },
  body,
})

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
        billing: { portal: (input) => current().billing.portal(input) },
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
    describeBilling(
      () => fake,
      (sent) => harness.send(sent),
      (next) => {
        fake = next
      },
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
