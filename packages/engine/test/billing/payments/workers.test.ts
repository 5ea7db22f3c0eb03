// Goal: workers that handle one buyer's refunds, disputes and orders at once never block each other
// for good, and still tell each fact once.
// Method: a resident engine with many workers on PostgreSQL; the database counts its own deadlocks.
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../src/engine.ts'
import { postgresBackend } from '../../support/databases.ts'
import { FakeStripe } from '../../support/fake-stripe.ts'
import { openShop, SECRET, signatureOf } from '../../support/shop.ts'
import { type Json, listener, Till } from './till.ts'

const BUYERS = 4
const ORDERS = 8
const WORKERS = 8

describe.skipIf(postgresBackend === null)('many workers over few buyers', () => {
  test('no deadlock, no second fact', { timeout: 120_000 }, async () => {
    const db = await postgresBackend?.open()
    if (db === undefined) throw new TypeError('unreachable: the suite is skipped')
    const { on, told } = listener()
    const stripe = new FakeStripe()
    const till = new Till(openShop(db, { stripe }))
    const engine = createEngine({
      database: db.database,
      stripe,
      mode: 'test',
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: { poster: { price: 'price_poster', features: ['download'] } },
      processor: { workers: WORKERS, attemptsMax: 3 },
      on,
    })
    const orders: string[] = []
    const events: Json[] = []
    for (let n = 0; n < BUYERS * ORDERS; n += 1) {
      const intent = `pi_${n}`
      const buyer = `${n % BUYERS}`
      const options = { userId: `user_${buyer}`, customer: `cus_${buyer}`, intent, pending: true }
      const { orderId, completed } = await till.order(options)
      orders.push(orderId)
      events.push(
        completed,
        ...till.refund(`ch_${intent}`, 1000),
        ...till.dispute(`ch_${intent}`, { status: 'warning_needs_response' }),
        ...till.refund(`ch_${intent}`, 2000),
      )
    }
    await engine.start()
    const deliver = async (event: Json) => {
      const body = new TextEncoder().encode(JSON.stringify(event))
      const signature = signatureOf(body, SECRET, Math.floor(Date.now() / 1000))
      await engine.receive({ endpoint: 'default', body, signature })
    }
    await Promise.all(events.map(deliver))
    const live = async () => {
      const rows = await db.database.query<{ n: number }>(
        'select count(*)::integer as n from quittance.dispatch where ended_at is null',
      )
      return rows[0]?.n
    }
    while ((await live()) !== 0) await new Promise((resolve) => setTimeout(resolve, 50))
    await engine.stop()

    for (const orderId of orders) {
      expect(await engine.orders.get(orderId)).toMatchObject({
        status: 'fulfilled',
        amountRefunded: 3000,
        disputeStatus: 'warning_needs_response',
      })
    }
    const facts = told.filter((each) => !each.startsWith('access') && each !== 'order.fulfilled')
    expect(facts).toHaveLength(orders.length * 3)
    expect(new Set(facts).size).toBe(facts.length)
    const states = await db.database.query(
      'select state, count(*)::integer as n from quittance.dispatch group by state',
    )
    expect(states).toEqual([{ state: 'done', n: events.length }])
    const deadlocks = await db.database.query(
      'select deadlocks from pg_stat_database where datname = current_database()',
    )
    expect(deadlocks).toEqual([{ deadlocks: 0n }])
    await db.drop()
  })
})
