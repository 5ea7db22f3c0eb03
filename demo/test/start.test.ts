// Goal: `npm start` reads its three variables, keeps its secret, and says where everything is.
// Method: the parts by themselves; the whole is started by the tests in e2e.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bannerLine, bannerText } from '../src/banner.ts'
import { readOptions } from '../src/options.ts'
import { keptWebhookSecret } from '../src/simulated-stripe.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-demo-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('options', () => {
  it('have defaults, and honour the variables', () => {
    expect(readOptions([], {}, '/shop')).toEqual({
      dataDir: '/shop/.data',
      simulatorPort: 4243,
      json: false,
    })
    const environment = { SIMULATOR_PORT: '0', DATA_DIR: '/elsewhere' }
    expect(readOptions(['--json'], environment, '/shop')).toEqual({
      dataDir: '/elsewhere',
      simulatorPort: 0,
      json: true,
    })
  })
  it('name the variable that is wrong', () => {
    expect(() => readOptions([], { SIMULATOR_PORT: '99999' }, '/shop')).toThrow(/SIMULATOR_PORT/)
    expect(() => readOptions([], { DATA_DIR: '' }, '/shop')).toThrow(/DATA_DIR: is set but empty/)
    expect(() => readOptions(['--jsn'], {}, '/shop')).toThrow(/--jsn: is not known/)
  })
})

describe('the signing secret', () => {
  it('is kept across restarts, for its owner only', async () => {
    const first = await keptWebhookSecret(directory)
    expect(first).toMatch(/^whsec_[a-f0-9]{48}$/)
    expect(await keptWebhookSecret(directory)).toBe(first)
    expect(statSync(join(directory, 'webhook.secret')).mode & 0o077).toBe(0)
  })
  it('is made anew when the file holds something else', async () => {
    writeFileSync(join(directory, 'webhook.secret'), '')
    expect(await keptWebhookSecret(directory)).toMatch(/^whsec_[a-f0-9]{48}$/)
  })
})

describe('the banner', () => {
  const addresses = {
    url: 'http://127.0.0.1:4242',
    simulator: 'http://127.0.0.1:4243',
    webhook: 'http://127.0.0.1:4242/webhooks/stripe',
    success: 'http://127.0.0.1:4242/success',
    dataDir: '/shop/.data',
    socket: '/shop/.data/simulator.sock',
  }
  it('is one line of JSON for programs', () => {
    const line = bannerLine(addresses)
    expect(line.endsWith('\n')).toBe(true)
    expect(line.trim()).not.toContain('\n')
    expect(JSON.parse(line)).toEqual(addresses)
  })
  it('names addresses, cards, the next command and the limit, without colour when asked', () => {
    const text = bannerText(addresses, false)
    for (const part of [addresses.url, addresses.simulator, '4242 4242 4242 4242', 'power loss']) {
      expect(text).toContain(part)
    }
    expect(text).toMatch(/Orders and members stay.*what the simulator knows/)
    expect(text).toContain('npx quittance stripe trigger checkout.session.completed')
    expect(text).not.toContain('\u001b')
    expect(bannerText(addresses, true)).toContain('\u001b')
  })
})
