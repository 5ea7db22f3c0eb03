// Goal: an operator sees who may use what, and why, from the command line alone.
// Method: the real server on the embedded database, rows as the projections write them, the CLI over its socket.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/main.ts'
import { loadConfig } from '../src/config/config.ts'
import { createLogger } from '../src/log.ts'
import { type RunningServer, startServer } from '../src/serve.ts'

const ROWS = `
insert into quittance.buyers (user_id, customer_id, follow_up_since, created_at, updated_at)
values ('user_1', 'cus_1', '2026-12-01T13:00:00Z', quittance.now(), quittance.now());
insert into quittance.subscriptions (id, customer_id, livemode, status, cancel_at, period_start,
  period_end, stripe_created, created_at, updated_at)
values ('sub_1', 'cus_1', false, 'past_due', null, '2026-12-01T12:00:00Z', '2027-01-01T12:00:00Z',
    '2026-11-01T12:00:00Z', quittance.now(), quittance.now()),
  ('sub_2', 'cus_2', false, 'canceled', null, null, null, '2026-10-01T12:00:00Z',
    quittance.now(), quittance.now());
insert into quittance.subscription_items (subscription_id, id, price_id, item_id, quantity)
values ('sub_1', 'si_1', 'price_1', 'team', 3), ('sub_2', 'si_2', 'price_2', null, 1);
insert into quittance.subscription_history (subscription_id, from_status, to_status, cause, at)
values ('sub_1', 'active', 'past_due', 'event invoice.payment_failed', '2026-12-01T13:00:00Z');
insert into quittance.invoices (id, customer_id, subscription_id, livemode, status, currency,
  subtotal, total, amount_due, amount_paid, amount_remaining, attempted, attempt_count, period_end,
  stripe_created, created_at, updated_at)
values ('in_1', 'cus_1', 'sub_1', false, 'open', 'eur', 3600, 3600, 3600, 0, 3600, true, 1,
  '2027-01-01T12:00:00Z', '2026-12-01T12:00:00Z', quittance.now(), quittance.now());
insert into quittance.access (buyer_id, feature, granted, access_until, reason, source, source_id,
  later_reason, later_source, later_source_id, updated_at)
select id, 'sso', true, '2026-12-08T12:00:00Z', 'past_due_grace', 'subscription', 'sub_1',
  'past_due_grace_over', 'subscription', 'sub_1', quittance.now() from quittance.buyers`

let directory: string
let server: RunningServer
let environment: Record<string, string>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-billing-'))
  const catalogue = {
    team: { kind: 'plan', price: 'price_1', interval: 'month', features: ['sso'] },
    report: { price: 'price_3', features: ['report'] },
  }
  writeFileSync(join(directory, 'quittance.config.json'), JSON.stringify({ catalogue }))
  environment = {
    STRIPE_API_KEY: 'sk_test_abcdef123456',
    // Nobody answers there: the catalogue is checked when somebody does.
    STRIPE_API_BASE: 'http://127.0.0.1:1',
    STRIPE_WEBHOOK_SECRET: 'whsec_default',
    DATA_DIR: join(directory, 'data'),
    QUITTANCE_CONFIG: join(directory, 'quittance.config.json'),
    PORT: '0',
  }
  const logger = createLogger({ level: 'silent', format: 'json' })
  server = await startServer({ config: await loadConfig({ environment, directory }), logger })
  const { database } = server
  await database.transaction((tx) => database.script(tx, ROWS))
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function cli(words: string) {
  let out = ''
  let err = ''
  const code = await runCli(
    words.split(' '),
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

describe('access', () => {
  it('tells each feature with its reason in words', async () => {
    const { code, out } = await cli('access user_1 --at 2026-12-02T00:00:00Z')
    expect(code).toBe(0)
    expect(out).toMatch(/^FEATURE +ACCESS +BECAUSE +FROM\n/)
    expect(out).toMatch(/report +no +nothing gives it +–\n/)
    expect(out).toMatch(
      /sso +yes +past_due, in grace until 2026-12-08T12:00:00Z +subscription sub_1\n/,
    )
  })
  it('by customer, at another time, as JSON', async () => {
    const { out } = await cli('access cus_1 --at 2026-12-08T13:00:00+01:00 --json')
    expect(JSON.parse(out)).toMatchObject([
      { feature: 'report', granted: false, reason: 'none', source: null },
      { feature: 'sso', granted: false, reason: 'past_due_grace_over', until: null },
    ])
  })
  it('names a buyer that nobody knows', async () => {
    const { code, err } = await cli('access user_9')
    expect(code).toBe(1)
    expect(err).toMatch(/there is no buyer user_9 \(CUSTOMER_NOT_FOUND\)/)
  })
})

describe('subscriptions', () => {
  it('are listed, of everybody and of one', async () => {
    const { out } = await cli('subscriptions list')
    expect(out).toMatch(/^SUBSCRIPTION +STATUS +ITEMS +CUSTOMER +PERIOD ENDS +ENDS\n/)
    expect(out).toMatch(/sub_1 +past_due +team × 3 +cus_1 +2027-01-01 12:00:00Z +–\n/)
    expect(out).toMatch(/sub_2 +canceled +price_2 +cus_2/)
    const ids = async (words: string) =>
      JSON.parse((await cli(`${words} --json`)).out).map(({ id }: { id: string }) => id)
    expect(await ids('subscriptions list --status canceled')).toEqual(['sub_2'])
    expect(await ids('subscriptions list --buyer user_1')).toEqual(['sub_1'])
    expect(await ids('subscriptions list --limit 1')).toEqual(['sub_1'])
    expect((await cli('subscriptions list --buyer user_9')).out).toBe('No subscriptions.\n')
  })
  it('show one with its items and history', async () => {
    const { out } = await cli('subscriptions show sub_1')
    expect(out).toMatch(/status +past_due\n/)
    expect(out).toMatch(/\nITEM +PRICE +QTY/)
    expect(out).toMatch(/active +past_due +event invoice\.payment_failed/)
    const { err, code } = await cli('subscriptions show sub_9')
    expect(err).toMatch(/there is no subscription sub_9 \(SUBSCRIPTION_NOT_FOUND\)/)
    expect(code).toBe(1)
  })
})

describe('customers show', () => {
  it('tells the buyer with everything that follows', async () => {
    const { out } = await cli('customers show cus_1')
    expect(out).toMatch(/^userId +user_1\ncustomerId +cus_1\n/)
    expect(out).toMatch(/followUpSince +2026-12-01 13:00:00Z\n/)
    expect(out).toMatch(/\nsso +/)
    expect(out).toMatch(/\nsub_1 +past_due/)
    expect(out).toMatch(/\nin_1 +open +€36\.00 +2027-01-01 12:00:00Z +1\n/)
    expect(out).toMatch(/No orders\.\n$/)
    expect(JSON.parse((await cli('customers show user_1 --json')).out)).toMatchObject({
      customerId: 'cus_1',
      subscriptions: [{ id: 'sub_1', items: [{ itemId: 'team' }] }],
      invoices: [{ id: 'in_1' }],
      orders: [],
    })
  })
})
