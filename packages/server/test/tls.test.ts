// Goal: with a certificate the listener speaks https, and only https.
// Method: a certificate made here by openssl; skipped, with a reason, where there is none.
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemTimers } from '@quittance/engine'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config/config.ts'
import { answerWhileStarting } from '../src/http/app.ts'
import { listenTcp } from '../src/http/listen.ts'

const directory = mkdtempSync(join(tmpdir(), 'quittance-tls-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') }
const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
const output = ['-keyout', files.key, '-out', files.cert]
const made = spawnSync(
  'openssl',
  ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...output],
  { stdio: 'ignore' },
)
const withoutOpenssl = made.status !== 0
if (withoutOpenssl) process.stderr.write('skipped: TLS (no openssl to make a certificate)\n')

describe.skipIf(withoutOpenssl)('TLS', () => {
  it('serves https from the files that the configuration names', async () => {
    const config = await loadConfig({
      environment: {
        STRIPE_API_KEY: 'sk_live_abcdef123456',
        STRIPE_WEBHOOK_SECRET: 'whsec_default',
        PUBLIC_URL: 'https://shop.example',
        TLS_CERT_FILE: files.cert,
        TLS_KEY_FILE: files.key,
      },
      directory,
    })
    const listener = await listenTcp({
      host: '127.0.0.1',
      port: 0,
      tls: config.tls,
      timers: systemTimers,
      fetch: answerWhileStarting,
    })
    expect(listener.url).toBe(`https://127.0.0.1:${listener.port}`)
    const status = await new Promise((resolve, reject) => {
      const ca = readFileSync(files.cert)
      get(`${listener.url}/healthz`, { ca, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).once('error', reject)
    })
    expect(status).toBe(200)
    await expect(fetch(`http://127.0.0.1:${listener.port}/healthz`)).rejects.toThrow()
    await listener.close(1_000)
  })

  it('stops in time beside a connection that never shakes hands', async () => {
    const tls = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
    const listener = await listenTcp({
      host: '127.0.0.1',
      port: 0,
      tls,
      timers: systemTimers,
      fetch: answerWhileStarting,
    })
    const silent = connect(listener.port, '127.0.0.1')
    await once(silent, 'connect')
    const cut = once(silent, 'close')
    await listener.close(100)
    await cut
  }, 5_000)

  it('names a key that is not the certificate’s', async () => {
    const other = join(directory, 'other.pem')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const environment = {
      STRIPE_API_KEY: 'sk_test_abcdef123456',
      STRIPE_WEBHOOK_SECRET: 'whsec_default',
      TLS_CERT_FILE: files.cert,
      TLS_KEY_FILE: other,
    }
    const error = await loadConfig({ environment, directory }).catch((reason: unknown) => reason)
    expect(String(error)).toMatch(/TLS_KEY_FILE: cannot be used with the certificate/)
  })

  it('names a file that is missing, or is something else', async () => {
    const environment = {
      STRIPE_API_KEY: 'sk_test_abcdef123456',
      STRIPE_WEBHOOK_SECRET: 'whsec_default',
      TLS_CERT_FILE: files.key,
      TLS_KEY_FILE: join(directory, 'nowhere.pem'),
    }
    const error = await loadConfig({ environment, directory }).catch((reason: unknown) => reason)
    expect(String(error)).toMatch(
      /TLS_CERT_FILE: .*holds no CERTIFICATE[\s\S]*TLS_KEY_FILE: .*cannot/,
    )
  })
})
