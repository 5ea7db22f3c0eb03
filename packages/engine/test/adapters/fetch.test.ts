// Goal: what the fetch handler does beyond the routes' own answers: base path, failures, waitUntil.
// Method: the handler called with Requests over the fake engine.
import { describe, expect, it } from 'vitest'
import { createFetchHandler } from '../../src/adapters/fetch.ts'
import type { Engine } from '../../src/api.ts'
import { EngineError } from '../../src/errors.ts'
import { signed, utf8 } from '../verify/signing.ts'
import { BODY_BYTES_MAX, fakeEngine, SESSION } from './fake-engine.ts'

const ORIGIN = 'http://shop.test'
const EVENT = utf8('{"id":"evt_1"}')
const SUCCESS = `/success?session_id=${SESSION}`

function deliver(path = '/webhooks/stripe', body: Uint8Array | ReadableStream = EVENT): Request {
  return new Request(`${ORIGIN}${path}`, {
    method: 'POST',
    headers: { 'stripe-signature': signed(EVENT) },
    body,
    duplex: 'half',
  })
}

const get = (path: string, accept?: string) =>
  new Request(`${ORIGIN}${path}`, { headers: accept === undefined ? {} : { accept } })

const failing = (error: Error) =>
  fakeEngine((engine: Engine) => ({
    receive: () => Promise.reject(error),
    ready: () => Promise.reject(error),
    checkout: {
      ...engine.checkout,
      createSession: () => Promise.reject(error),
      success: () => Promise.reject(error),
      cancel: () => Promise.reject(error),
    },
  }))

