// Goal: access that ends by the clock is told as revoked exactly once, though no event ever comes;
// other rules reach every buyer; and what fails is asked for again, but does not pile up.
import { describe, expect, test } from 'vitest'
import type { BillingOptions } from '../../../src/catalogue.ts'
import { createEngine } from '../../../src/engine.ts'
import { DueBuyers } from '../../../src/pipeline/projections/access/due.ts'
import { accessRules } from '../../../src/pipeline/projections/access/rules.ts'
import type { Queryable } from '../../../src/ports/database.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { FakeStripe } from '../../support/fake-stripe.ts'
import { RecordingLogger, SECRET } from '../../support/shop.ts'
import { CATALOGUE, rulesOf } from './make.ts'
import { change, iso, putBuyer, putOrder, putSubscription, settle } from './rows.ts'

const DAY_S = 86_400
const HOUR_S = 3_600
const PASS = { pass: { price: 'price_pass', features: ['export'], accessDays: 30 } } as const

describe.each(backends)('what is due on $name', (backend) => {
  const db = useDatabase(backend)
  const seen: string[] = []

  const open = (
    billing: Partial<BillingOptions> = {},
    onRevoked: (tx: Queryable) => unknown = () => undefined,
    mode: 'manual' | 'resident' = 'manual',
  ) => {
    const stripe = new FakeStripe()
    stripe.addPrice('price_pass', 1500)
    return createEngine({
      database: db.database,
      stripe,
      mode: 'test',
      logger: new RecordingLogger(),
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: mode === 'resident' ? PASS : CATALOGUE,
      billing,
      processor: { mode, pollMs: 50, attemptsMax: 1, backoffBaseMs: 1_000 },
      on: {
        'access.granted': ({ feature, access }) => void seen.push(`+${feature} ${access.reason}`),
        'access.revoked': async ({ feature, access, buyer, cause, tx }) => {
          await onRevoked(tx)
          const origin = cause.kind === 'check' ? cause.origin : cause.kind
          seen.push(`-${feature} ${access.reason} ${buyer.userId} ${origin}`)
        },
      },
    })
  }

  const inDays = async (days: number) => {
    const rows = await db.database.query<{ at: Date }>('select quittance.now() as at')
    return iso((rows[0]?.at.getTime() ?? 0) + days * DAY_S * 1000)
  }
  const checks = () =>
    db.database.query<{ state: string; origin: string }>(
      `select d.state, c.origin from quittance.checks c join quittance.dispatch d using (seq)
       where c.object_type = 'buyer' order by c.seq`,
    )

  /** Granted until ten days from now, and told so. */
  async function grantForTenDays(name = 'ada') {
    seen.length = 0
    const buyer = await putBuyer(db.database, name)
    const cancelAt = await inDays(10)
    const customer = `cus_${name}`
    await putSubscription(db.database, `sub_${name}`, {
      cancel_at: cancelAt,
      customer_id: customer,
    })
    await settle(db.database, buyer, rulesOf())
    return buyer
  }

  test('an end is told once, by whoever looks', async () => {
    await grantForTenDays()
    const engine = open()
    await engine.drain()
    expect(await checks()).toEqual([])
    await db.shift(10 * DAY_S)
    expect(await engine.access.can({ userId: 'user_ada' }, 'export')).toBe(false)
    await Promise.all([engine.drain(), open().drain(), open().drain()])
    await engine.drain()
    expect(seen).toEqual(['-export canceled user_ada due'])
    expect(await checks()).toEqual([{ state: 'done', origin: 'due' }])
    expect(await db.database.query('select lane from quittance.lanes')).toEqual([])
  })

  test('a sweep takes so many buyers and no more; the next one takes the next', async () => {
    await db.database.query(
      `insert into quittance.buyers (user_id, created_at, updated_at)
       select 'user_' || n, quittance.now(), quittance.now() from generate_series(1, 520) n`,
    )
    await db.database.query(
      `insert into quittance.access (buyer_id, feature, granted, access_until, reason, source,
         source_id, later_reason, later_source, later_source_id, told, times_told, updated_at)
       select id, feature, true, quittance.now() - interval '1 day', 'purchased', 'order', 'gone',
         'expired', 'order', 'gone', true, 1, quittance.now()
       from quittance.buyers, unnest(array['export', 'report']) feature`,
    )
    const due = new DueBuyers(db.database, rulesOf().hash)
    const taken: number[] = []
    for (let n = 0; n < 4; n += 1) taken.push(await due.sweep('due'))
    expect(taken.slice(0, 3).reduce((sum, each) => sum + each)).toBe(520)
    expect(taken[0]).toBeLessThanOrEqual(500)
    expect(taken[3]).toBe(0)
    expect(new Set((await checks()).map(({ state }) => state))).toEqual(new Set(['ready']))
    expect((await checks()).length).toBe(520)
  })

  test('what becomes due meanwhile is told by the same drain', async () => {
    await grantForTenDays('ada')
    await grantForTenDays('bob')
    await change(db.database, 'subscriptions', 'sub_bob', { cancel_at: await inDays(20) })
    const bob = await putBuyer(db.database, 'bob')
    await settle(db.database, bob, rulesOf())
    await db.shift(10 * DAY_S)
    const shift = `update quittance.clock set shift = shift + interval '10 days'`
    await open({}, (tx) => tx.query(shift)).drain()
    expect(seen.map((line) => line.split(' ')[2])).toEqual(['user_ada', 'user_bob'])
  })

  test('a news that comes first tells it, and the check finds nothing to do', async () => {
    const buyer = await grantForTenDays()
    await db.shift(10 * DAY_S)
    await settle(db.database, buyer, rulesOf())
    await open().drain()
    expect(seen).toEqual([])
    expect(await checks()).toEqual([])
  })

  test('a handler that fails for good is asked again after an hour, once', async () => {
    await grantForTenDays()
    await db.shift(10 * DAY_S)
    let isBroken = true
    const engine = open({}, () => {
      if (isBroken) throw new Error('the mailer is down')
    })
    for (let polls = 0; polls < 4; polls += 1) await engine.drain()
    expect(await checks()).toEqual([{ state: 'dead', origin: 'due' }])
    await db.shift(HOUR_S)
    for (let polls = 0; polls < 2; polls += 1) await engine.drain()
    expect((await checks()).map(({ state }) => state)).toEqual(['dead', 'dead'])
    isBroken = false
    await db.shift(HOUR_S)
    await engine.drain()
    expect(seen).toEqual(['-export canceled user_ada due'])
    expect((await checks()).at(-1)?.state).toBe('done')
  })

  test('other rules reach everybody who has something, and only once', async () => {
    const buyer = await grantForTenDays()
    await putBuyer(db.database, 'bob')
    await change(db.database, 'subscriptions', 'sub_ada', {
      status: 'past_due',
      cancel_at: null,
      period_start: await inDays(-3),
    })
    await settle(db.database, buyer, rulesOf())
    const strict = open({ policies: { pastDueGraceDays: 2 } })
    await strict.drain()
    expect(seen).toEqual(['-export past_due_grace_over user_ada sweep'])
    expect(await checks()).toEqual([{ state: 'done', origin: 'sweep' }])
    await strict.drain()
    const lenient = open({ policies: { pastDueGraceDays: 5 } })
    await lenient.drain()
    expect(seen.at(-1)).toBe('+export past_due_grace')
    // The engine of the older rules runs on beside the newer one: they do not take turns.
    await strict.drain()
    await lenient.drain()
    expect(seen.length).toBe(2)
    expect((await checks()).length).toBe(2)
  })

  test('a running engine tells it by its poll', async () => {
    seen.length = 0
    const buyer = await putBuyer(db.database, 'ada')
    const fulfilled = { item_id: 'pass', fulfilled_at: await inDays(-29) }
    await putOrder(db.database, 'order_1', buyer, fulfilled)
    const engine = open({}, () => undefined, 'resident')
    await settle(db.database, buyer, accessRules(PASS, {}))
    await engine.start()
    try {
      await db.shift(DAY_S)
      const deadline = Date.now() + 10_000
      while (seen.length === 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    } finally {
      await engine.stop()
    }
    expect(seen).toEqual(['-export expired user_ada due'])
  })
})
