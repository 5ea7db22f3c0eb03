// Owns the part of the HTTP contract that browsers meet: creating a session, coming back, turning back.
import { describe, expect, it } from 'vitest'
import { utf8 } from '../verify/signing.ts'
import { BROWSER, type FakeEngine, ORDER_ID, REQUEST_BYTES_MAX, SESSION } from './fake-engine.ts'
import { codeOf, type Send, type Sent } from './send.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const CREATE = '/api/checkout/create-session'

export function describeCheckout(fake: () => FakeEngine, send: Send): void {
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
