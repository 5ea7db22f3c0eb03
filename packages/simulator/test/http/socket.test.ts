// Goal: the unix socket serves the same API, replaces a dead socket's file, and spares anybody else's.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/index.ts'
import { apiKey, bench } from '../support.ts'

async function socketPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'simulator-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'simulator.sock')
}

function getOver(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: path,
        path: '/v1/products',
        headers: { host: 'api.stripe.com', authorization: `Bearer ${apiKey}` },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      },
    )
    call.on('error', reject)
    call.end()
  })
}

test('the same account over TCP and over the socket', async () => {
  const path = await socketPath()
  const b = await bench({ socketPath: path })
  expect(b.simulator.socketPath).toBe(path)
  await b.stripe.products.create({ name: 'a' })
  expect(await getOver(path)).toContain('"name": "a"')
})

test('a file that is no socket is spared, and the TCP port let go', async () => {
  const path = await socketPath()
  await writeFile(path, 'mine')
  const free = await createSimulator()
  await free.close()
  const taken = createSimulator({ socketPath: path, port: free.port })
  await expect(taken).rejects.toThrow(/EADDRINUSE/)
  expect(await readFile(path, 'utf8')).toBe('mine')
  const next = await createSimulator({ port: free.port })
  await next.close()
})
