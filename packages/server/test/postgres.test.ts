// Goal: on PostgreSQL the command line reaches the same data without a socket and without workers.
// Method: a database of this test's own; one server in this process, the CLI beside it.
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom, systemTimers } from '@quittance/engine'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/main.ts'
import { loadConfig } from '../src/config/config.ts'
import { createLogger } from '../src/log.ts'
import { type RunningServer, startServer } from '../src/serve.ts'

const serverUrl = process.env.DATABASE_URL ?? ''
if (serverUrl === '') process.stderr.write('skipped: the CLI on PostgreSQL (no DATABASE_URL)\n')

describe.skipIf(serverUrl === '')('on PostgreSQL', () => {
  const name = `quittance_cli_${systemRandom.hex(6)}`
  let directory: string
  let admin: Client
  let server: RunningServer | undefined
  let environment: Record<string, string>

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'quittance-pg-'))
    admin = new Client({ connectionString: serverUrl })
    await admin.connect()
    await admin.query(`create database ${name}`)
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    environment = {
      STRIPE_API_KEY: 'sk_test_abcdef123456',
      STRIPE_WEBHOOK_SECRET: 'whsec_default',
      DATABASE_URL: url.href,
      PORT: '0',
    }
  })
  afterAll(async () => {
    await server?.stop()
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.end()
    rmSync(directory, { recursive: true, force: true })
  })

  async function cli(...args: string[]) {
    let out = ''
    let err = ''
    const code = await runCli(
      args,
      {
        environment,
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

  it('migrates by command, once', async () => {
    const first = await cli('migrate', '--json')
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(first.out).applied).toContain(1)
    const { host } = new URL(serverUrl)
    const again = `The schema in postgres://${host}/${name} is up to date.\n`
    expect((await cli('migrate')).out).toBe(again)
  })

  it('lists and replays what a server recorded; the server does the work', async () => {
    const logger = createLogger({ level: 'silent', format: 'json' })
    server = await startServer({ config: await loadConfig({ environment, directory }), logger })
    const now = Math.floor(systemClock.now() / 1000)
    const body = JSON.stringify({
      id: 'evt_pg',
      object: 'event',
      type: 'customer.created',
      livemode: false,
      created: now,
      data: { object: { id: 'cus_1', object: 'customer' } },
    })
    const v1 = createHmac('sha256', 'whsec_default').update(`${now}.${body}`).digest('hex')
    const answer = await fetch(`${server.url}/webhooks/stripe`, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': `t=${now},v1=${v1}` },
    })
    expect(answer.status).toBe(200)
    const ended = async (generation: number) => {
      for (let look = 0; look < 50; look += 1) {
        const [event] = JSON.parse((await cli('events', 'list', '--json')).out)
        if (event.generation === generation && event.state === 'ignored') return event
        await systemTimers.sleep(100)
      }
      throw new Error('the event did not end')
    }
    expect(await ended(1)).toMatchObject({ eventId: 'evt_pg', reason: 'unhandled' })
    expect((await cli('replay', 'evt_pg', '--json')).code).toBe(0)
    expect(await ended(2)).toMatchObject({ attempts: 2 })
  })

  it('tells a database that is not there, without its password', async () => {
    const url = new URL(environment.DATABASE_URL ?? '')
    url.port = '1'
    url.password = 'sesame'
    environment = { ...environment, DATABASE_URL: url.href }
    const { code, err } = await cli('events', 'list')
    expect(code).toBe(1)
    expect(err).toMatch(/STORE_UNAVAILABLE/)
    expect(err).not.toContain('sesame')
  })
})
