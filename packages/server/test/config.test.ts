// Goal: a wrong configuration is told by key, all at once, without a secret's value.
// Method: one right environment, then one broken key per test.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig, loadStoreConfig, loadStripeConfig } from '../src/config/config.ts'
import { READ_KEYS } from '../src/config/environment.ts'
import { READ_FILE_KEYS } from '../src/config/file.ts'
import { ENVIRONMENT_KEYS, FILE_KEYS, renderReference } from '../src/config/keys.ts'
import { ConfigError, type Problem } from '../src/config/problem.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-config-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const TEST = { STRIPE_API_KEY: 'sk_test_abc123', STRIPE_WEBHOOK_SECRET: 'whsec_abc123' }
const LIVE = {
  STRIPE_API_KEY: 'rk_live_abc123',
  STRIPE_WEBHOOK_SECRET: 'whsec_abc123',
  PUBLIC_URL: 'https://shop.example',
  TRUSTED_PROXY: '10.0.0.0/8',
}

const load = (environment: Record<string, string>, configPath?: string) =>
  loadConfig({ environment, directory, configPath })

async function problemsOf(
  environment: Record<string, string>,
  configPath?: string,
): Promise<readonly Problem[]> {
  const error = await load(environment, configPath).catch((reason: unknown) => reason)
  if (!(error instanceof ConfigError)) throw new Error('expected a ConfigError')
  for (const { found, cure } of error.problems)
    expect(found.length * cure.length).toBeGreaterThan(0)
  return error.problems
}

const keysOf = (problems: readonly Problem[]) => problems.map((problem) => problem.key)

describe('a right environment', () => {
  it('needs a key and one signing secret', async () => {
    const config = await load(TEST)
    expect(config).toMatchObject({
      mode: 'test',
      host: '127.0.0.1',
      port: 4242,
      publicUrl: null,
      apiBase: null,
      database: { kind: 'pglite', dataDir: join(directory, '.data', 'db') },
      endpoints: { default: { secrets: ['whsec_abc123'] } },
    })
  })

  it('takes several secrets and several endpoints', async () => {
    const config = await load({
      ...TEST,
      STRIPE_WEBHOOK_SECRET: 'whsec_new, whsec_old',
      STRIPE_WEBHOOK_SECRET_CONNECT: 'whsec_connect',
    })
    expect(config.endpoints).toEqual({
      default: { secrets: ['whsec_new', 'whsec_old'] },
      connect: { secrets: ['whsec_connect'] },
    })
  })

  it('reads Postgres, addresses and a trailing slash', async () => {
    const config = await load({
      ...TEST,
      DATABASE_URL: 'postgres://u:p@db:5432/shop',
      STRIPE_API_BASE: 'http://127.0.0.1:4243',
      PUBLIC_URL: 'http://shop.example/pay/',
      TRUSTED_PROXY: 'loopback, 10.0.0.7',
      PORT: '0',
    })
    expect(config.database).toEqual({
      kind: 'postgres',
      connectionString: 'postgres://u:p@db:5432/shop',
    })
    expect(config.publicUrl).toBe('http://shop.example/pay')
    expect(config.apiBase?.port).toBe('4243')
    expect(config.port).toBe(0)
    expect(config.trustedProxy).toEqual(['127.0.0.0/8', '::1/128', '10.0.0.7/32'])
  })

  it('writes a public URL as browsers read it', async () => {
    const texts = ['HTTPS://Shop.example/', 'https:shop.example', 'https://shop.example/?']
    for (const PUBLIC_URL of texts) {
      expect((await load({ ...LIVE, PUBLIC_URL })).publicUrl, PUBLIC_URL).toBe(
        'https://shop.example',
      )
    }
  })

  it('serves live mode behind a named proxy', async () => {
    expect((await load(LIVE)).mode).toBe('live')
  })
})

