// Goal: what each framework adds: parsers that ran first, mount paths, prefixes, hooks, hosts.
// Method: one small real app a test, over real HTTP.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { quittanceExpress } from '../../src/adapters/express.ts'
import { quittanceFastify } from '../../src/adapters/fastify.ts'
import { quittanceHono } from '../../src/adapters/hono.ts'
import { createNextRoute } from '../../src/adapters/next.ts'
import { signed, utf8 } from '../verify/signing.ts'
import { fakeEngine } from './fake-engine.ts'
import { type Sent, sendByCall, sendOverHttp } from './send.ts'
import { HOST, serverPool } from './servers.ts'

const EVENT = utf8('{ "id": "evt_1" }')
const DELIVERY: Sent = {
  method: 'POST',
  path: '/webhooks/stripe',
  headers: { 'content-type': 'application/json', 'stripe-signature': signed(EVENT) },
  body: EVENT,
}

const { onNode, closeAll } = serverPool()

afterEach(closeAll)

const errorOf = (text: string): unknown => JSON.parse(text).error

describe('express', () => {
  it('after express.json() answers BODY_PARSED with its cure', async () => {
    const { engine, recorded } = fakeEngine()
    const app = express()
    app.use(express.json())
    app.use(quittanceExpress(engine))
    const answer = await sendOverHttp(await onNode(app))(DELIVERY)
    expect(answer.status).toBe(400)
    expect(errorOf(answer.text)).toMatchObject({
      code: 'BODY_PARSED',
      cure: expect.stringContaining('before express.json()'),
    })
    expect(recorded.deliveries).toEqual([])
  })

  it('after express.raw() takes its bytes', async () => {
    const { engine, recorded } = fakeEngine()
    const app = express()
    app.use(express.raw({ type: '*/*' }))
    app.use(quittanceExpress(engine))
    expect((await sendOverHttp(await onNode(app))(DELIVERY)).status).toBe(200)
    expect(recorded.deliveries).toEqual([{ endpoint: 'default', body: EVENT }])
  })

  it('hangs below a mount path, and leaves all else to the app and its parser', async () => {
    const { engine, recorded } = fakeEngine()
    const app = express()
    app.use('/pay', quittanceExpress(engine))
    app.use(express.json())
    app.post('/echo', (req, res) => void res.json(req.body))
    app.get('/success', (_req, res) => void res.send("the app's own"))
    const send = sendOverHttp(await onNode(app))
    expect((await send({ ...DELIVERY, path: '/pay/webhooks/stripe' })).status).toBe(200)
    expect(recorded.deliveries).toHaveLength(1)
    expect((await send({ ...DELIVERY, path: '/echo' })).text).toBe('{"id":"evt_1"}')
    expect((await send({ method: 'GET', path: '/success' })).text).toBe("the app's own")
    expect((await send(DELIVERY)).status).toBe(404)
  })

  it('keeps the cookies that the app has set', async () => {
    const app = express()
    app.use((_req, res, next) => {
      res.setHeader('set-cookie', 'session=1')
      next()
    })
    app.use(quittanceExpress(fakeEngine().engine))
    const answer = await sendOverHttp(await onNode(app))({
      method: 'POST',
      path: '/api/checkout/create-session',
      headers: { 'content-type': 'application/json' },
      body: utf8('{}'),
    })
    const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
    expect(names).toEqual(['session', 'quittance_browser'])
  })
})

describe('fastify', () => {
  it('hangs below a prefix, runs the hooks, and leaves the parser of the app alone', async () => {
    const { engine, recorded } = fakeEngine()
    const app = fastify({ bodyLimit: 10 })
    app.addHook('onSend', async (_request, reply) => {
      reply.header('x-hook', 'ran')
    })
    app.post('/echo', { bodyLimit: 1_000 }, async (request) => request.body)
    await app.register(quittanceFastify, { engine, prefix: '/pay' })
    const send = sendOverHttp(await app.listen({ port: 0, host: HOST }))
    try {
      const answer = await send({ ...DELIVERY, path: '/pay/webhooks/stripe' })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-hook')).toBe('ran')
      expect(recorded.deliveries).toEqual([{ endpoint: 'default', body: EVENT }])
      expect((await send({ ...DELIVERY, path: '/echo' })).text).toBe('{"id":"evt_1"}')
      expect((await send({ method: 'GET', path: '/healthz' })).status).toBe(404)
    } finally {
      await app.close()
    }
  })
})

describe('hono', () => {
  it('leaves other paths to the app, and hands work to the host', async () => {
    const { engine, recorded } = fakeEngine()
    const app = new Hono()
    app.use(quittanceHono(engine))
    app.get('/', (c) => c.text('the app'))
    const works: Promise<unknown>[] = []
    const host = {
      waitUntil: (work: Promise<unknown>) => void works.push(work),
      passThroughOnException: () => undefined,
      props: {},
    }
    const send = sendByCall(async (request) => app.fetch(request, {}, host))
    expect((await send({ method: 'GET', path: '/' })).text).toBe('the app')
    expect((await send(DELIVERY)).status).toBe(200)
    expect(recorded.drains).toEqual([{ budgetMs: 25_000 }])
    expect(works).toHaveLength(1)
  })

  it('after something that has read the body answers BODY_PARSED', async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.json()
      await next()
    })
    app.use(quittanceHono(fakeEngine().engine))
    const answer = await sendByCall(async (request) => app.fetch(request))(DELIVERY)
    expect(errorOf(answer.text)).toMatchObject({ code: 'BODY_PARSED' })
  })
})

describe('next', () => {
  it('hangs below the folder of its route, and hands work to `after`', async () => {
    const { engine, recorded } = fakeEngine()
    const works: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => void works.push(work)
    const route = createNextRoute(engine, { basePath: '/pay', waitUntil })
    const send = sendByCall(route.POST)
    expect((await send({ ...DELIVERY, path: '/pay/webhooks/stripe' })).status).toBe(200)
    expect(recorded.deliveries).toHaveLength(1)
    expect(works).toHaveLength(1)
  })

  it('refuses to load on the Edge runtime, and only there', () => {
    const module = fileURLToPath(new URL('../../src/adapters/next.ts', import.meta.url))
    const load = (prelude: string) => {
      const vite = fileURLToPath(import.meta.resolve('vite'))
      const runner = `import { runnerImport } from ${JSON.stringify(vite)};${prelude};
        runnerImport(${JSON.stringify(module)}).then(() => console.log('loaded'), (e) => console.log(e.code))`
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', runner], {
        encoding: 'utf8',
        timeout: 20_000,
      })
      return stdout.trim()
    }
    expect(load("globalThis.EdgeRuntime = 'edge-runtime'")).toBe('RUNTIME_UNSUPPORTED')
    expect(load('')).toBe('loaded')
  })
})
