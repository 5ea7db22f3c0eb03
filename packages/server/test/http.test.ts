// Goal: the listener hands requests on untouched, refuses strangers behind a proxy, and drains.
// Method: real sockets on free ports; the engine's handler is a function that tells what it got.
import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { systemClock, systemTimers } from '@quittance/engine'
import { afterEach, describe, expect, it } from 'vitest'
import { answerWhileStarting, createApp } from '../src/http/app.ts'
import { type Fetch, type Listener, listenTcp } from '../src/http/listen.ts'
import { createProxyGuard } from '../src/http/proxy-guard.ts'
import { createLogger } from '../src/log.ts'

const silent = createLogger({ level: 'silent', format: 'json' })
const open: Listener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)))
})

async function listen(fetch: Fetch): Promise<Listener> {
  const listener = await listenTcp({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    timers: systemTimers,
    fetch,
  })
  open.push(listener)
  return listener
}

const appOf = (engine: (request: Request) => Promise<Response>, trustedProxy: string[] | null) =>
  createApp({ engine, extension: null, trustedProxy, logger: silent })

describe('the webhook route', () => {
  it('hands over the raw bytes and the header as they came', async () => {
    const app = appOf(async (request) => {
      const bytes = new Uint8Array(await request.arrayBuffer())
      return Response.json({
        hash: createHash('sha256').update(bytes).digest('hex'),
        signature: request.headers.get('stripe-signature'),
      })
    }, null)
    const { url } = await listen(app.fetch)
    const body = Buffer.concat([Buffer.from('{"a": 1}\r\n\0'), randomBytes(4_096)])
    const response = await fetch(`${url}/webhooks/stripe`, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': 't=1,v1=ab', 'content-type': 'application/json' },
    })
    expect(await response.json()).toEqual({
      hash: createHash('sha256').update(body).digest('hex'),
      signature: 't=1,v1=ab',
    })
  })

  it('answers an unexpected error without telling what it was', async () => {
    const app = appOf(async () => {
      throw new Error('sk_test_secret')
    }, null)
    const { url } = await listen(app.fetch)
    const response = await fetch(url)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
  })
})

describe('a connection that is kept alive', () => {
  it('survives a body that was refused unread', async () => {
    const app = appOf(async (asked) => {
      if (new URL(asked.url).pathname === '/refused') {
        const reader = asked.body?.getReader()
        await reader?.read()
        reader?.cancel().catch(() => undefined)
        return new Response('too large', { status: 413 })
      }
      // Longer than an unread body is waited for.
      await systemTimers.sleep(800)
      return new Response('served')
    }, null)
    const { port } = await listen(app.fetch)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    const post = (path: string, body: Buffer) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request({ port, agent, path, method: 'POST' }, (response) => {
          ports.add(sent.socket?.localPort)
          response.resume().once('end', () => resolve(response.statusCode))
        })
        sent.once('error', reject)
        sent.end(body)
      })
    expect(await post('/refused', randomBytes(1_500_000))).toBe(413)
    expect(await post('/next', Buffer.from('{}'))).toBe(200)
    expect(ports.size).toBe(1)
    agent.destroy()
  })

  it('is the only loss when another cannot be accepted', async () => {
    let failAccept = () => {}
    const { url } = await listen((_request, { incoming }) => {
      const server = 'server' in incoming.socket ? incoming.socket.server : null
      if (server instanceof EventEmitter) {
        failAccept = () => void server.emit('error', Object.assign(new Error(), { code: 'EMFILE' }))
      }
      return new Response('served')
    })
    const warned = once(process, 'warning')
    expect((await fetch(url)).status).toBe(200)
    failAccept()
    expect(String((await warned)[0])).toContain('EMFILE')
    failAccept()
    expect((await fetch(url)).status).toBe(200)
  })
})

describe('behind a proxy', () => {
  it('refuses another peer, but not its health checks', async () => {
    const app = appOf(async () => new Response('served'), ['10.0.0.0/8'])
    const { url } = await listen(app.fetch)
    const refused = await fetch(`${url}/success`)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ error: { code: 'PROXY_UNTRUSTED' } })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('serves the named one, on either family, and only over https', () => {
    const refusalOf = createProxyGuard(['10.0.0.0/8', '::1/128'])
    const ask = (address: string, forwardedProto: string | null = null) =>
      refusalOf({ path: '/', address, forwardedProto })?.code ?? null
    expect(ask('10.1.2.3')).toBeNull()
    expect(ask('::ffff:10.1.2.3', 'https')).toBeNull()
    expect(ask('::1')).toBeNull()
    expect(ask('11.0.0.1')).toBe('PROXY_UNTRUSTED')
    expect(ask('::2')).toBe('PROXY_UNTRUSTED')
    expect(ask('10.1.2.3', 'http')).toBe('PROXY_PLAIN_HTTP')
    expect(ask('10.1.2.3', ' HTTP, https')).toBe('PROXY_PLAIN_HTTP')
    expect(ask('10.1.2.3', 'https, http')).toBeNull()
  })
})

describe('starting and stopping', () => {
  it('is alive and not ready while the engine starts', async () => {
    const { url } = await listen(answerWhileStarting)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const early = await fetch(`${url}/webhooks/stripe`, { method: 'POST', body: '{}' })
    expect(early.status).toBe(503)
    expect(early.headers.get('retry-after')).toBe('1')
  })

  it('lets an open request end, and takes no new one', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const listener = await listen(async () => {
      arrived()
      await held
      return new Response('done')
    })
    const asked = fetch(listener.url)
    await arrival
    const closed = listener.close(5_000)
    await expect(fetch(listener.url)).rejects.toThrow()
    const released = systemClock.now()
    release()
    expect(await (await asked).text()).toBe('done')
    await closed
    // Its connection was kept alive, and yet nobody waits for it.
    expect(systemClock.now() - released).toBeLessThan(1_000)
  })

  it('does not wait for connections that have asked nothing', async () => {
    const listener = await listen(answerWhileStarting)
    const silent = connect(listener.port, '127.0.0.1')
    const half = connect(listener.port, '127.0.0.1')
    half.write('GET /healthz HTTP/1.1\r\nHost: a\r\n')
    await Promise.all([once(silent, 'connect'), once(half, 'connect')])
    // Accepted by then: the listener answers in the order of arrival.
    await fetch(`${listener.url}/healthz`)
    const began = systemClock.now()
    const cut = Promise.all([once(silent, 'close'), once(half, 'close')])
    await listener.close(10_000)
    await cut
    expect(systemClock.now() - began).toBeLessThan(3_000)
  })

  it('cuts a request that outlasts the drain', async () => {
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const listener = await listen(() => {
      arrived()
      return new Promise<Response>(() => undefined)
    })
    const asked = fetch(listener.url).catch((error: unknown) => error)
    await arrival
    await listener.close(50)
    expect(await asked).toBeInstanceOf(Error)
  })

  it('names a port that is taken', async () => {
    const { port } = await listen(answerWhileStarting)
    const second = listenTcp({
      host: '127.0.0.1',
      port,
      tls: null,
      timers: systemTimers,
      fetch: answerWhileStarting,
    })
    await expect(second).rejects.toThrow(new RegExp(`PORT.*${port}.*in use`))
  })
})
