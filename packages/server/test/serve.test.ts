// Goal: a server from configuration alone records what Stripe signs, and the CLI sees and replays it.
// Method: the real server in this process on the embedded database; the CLI over its socket.
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemTimers } from '@quittance/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/main.ts'
import { loadConfig } from '../src/config/config.ts'
import { createLogger } from '../src/log.ts'
import { type RunningServer, startServer } from '../src/serve.ts'

let directory: string
let server: RunningServer
const lines: string[] = []

const configOf = (dataDir: string) =>
  loadConfig({
    environment: {
      STRIPE_API_KEY: 'sk_test_abcdef123456',
      STRIPE_WEBHOOK_SECRET: 'whsec_default',
      STRIPE_WEBHOOK_SECRET_EU: 'whsec_eu',
      DATA_DIR: dataDir,
      PORT: '0',
    },
    directory,
  })

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-serve-'))
  const logger = createLogger({
    level: 'info',
    format: 'json',
    write: (line) => lines.push(line),
  })
  server = await startServer({ config: await configOf(dataDir()), logger })
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

// Long on purpose: its sockets have to live elsewhere.
const dataDir = () => join(directory, 'd'.repeat(90))

async function deliver(path: string, secret: string, id: string, pad = '') {
  const body = JSON.stringify({
    id,
    object: 'event',
    type: 'customer.created',
    api_version: '2026-10-28.endive',
    livemode: false,
    created: Math.floor(systemClock.now() / 1000),
    data: { object: { id: 'cus_1', object: 'customer', email: 'jenny@example.com', pad } },
  })
  const t = Math.floor(systemClock.now() / 1000)
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return await fetch(`${server.url}${path}`, {
    method: 'POST',
    body,
    headers: { 'stripe-signature': `t=${t},v1=${v1}`, 'content-type': 'application/json' },
  })
}

async function cli(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runCli(
    args,
    {
      environment: { DATA_DIR: dataDir() },
      directory,
      terminal: false,
      print: (text) => {
        out += text
      },
      complain: (text) => {
        err += text
      },
    },
    '0.0.0',
  )
  return { code, out, err }
}

async function ended(id: string, generation: number) {
  for (let look = 0; look < 50; look += 1) {
    const event = JSON.parse((await cli('events', 'show', id, '--json')).out)
    if (event.generation === generation && event.endedAt !== null) return event
    await systemTimers.sleep(100)
  }
  throw new Error(`${id} did not end`)
}

describe('intake', () => {
  it('records what is signed, on the default and on a named endpoint', async () => {
    expect((await deliver('/webhooks/stripe', 'whsec_default', 'evt_1')).status).toBe(200)
    expect((await deliver('/stripe-webhook', 'whsec_default', 'evt_2')).status).toBe(200)
    expect((await deliver('/webhooks/stripe/eu', 'whsec_eu', 'evt_3')).status).toBe(200)
  })
  it('refuses what is not, or is signed for another endpoint', async () => {
    expect((await deliver('/webhooks/stripe', 'whsec_wrong', 'evt_9')).status).toBe(400)
    const swapped = await deliver('/webhooks/stripe', 'whsec_eu', 'evt_9')
    expect(await swapped.json()).toMatchObject({ error: { code: 'SIGNATURE_OTHER_ENDPOINT' } })
  })
  it('keeps payloads and personal data out of the log', () => {
    expect(lines.join('')).toContain('evt_1')
    expect(lines.join('')).not.toMatch(/jenny|whsec_|v1=/)
  })
})

describe('the command line beside it', () => {
  it('lists events, as a table and as JSON', async () => {
    await ended('evt_1', 1)
    const table = await cli('events', 'list')
    expect(table.out).toMatch(/evt_1 +customer\.created +ignored: unhandled/)
    const json = await cli('events', 'list', '--type', 'customer.created', '--json')
    const ids = JSON.parse(json.out).map((event: { eventId: string }) => event.eventId)
    expect(ids.sort()).toEqual(['evt_1', 'evt_2', 'evt_3'])
    expect(json.out).not.toContain('jenny')
  })
  it('replays an ended event as a new generation', async () => {
    await ended('evt_2', 1)
    expect((await cli('replay', 'evt_2')).out).toBe('evt_2 runs again, as generation 2.\n')
    const event = await ended('evt_2', 2)
    expect(event.attemptRows.map((row: { generation: number }) => row.generation)).toEqual([1, 2])
  })
  it('tells what does not exist, and which filter is wrong', async () => {
    const event = await cli('events', 'show', 'evt_none')
    expect(event).toMatchObject({ code: 1, out: '' })
    expect(event.err).toMatch(/EVENT_NOT_FOUND/)
    expect((await cli('orders', 'show', 'nobody')).err).toMatch(/ORDER_NOT_FOUND/)
    expect((await cli('orders', 'list')).out).toBe('No orders.\n')
    expect(await cli('events', 'list', '--state', 'odd')).toMatchObject({ code: 2 })
  })
})

describe('the data directory', () => {
  it('is closed to other users of the machine', () => {
    for (const path of [dataDir(), join(dataDir(), 'db')]) {
      expect(statSync(path).mode & 0o077, path).toBe(0)
    }
  })
})

describe('one process owns a data directory', () => {
  it('a second server is refused, and the first goes on', async () => {
    const logger = createLogger({ level: 'silent', format: 'json' })
    const second = startServer({ config: await configOf(dataDir()), logger })
    await expect(second).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })
  it('stopping ends everything, and the next server finds what was recorded', async () => {
    await server.stop()
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
    expect((await cli('events', 'list')).err).toMatch(/no server is running/)
    const logger = createLogger({ level: 'silent', format: 'json' })
    server = await startServer({ config: await configOf(dataDir()), logger })
    expect((await cli('events', 'list')).out).toContain('evt_3')
  })
})