describe('a wrong environment', () => {
  const broken: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['STRIPE_API_KEY', { STRIPE_API_KEY: 'pk_test_abc123' }, /publishable/],
    ['STRIPE_API_KEY', { STRIPE_API_KEY: 'whsec_abc123' }, /signing secret/],
    ['STRIPE_API_KEY', { STRIPE_API_KEY: 'hunter2' }, /neither/],
    ['STRIPE_API_KEY', { STRIPE_API_KEY: '   ' }, /empty/],
    ['STRIPE_WEBHOOK_SECRET', { STRIPE_WEBHOOK_SECRET: '' }, /empty/],
    ['STRIPE_WEBHOOK_SECRET', { STRIPE_WEBHOOK_SECRET: 'whsec_a,,whsec_b' }, /position 2/],
    ['STRIPE_WEBHOOK_SECRET', { STRIPE_WEBHOOK_SECRET: 'sk_test_abc123' }, /other than whsec/],
    ['STRIPE_WEBHOOK_SECRET_EU', { STRIPE_WEBHOOK_SECRET_EU: '' }, /empty/],
    ['STRIPE_WEBHOOK_SECRET_DEFAULT', { STRIPE_WEBHOOK_SECRET_DEFAULT: 'whsec_a' }, /second time/],
    ['STRIPE_API_BASE', { STRIPE_API_BASE: 'ftp://127.0.0.1' }, /scheme/],
    ['STRIPE_API_BASE', { STRIPE_API_BASE: 'http://127.0.0.1/v1' }, /path/],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://localhost/shop' }, /postgres/],
    ['PORT', { PORT: '70000' }, /70000/],
    ['PORT', { PORT: '4242abc' }, /4242abc/],
    ['PUBLIC_URL', { PUBLIC_URL: 'shop.example' }, /absolute/],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://:sesame@shop.example' }, /user/],
    ['TRUSTED_PROXY', { TRUSTED_PROXY: '10.0.0.0/33' }, /33/],
    ['TRUSTED_PROXY', { TRUSTED_PROXY: 'my-proxy' }, /my-proxy/],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }, /loud/],
    ['TLS_KEY_FILE', { TLS_CERT_FILE: '/nowhere.pem' }, /not set/],
    ['QUITTANCE_CONFIG', { QUITTANCE_CONFIG: 'nowhere.mjs' }, /no file/],
  ]
  for (const [key, change, found] of broken) {
    it(`names ${key}: ${JSON.stringify(Object.values(change)[0])}`, async () => {
      const problems = await problemsOf({ ...TEST, ...change })
      const problem = problems.find((each) => each.key === key)
      expect(problem?.found).toMatch(found)
    })
  }

  it('reports everything at once and never a secret', async () => {
    const error = await load({
      STRIPE_API_KEY: 'pk_test_sesame',
      STRIPE_WEBHOOK_SECRET: 'open-sesame',
      DATABASE_URL: 'mysql://root:sesame@db/shop',
      PORT: 'x',
    }).catch((reason: unknown) => reason)
    if (!(error instanceof ConfigError)) throw new Error('expected a ConfigError')
    const keys = ['STRIPE_API_KEY', 'DATABASE_URL', 'PORT', 'STRIPE_WEBHOOK_SECRET']
    expect(keysOf(error.problems)).toEqual(keys)
    expect(error.message).not.toContain('sesame')
    for (const key of keys) expect(error.message).toContain(key)
  })

  it('says what is missing, and which other name holds it', async () => {
    const problems = await problemsOf({ STRIPE_SECRET_KEY: 'sk_test_abc123' })
    expect(keysOf(problems)).toEqual(['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET'])
    expect(problems[0]?.found).toMatch(/STRIPE_SECRET_KEY/)
  })
})

