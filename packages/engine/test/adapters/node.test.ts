// Goal: the node adapter bounds what it reads, survives hang-ups and takes bytes others have read.
// Method: real servers, and raw sockets where a client must misbehave.
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { signed, utf8 } from '../verify/signing.ts'
import { fakeEngine } from './fake-engine.ts'
import { type Sent, sendOverHttp, sendRaw } from './send.ts'
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

  it('keeps the connection usable after refusing a large body', async () => {
    const { engine, recorded } = fakeEngine()
    const port = Number(new URL(await onNode(toNodeHandler(engine))).port)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const send = (path: string, body: Uint8Array) =>
      new Promise<[number | undefined, number | undefined]>((resolve, reject) => {
        const headers = { ...DELIVERY.headers, 'content-length': String(body.byteLength) }
        const sent = request({ host: HOST, port, agent, path, method: 'POST', headers })
        sent.once('error', reject)
        sent.once('response', (response) => {
          const { localPort } = response.socket
          response.resume().once('end', () => resolve([response.statusCode, localPort]))
        })
        sent.end(body)
      })
    const [refused, first] = await send('/webhooks/stripe', new Uint8Array(3 * 1_048_576))
    const [accepted, second] = await send('/webhooks/stripe', EVENT)
    agent.destroy()
    expect([refused, accepted, second]).toEqual([413, 200, first])
    expect(recorded.deliveries).toHaveLength(1)
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

  it('asks no route about a sender that was gone before the handler ran', async () => {
    const { engine, recorded } = fakeEngine()
    const handler = toNodeHandler(engine)
    const origin = await onNode((req, res) => {
      req.once('close', () => handler(req, res))
      req.destroy()
    })
    await sendOverHttp(origin)(DELIVERY).catch(() => undefined)
    expect(recorded.logs).toMatchObject([{ fields: { code: 'BODY_INCOMPLETE' } }])
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
