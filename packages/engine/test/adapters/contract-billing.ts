// Owns the part of the HTTP contract that subscribers meet: the link to the billing portal.
import { describe, expect, it } from 'vitest'
import { EngineError } from '../../src/errors.ts'
import { utf8 } from '../verify/signing.ts'
import { BROWSER, type FakeEngine, fakeEngine, REQUEST_BYTES_MAX } from './fake-engine.ts'
import { codeOf, type Send, type Sent } from './send.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const SIGNED_IN = { 'x-user': 'u1' }
const URL_OF_PORTAL = 'https://portal.example/p/1'

export function describeBilling(
  fake: () => FakeEngine,
  send: Send,
  become: (next: FakeEngine) => void,
): void {
  const post = (body: string, headers: Record<string, string> = SIGNED_IN): Sent => ({
    method: 'POST',
    path: '/api/billing/portal-session',
    headers: { ...JSON_TYPE, ...headers },
    body: utf8(body),
  })

  describe('POST /api/billing/portal-session', () => {
    it('answers 201 with the link of who is signed in, and no cache keeps it', async () => {
      const answer = await send(post('{}'))
      expect(answer.status).toBe(201)
      expect(JSON.parse(answer.text)).toEqual({ url: URL_OF_PORTAL })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      await send(post('{"returnPath":"/account?tab=plan"}'))
      expect(fake().recorded.portals).toEqual([
        { who: { userId: 'u1' } },
        { who: { userId: 'u1' }, returnUrl: '/account?tab=plan' },
      ])
      expect(JSON.stringify(fake().recorded.logs)).not.toContain('portal.example')
    })

    it.each<[string, number, string, () => Sent]>([
      ['a guest', 401, 'SIGN_IN_REQUIRED', () => post('{}', {})],
      [
        'a guest with a browser that bought',
        401,
        'SIGN_IN_REQUIRED',
        () => post('{}', { cookie: `quittance_browser=${BROWSER}` }),
      ],
      [
        'a form of another site',
        415,
        'CONTENT_TYPE_UNSUPPORTED',
        () => post('a=1', { ...SIGNED_IN, 'content-type': 'text/plain' }),
      ],
      ['what is not JSON', 422, 'BODY_INVALID', () => post('{')],
      ['a list', 422, 'BODY_INVALID', () => post('[]')],
      ['a field that is not ours', 422, 'BODY_INVALID', () => post('{"customer":"cus_1"}')],
      [
        'too much',
        413,
        'BODY_TOO_LARGE',
        () => post(JSON.stringify({ returnPath: `/${'x'.repeat(REQUEST_BYTES_MAX)}` })),
      ],
      ...['https://evil.example', '//evil.example', '/\\evil.example', 'account', '', 7].map(
        (path) =>
          [
            `the way back to ${JSON.stringify(path)}`,
            422,
            'RETURN_URL_INVALID',
            () => post(JSON.stringify({ returnPath: path })),
          ] as [string, number, string, () => Sent],
      ),
    ])('refuses %s: %i %s', async (_name, status, code, sent) => {
      const answer = await send(sent())
      expect(answer.status).toBe(status)
      expect(codeOf(answer)).toBe(code)
      expect(fake().recorded.portals).toEqual([])
    })

    it('tells that there is nothing to manage', async () => {
      const missing = new EngineError('CUSTOMER_NOT_FOUND', 'there is no customer')
      become(fakeEngine(() => ({ billing: { portal: () => Promise.reject(missing) } })))
      const answer = await send(post('{}'))
      expect(answer.status).toBe(404)
      expect(codeOf(answer)).toBe('CUSTOMER_NOT_FOUND')
    })

    it('is made by POST only', async () => {
      const answer = await send({ method: 'GET', path: '/api/billing/portal-session' })
      expect(answer.status).toBe(405)
    })
  })
}