describe('live mode', () => {
  it('refuses an address without https', async () => {
    const problems = await problemsOf({ ...LIVE, PUBLIC_URL: 'http://shop.example' })
    expect(keysOf(problems)).toEqual(['PUBLIC_URL'])
  })
  it('refuses to guess its address', async () => {
    const { PUBLIC_URL: _, ...rest } = LIVE
    expect(keysOf(await problemsOf(rest))).toEqual(['PUBLIC_URL'])
  })
  it('refuses a plain listener without a named proxy', async () => {
    const { TRUSTED_PROXY: _, ...rest } = LIVE
    expect(keysOf(await problemsOf(rest))).toEqual(['TLS_CERT_FILE'])
  })
  it('refuses to send a live key elsewhere', async () => {
    const problems = await problemsOf({ ...LIVE, STRIPE_API_BASE: 'http://127.0.0.1:4243' })
    expect(keysOf(problems)).toEqual(['STRIPE_API_BASE'])
  })
})

describe('the configuration file', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }

  it('gives the catalogue and the handlers', async () => {
    const path = write(
      'right.mjs',
      `export default {
        catalogue: { poster: { lookupKey: 'poster', quantity: { max: 3 } } },
        on: { 'order.fulfilled': () => {} },
        processor: { workers: 2 },
        trustedProxy: ['loopback'],
      }`,
    )
    const { app, trustedProxy } = await load(TEST, path)
    expect(app.catalogue?.poster?.lookupKey).toBe('poster')
    expect(typeof app.on?.['order.fulfilled']).toBe('function')
    expect(trustedProxy).toEqual(['127.0.0.0/8', '::1/128'])
  })

  it('gives plans, policies, groups and handlers of every event', async () => {
    const catalogue = {
      poster: { kind: 'one_time', price: 'price_1', features: ['wallpapers'], accessDays: 30 },
      pro: {
        kind: 'plan',
        lookupKey: 'pro',
        interval: 'month',
        intervalCount: 3,
        trialDays: 14,
        trialEnd: 'pause',
        group: 'tools',
        quantity: { max: 20 },
        features: ['export'],
        formerPrices: ['price_0'],
        policies: { canceledNow: 'paid_through' },
        define: { name: 'Pro', unitAmount: 2_000, currency: 'eur' },
        session: { payment_method_collection: 'if_required' },
      },
    }
    const billing = {
      policies: { pastDueGraceDays: 3, fullRefund: 'keep' },
      groups: { tools: { second: 'allow', trials: 'always' } },
      portalConfiguration: 'bpc_1',
    }
    const path = write('plans.json', JSON.stringify({ catalogue, billing }))
    const { app } = await load(TEST, path)
    expect(app).toEqual({ catalogue, billing })
    const handlers = `export default { on: { 'access.granted': () => {}, 'invoice.paid': { mail() {} } } }`
    expect(Object.keys((await load(TEST, write('on.mjs', handlers))).app.on ?? {})).toHaveLength(2)
  })

  it.each([
    [{ catalogue: { pro: { kind: 'plan', interval: 'month', trial: 14 } } }, 'catalogue.pro.trial'],
    [{ catalogue: { mug: { price: 'p', trialDays: 14 } } }, 'catalogue.mug.trialDays'],
    [
      { catalogue: { pro: { kind: 'plan', interval: 'month', policies: { refund: 1 } } } },
      'catalogue.pro.policies.refund',
    ],
    [
      { catalogue: { mug: { lookupKey: 'k', define: { amount: 1 } } } },
      'catalogue.mug.define.amount',
    ],
    [{ billing: { policy: {} } }, 'billing.policy'],
    [{ billing: { groups: { tools: { seconds: 'allow' } } } }, 'billing.groups.tools.seconds'],
  ])('refuses a key that nobody reads, and names those that are read: %j', async (file, key) => {
    const problems = await problemsOf(TEST, write('stray.json', JSON.stringify(file)))
    const problem = problems.find((each) => each.key.startsWith(`${key} `))
    expect(problem?.cure).toMatch(/^Known are \w+, \w+/)
  })

  it('refuses a plan without its interval, and a value of the wrong form', async () => {
    const catalogue = {
      pro: { kind: 'plan', lookupKey: 'pro' },
      mug: { price: 'p', features: 'x' },
    }
    const billing = { policies: { fullRefund: 'take' } }
    const problems = await problemsOf(
      TEST,
      write('form.json', JSON.stringify({ catalogue, billing })),
    )
    expect(keysOf(problems).join()).toMatch(
      /catalogue\.pro\.interval.*catalogue\.mug\.features.*billing\.policies\.fullRefund/,
    )
  })

  it('does not quote a secret that stands where it cannot be read', async () => {
    const broken = write('broken.json', '{"session": whsec_sesame}')
    const [problem] = await problemsOf(TEST, broken)
    expect(problem?.found).toMatch(/cannot be loaded/)
    expect(problem?.found).not.toMatch(/whsec_s/)
  })

  it('names an unknown key, a wrong type and a missing export by their path', async () => {
    const unknown = write('unknown.json', '{"catalog": {}, "limits": {"bodyBytes": 1}}')
    expect(keysOf(await problemsOf(TEST, unknown)).join()).toMatch(/limits\.bodyBytes.*catalog /)
    const wrong = write('wrong.json', '{"catalogue": {"poster": {"price": 5}}}')
    expect(keysOf(await problemsOf(TEST, wrong))[0]).toMatch(/^catalogue\.poster\.price/)
    const empty = write('empty.mjs', 'export const catalogue = {}')
    expect((await problemsOf(TEST, empty))[0]?.found).toMatch(/default export/)
    const misspelt = write('misspelt.mjs', "export default { on: { 'order.fulfiled': () => {} } }")
    const [problem] = await problemsOf(TEST, misspelt)
    expect(problem?.key).toMatch(/^on\.order\.fulfiled/)
    expect(problem?.cure).toContain('order.fulfilled')
    const proxy = write('proxy.json', '{"trustedProxy": ["somewhere"]}')
    expect(keysOf(await problemsOf(TEST, proxy))[0]).toMatch(/^trustedProxy/)
  })
})

