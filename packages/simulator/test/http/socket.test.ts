// Goal: the unix socket serves the same API, replaces a dead socket's file, and spares a live one and anybody else's.
import { spawnSync } from 'node:child_process'
import { lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkedSimulator } from '../schema/checked-simulator.ts'
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
  const free = await checkedSimulator()
  await free.close()
  const taken = checkedSimulator({ socketPath: path, port: free.port })
  await expect(taken).rejects.toThrow(/EADDRINUSE/)
  expect(await readFile(path, 'utf8')).toBe('mine')
  const next = await checkedSimulator({ port: free.port })
  await next.close()
})

test('a live socket is left to whom it serves', async () => {
  const path = await socketPath()
  const b = await bench({ socketPath: path })
  await b.stripe.products.create({ name: 'a' })
  const second = checkedSimulator({ socketPath: path })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await expect(second).rejects.toThrow(/choose another path/)
  expect(await getOver(path)).toContain('"name": "a"')
})

test('a dead socket is replaced', async () => {
  const path = await socketPath()
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script, path])
  expect((await lstat(path)).isSocket()).toBe(true)
  await bench({ socketPath: path })
  expect(await getOver(path)).toContain('"list"')
})
