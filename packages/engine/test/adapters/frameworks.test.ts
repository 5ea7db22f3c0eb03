// Goal: what each framework adds: parsers that ran first, mount paths, hooks, hosts, hang-ups.
// Method: one small real server a block, over real HTTP and raw sockets.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { quittanceExpress } from '../../src/adapters/express.ts'
import { quittanceFastify } from '../../src/adapters/fastify.ts'
import { quittanceHono } from '../../src/adapters/hono.ts'
import { createNextRoute } from '../../src/adapters/next.ts'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { signed, utf8 } from '../verify/signing.ts'
import { fakeEngine } from './fake-engine.ts'
import { type Sent, sendByCall, sendOverHttp, sendRaw } from './send.ts'

const HOST = '127.0.0.1'
const EVENT = utf8('{ "id": "evt_1" }')
const DELIVERY: Sent = {
  method: 'POST',
  path: '/webhooks/stripe',
  headers: { 'content-type': 'application/json', 'stripe-signature': signed(EVENT) },
  body: EVENT,
}

const open: Server[] = []

async function onNode(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  return `http://${HOST}:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

const errorOf = (text: string): unknown => JSON.parse(text).error

describe('node', () => {
  it('stops reading an endless upload at the limit, and says so', async () => {
    const { engine, recorded } = fakeEngine()
    const origin = await onNode(toNodeHandler(engine))
    const head = `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature: ${signed(EVENT)}\r\n`
    const block = Buffer.concat([
      Buffer.from('10000\r\n'),
      Buffer.alloc(65_536, 0x61),
      Buffer.from('\r\n'),
    ])
    const chunked = await sendRaw(origin, `${head}Transfer-Encoding: chunked\r\n\r\n`, block)
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /)
    const declared = await sendRaw(origin, `${head}Content-Length: 99999999999\r\n\r\n`)
    expect(declared).toMatch(/^HTTP\/1\.1 413 /)
    expect(recorded.deliveries).toEqual([])
  })

  it('hangs up on a sender that does not stop after its answer', async () => {
    const origin = await onNode(toNodeHandler(fakeEngine().engine))
    const socket = connect(Number(new URL(origin).port), HOST)
    const block = Buffer.from(`10000\r\n${'a'.repeat(65_536)}\r\n`)
    let sentBytes = 0
    const pump = () => {
      while (sentBytes < 64 * 1_048_576 && socket.write(block)) sentBytes += block.byteLength
      sentBytes += block.byteLength
    }
    socket.on('error', () => undefined)
    socket.on('drain', pump)
    socket.write('POST /nope HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    pump()
    socket.resume()
    await new Promise((resolve) => socket.on('close', resolve))
    // The kernel's own buffers hold some megabytes on top of what was taken in.
    expect(sentBytes).toBeLessThan(32 * 1_048_576)
  })

  it('keeps the connection usable after refusing a small body', async () => {
    const origin = await onNode(toNodeHandler(fakeEngine().engine))
    const two =
      'POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc' +
      'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const socket = connect(Number(new URL(origin).port), HOST)
    socket.end(two)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200'])
  })

  it('records a delivery although its sender hangs up before the answer', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    let finished = () => {}
    const end = new Promise<void>((resolve) => {
      finished = resolve
    })
    const { engine, recorded } = fakeEngine(({ receive }) => ({
      async receive(input) {
        arrived()
        await gate
        const receipt = await receive(input)
        finished()
        return receipt
      },
    }))
    const origin = await onNode(toNodeHandler(engine))
    const socket = connect(Number(new URL(origin).port), HOST)
    socket.write(
      `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature: ${signed(EVENT)}\r\n` +
        `Content-Length: ${EVENT.byteLength}\r\n\r\n`,
    )
    socket.write(EVENT)
    await arrival
    socket.destroy()
    await once(socket, 'close')
    release()
    await end
    expect(recorded.deliveries).toHaveLength(1)
    const alive = await sendOverHttp(origin)({ method: 'GET', path: '/healthz' })
    expect(alive.status).toBe(200)
  })

  it('reaches no route with half a body', async () => {
    const { engine, recorded } = fakeEngine()
    let asked = 0
    const handler = toNodeHandler(engine)
    const answered = new Promise<void>((resolve) => {
      void onNode((req, res) => {
        asked += 1
        res.once('close', resolve)
        handler(req, res)
      }).then((origin) => {
        const socket = connect(Number(new URL(origin).port), HOST)
        const head = `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n`
        socket.write(`${head}half`, () => socket.destroy())
      })
    })
    await answered
    expect(asked).toBe(1)
    expect(recorded.deliveries).toEqual([])
  })

  it.each(['rawBody', 'body'])(
    'takes the bytes that an earlier parser left as req.%s',
    async (at) => {
      const { engine, recorded } = fakeEngine()
      const handler = toNodeHandler(engine)
      const origin = await onNode(async (req, res) => {
        const chunks: Buffer[] = []
        for await (const chunk of req) chunks.push(chunk)
        const parsed = { body: { id: 'evt_1' } }
        handler(Object.assign(req, parsed, { [at]: Buffer.concat(chunks) }), res)
      })
      expect((await sendOverHttp(origin)(DELIVERY)).status).toBe(200)
      expect(recorded.deliveries).toEqual([{ endpoint: 'default', body: EVENT }])
    },
  )

  it('joins two signature headers into one that is malformed', async () => {
    const origin = await onNode(toNodeHandler(fakeEngine().engine))
    const header = `Stripe-Signature: ${signed(EVENT)}\r\n`
    const answer = await sendRaw(
      origin,
      `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\n${header}${header}` +
        `Content-Length: ${EVENT.byteLength}\r\n\r\n${new TextDecoder().decode(EVENT)}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  it.each([
    ['TRACE', '/healthz', 405],
    ['GET', 'http://evil.example/healthz', 404],
    ['GET', '//healthz', 404],
    ['OPTIONS', '*', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const origin = await onNode(toNodeHandler(fakeEngine().engine))
    const answer = await sendRaw(origin, `${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect(answer.split(' ')[1]).toBe(String(status))
  })

  it('takes a Host header that is none for no harm', async () => {
    const origin = await onNode(toNodeHandler(fakeEngine().engine))
    for (const host of ['a/webhooks', 'a?b', 'u:p@h', '']) {
      const head = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`
      expect(await sendRaw(origin, head), host).toMatch(/^HTTP\/1\.1 200 /)
    }
  })

  it("streams what an app's own fetch handler streams, and survives one that rejects", async () => {
    const handler = async (request: Request) => {
      if (request.url.endsWith('/bad')) throw new Error('of the app')
      return new Response(new Blob(['one ', 'two']).stream(), { status: 203 })
    }
    const warned = once(process, 'warning')
    const send = sendOverHttp(await onNode(toNodeHandler(handler)))
    expect(await send({ method: 'GET', path: '/' })).toMatchObject({ status: 203, text: 'one two' })
    expect((await send({ method: 'GET', path: '/bad' })).status).toBe(500)
    expect(await warned).toMatchObject([{ code: 'QUITTANCE_HANDLER' }])
  })
})

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
      cure: expect.stringContaining('raw bytes'),
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