describe('commands that only need the store', () => {
  it('need neither key nor secret, and still refuse a wrong database', () => {
    expect(loadStoreConfig({ environment: {}, directory }).database.kind).toBe('pglite')
    const wrong = { environment: { DATABASE_URL: 'x' }, directory }
    expect(() => loadStoreConfig(wrong)).toThrow(/DATABASE_URL/)
  })
})

describe('commands that only ask Stripe', () => {
  it('need the key and the file, and nothing else', async () => {
    const configPath = join(directory, 'stripe.json')
    writeFileSync(configPath, '{"catalogue": {"mug": {"price": "price_1"}}}')
    const environment = { STRIPE_API_KEY: 'sk_test_abc123', DATABASE_URL: 'x', PORT: 'y' }
    const config = await loadStripeConfig({ environment, directory, configPath })
    expect(config).toMatchObject({
      mode: 'test',
      app: { catalogue: { mug: { price: 'price_1' } } },
    })
    const wrong = loadStripeConfig({ environment: {}, directory, configPath: 'nowhere.mjs' })
    await expect(wrong).rejects.toThrow(/STRIPE_API_KEY: is not set[\s\S]*/)
    await expect(wrong).rejects.toThrow(/--config: no file at nowhere\.mjs/)
  })

  it('send a live key to Stripe alone', async () => {
    const environment = { STRIPE_API_KEY: 'sk_live_x', STRIPE_API_BASE: 'http://127.0.0.1:4243' }
    const load = loadStripeConfig({ environment, directory })
    await expect(load).rejects.toThrow(/STRIPE_API_BASE: is http:\/\/127/)
  })
})

describe('docs/reference/config.md', () => {
  it('documents exactly the keys that are read', () => {
    expect(ENVIRONMENT_KEYS.map((row) => row.key).sort()).toEqual([...READ_KEYS].sort())
    expect(FILE_KEYS.map((row) => row.key).sort()).toEqual([...READ_FILE_KEYS].sort())
  })
  it('is what the table renders', () => {
    const page = fileURLToPath(new URL('../../../docs/reference/config.md', import.meta.url))
    expect(readFileSync(page, 'utf8')).toBe(renderReference())
  })
})