const create = () =>
  new Request(`${ORIGIN}/api/checkout/create-session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })

describe('paths', () => {
  it('knows its own, and answers 404 in JSON for the rest', async () => {
    const handler = createFetchHandler(fakeEngine().engine)
    const own = ['/success', '/webhooks/stripe/connect_2', '/stripe-webhook', '/readyz']
    for (const path of own) expect(handler.matches(path), path).toBe(true)
    const others = [
      '/',
      '/webhooks/stripe/',
      '/webhooks/stripe/a/b',
      '/webhooks/stripe/:endpoint',
      `/webhooks/stripe/${'a'.repeat(65)}`,
      '//webhooks/stripe',
      '/constructor',
    ]
    for (const path of others) expect(handler.matches(path), path).toBe(false)
    const answer = await handler(get('/nope'))
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'ROUTE_UNKNOWN' } })
  })

  it('hang below the base path, and nowhere else', async () => {
    const { engine, recorded } = fakeEngine()
    const handler = createFetchHandler(engine, { basePath: '/pay' })
    expect(handler.matches('/pay/success')).toBe(true)
    expect(handler.matches('/success')).toBe(false)
    expect(handler.matches('/payx/success')).toBe(false)
    expect((await handler(deliver('/pay/webhooks/stripe'))).status).toBe(200)
    expect((await handler(deliver('/webhooks/stripe'))).status).toBe(404)
    expect(recorded.deliveries).toHaveLength(1)
  })

  it.each(['pay', '/pay/', '/', '/a//b', '/a b'])('refuse the base path %j', (basePath) => {
    const { engine } = fakeEngine()
    expect(() => createFetchHandler(engine, { basePath })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})

describe('the body of a delivery', () => {
  it('is BODY_PARSED once anything has read or locked it, and the log names the cure', async () => {
    const { engine, recorded } = fakeEngine()
    const read = deliver()
    await read.text()
    const locked = deliver()
    locked.body?.getReader()
    for (const request of [read, locked]) {
      const answer = await createFetchHandler(engine)(request)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        error: { code: 'BODY_PARSED', cure: expect.stringContaining('parser') },
      })
    }
    expect(recorded.logs).toMatchObject([
      { level: 'warn', fields: { code: 'BODY_PARSED' } },
      { level: 'warn', fields: { code: 'BODY_PARSED' } },
    ])
  })

  it('is not read past the limit, and not at all when its declared length is over it', async () => {
    const { engine } = fakeEngine()
    let pulls = 0
    let cancelled = false
    const endless = () =>
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulls += 1
            controller.enqueue(new Uint8Array(1_000))
          },
          cancel() {
            cancelled = true
          },
        },
        { highWaterMark: 0 },
      )
    expect((await createFetchHandler(engine)(deliver(undefined, endless()))).status).toBe(413)
    expect(pulls).toBe(Math.ceil((BODY_BYTES_MAX + 1) / 1_000))
    expect(cancelled).toBe(true)
    pulls = 0
    const declared = deliver(undefined, endless())
    declared.headers.set('content-length', String(BODY_BYTES_MAX + 1))
    expect((await createFetchHandler(engine)(declared)).status).toBe(413)
    expect(pulls).toBe(0)
  })

  it('is BODY_INCOMPLETE when it breaks off, and reaches nobody', async () => {
    const { engine, recorded } = fakeEngine()
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(EVENT)
        controller.error(new Error('reset'))
      },
    })
    const answer = await createFetchHandler(engine)(deliver(undefined, broken))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'BODY_INCOMPLETE' } })
    expect(recorded.deliveries).toEqual([])
  })
})

describe('failures', () => {
  const down = new EngineError('STORE_UNAVAILABLE', 'the store is down')

  it('of the store are 503 everywhere, with a hint when to retry', async () => {
    const handler = createFetchHandler(failing(down).engine)
    for (const request of [deliver(), create(), get('/readyz'), get(SUCCESS, 'application/json')]) {
      const answer = await handler(request)
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('2')
      expect(await answer.json()).toEqual({
        error: {
          code: 'STORE_UNAVAILABLE',
          message: 'the store is down',
          cure: expect.any(String),
          retryAfterSeconds: 2,
        },
      })
    }
    const page = await handler(get(SUCCESS))
    expect(page.status).toBe(503)
    expect(page.headers.get('retry-after')).toBe('2')
    expect(await page.text()).toContain('do not pay again')
  })

  it('of a field name the field, and are not to be retried', async () => {
    const error = new EngineError('QUANTITY_INVALID', 'too many', { field: 'quantity' })
    const answer = await createFetchHandler(failing(error).engine)(create())
    expect(answer.status).toBe(422)
    expect(answer.headers.get('retry-after')).toBeNull()
    expect(await answer.json()).toMatchObject({ error: { field: 'quantity' } })
  })

  it('that nobody expected are 503 to Stripe, 500 to others, and logged by name only', async () => {
    const { engine, recorded } = failing(new RangeError('4242 4242 4242 4242'))
    const handler = createFetchHandler(engine)
    const statuses = []
    for (const request of [deliver(), get('/readyz'), create(), get(SUCCESS)]) {
      const answer = await handler(request)
      expect(await answer.text()).not.toContain('4242')
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([503, 503, 500, 500])
    expect(recorded.logs).toHaveLength(4)
    expect(recorded.logs[0]).toEqual({
      level: 'error',
      message: 'unexpected error in a request',
      fields: { code: 'INTERNAL', error: 'RangeError' },
    })
  })
})

describe('work after the answer', () => {
  it('is handed to waitUntil after the receipt, and only then', async () => {
    const order: string[] = []
    const { engine } = fakeEngine(({ receive }) => ({
      async receive(input) {
        const receipt = await receive(input)
        order.push('received')
        return receipt
      },
      async drain(options) {
        order.push(`drain ${options?.budgetMs}`)
        return { processed: 1 }
      },
    }))
    const works: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => void works.push(work)
    const handler = createFetchHandler(engine)
    expect((await handler(deliver(), { waitUntil })).status).toBe(200)
    expect(order).toEqual(['received', 'drain 25000'])
    expect(works).toHaveLength(1)
    const unsigned = new Request(`${ORIGIN}/webhooks/stripe`, { method: 'POST', body: EVENT })
    expect((await handler(unsigned, { waitUntil })).status).toBe(400)
    expect(works).toHaveLength(1)
  })

  it('costs no 200 where the host refuses it', async () => {
    const { engine, recorded } = fakeEngine()
    const context = {
      waitUntil() {
        throw new Error('outside of a request')
      },
    }
    expect((await createFetchHandler(engine)(deliver(), context)).status).toBe(200)
    expect(recorded.logs).toMatchObject([{ fields: { code: 'INTERNAL' } }])
  })

  it('never rejects there, and costs no 200', async () => {
    const { engine, recorded } = fakeEngine(() => ({
      drain: () => Promise.reject(new Error('frozen')),
    }))
    const works: Promise<unknown>[] = []
    const context = { waitUntil: (work: Promise<unknown>) => void works.push(work) }
    expect((await createFetchHandler(engine)(deliver(), context)).status).toBe(200)
    await expect(Promise.all(works)).resolves.toEqual([undefined])
    expect(recorded.logs).toMatchObject([{ fields: { code: 'INTERNAL' } }])
  })

  it('is not drained where the host has no waitUntil', async () => {
    const { engine, recorded } = fakeEngine()
    await createFetchHandler(engine)(deliver())
    expect(recorded.drains).toEqual([])
  })
})

describe('pages or JSON', () => {
  it.each([
    [undefined, 'html'],
    ['*/*', 'html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['application/json', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['application/json;q=0.5, text/html', 'html'],
    ['text/html;q=0.5, application/json', 'json'],
    ['text/html, application/json', 'html'],
    ['application/json, text/html', 'json'],
    ['application/json;q=0', 'html'],
    ['application/*', 'html'],
    ['application/json;q=x', 'html'],
    ['APPLICATION/JSON', 'json'],
  ])('Accept: %s is %s', async (accept, expected) => {
    const answer = await createFetchHandler(fakeEngine().engine)(get(SUCCESS, accept))
    expect(answer.headers.get('content-type')).toContain(expected)
    expect(answer.headers.get('vary')).toContain('Accept')
  })
})

it('marks the cookie Secure only where the public URL is https', async () => {
  const { engine } = fakeEngine((base) => ({ http: { ...base.http, secureCookies: false } }))
  const answer = await createFetchHandler(engine)(create())
  expect(answer.headers.getSetCookie().join()).not.toContain('Secure')
})
