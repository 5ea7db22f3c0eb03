// Goal: no bytes on a port, and no setting, end the process: each is answered, and the next request is served.
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { bench } from '../support.ts'

async function rawly(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  return text
}

test.each(['//', '///', 'http://'])('the target %s is refused', async (target) => {
  const b = await bench()
  const { port } = b.simulator
  const text = await rawly(port, [`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close'])
  expect(text).toMatch(/^HTTP\/1\.1 400 /)
  expect(text).not.toContain('    at ')
  const upgrade = ['Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket']
  expect(await rawly(port, [`GET ${target} HTTP/1.1`, ...upgrade])).toMatch(/^HTTP\/1\.1 404 /)
  expect((await b.call('GET', '/v1/products')).status).toBe(200)
})

describe('chaos', () => {
  test.each([
    [{ api: { status: 99, failNext: 1 } }, 'status'],
    [{ api: { status: 200, failNext: 1 } }, 'status'],
    [{ api: { failNext: -1 } }, 'failNext'],
    [{ api: { failNext: 1.5 } }, 'failNext'],
    [{ api: { dropResponse: -1 } }, 'dropResponse'],
    [{ api: { latencyMs: 1e12 } }, 'latencyMs'],
    [{ seed: 1, reorderWindow: -5 }, 'reorderWindow'],
    [{ seed: 1, delayMs: [-5, 5] }, 'delayMs'],
    [{ seed: 1, delayMs: [0, 1e15] }, 'delayMs'],
    [{ seed: 1, drop: 1.5 }, 'drop'],
  ])('%j is refused, and nothing is set', async (body, name) => {
    const b = await bench()
    expect(await b.sim('chaos', body)).toMatchObject({ error: expect.stringContaining(name) })
    expect((await b.call('GET', '/v1/products')).status).toBe(200)
  })
})
