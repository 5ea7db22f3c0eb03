// Goal: leases exclude, fences hold, crashes are counted, and no work is lost between two workers.
// Method: the SQL of the processor on real databases, with tokens moved on behind its back.
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../src/engine.ts'
import { claim } from '../../src/pipeline/processor/lease.ts'
import { MIGRATIONS } from '../../src/storage/generated/migrations.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { FakeStripe } from '../support/fake-stripe.ts'
import { eventOf, openShop, paid, SECRET, signatureOf } from '../support/shop.ts'

describe.each(backends)('lanes on $name', (backend) => {
  const db = useDatabase(backend)

  test('a worker whose lease has moved on commits nothing', async () => {
    const effects: string[] = []
    const stripe = new FakeStripe()
    let steal = true
    const engine = createEngine({
      database: db.database,
      stripe,
      mode: 'test',
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: { poster: { price: 'price_poster' } },
      processor: { mode: 'manual', leaseMs: 1_000, handlerTimeoutMs: 500 },
      on: {
        'order.fulfilled': async ({ order, tx }) => {
          effects.push(order.id)
          if (!steal) return
          steal = false
          // What another worker does once the lease has run out; in this very transaction, because
          // the embedded database has no other connection.
          await tx.query(`update quittance.lanes set token = nextval('quittance.lane_token')`)
        },
      },
    })
    const shop = openShop(db, { stripe })
    const { orderId, sessionId } = await shop.order()
    const session = stripe.change(sessionId, paid())
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await expect(engine.drain()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(await engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    expect(await engine.events.get('evt_1')).toMatchObject({ state: 'ready' })
    await db.shift(2)
    await engine.drain()
    expect(await engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
    expect(await engine.events.get('evt_1')).toMatchObject({
      attemptRows: [
        { attempt: 1, outcome: null },
        { attempt: 2, outcome: 'done' },
      ],
    })
    expect(effects).toEqual([orderId, orderId])
  })

  test('a leased lane is nobody else’s, and tokens only grow', async () => {
    await db.database.query(
      `insert into quittance.lanes (lane, queued_at) values ('a', now()), ('b', now())`,
    )
    const first = await claim(db.database, 'w1', 1_000, 'a')
    expect(await claim(db.database, 'w2', 1_000, 'a')).toBeNull()
    const second = await claim(db.database, 'w2', 1_000, null)
    expect(second?.lane).toBe('b')
    expect(await claim(db.database, 'w3', 1_000, null)).toBeNull()
    await db.shift(2)
    const third = await claim(db.database, 'w3', 1_000, 'a')
    expect(third !== null && first !== null && third.token > first.token).toBe(true)
  })

  test('an event that kills its process is counted, its neighbours are not', async () => {
    const shop = openShop(db, { processor: { attemptsMax: 3 } })
    const object = { id: 'cus_1', object: 'customer' }
    for (const id of ['evt_1', 'evt_2', 'evt_3']) {
      await shop.deliver(eventOf(id, 'customer.updated', object))
    }
    for (let crash = 0; crash < 3; crash += 1) {
      const crashing = createEngine(
        {
          database: db.database,
          stripe: shop.stripe,
          mode: 'test',
          endpoints: { default: { secrets: [SECRET] } },
          processor: { mode: 'manual', attemptsMax: 3 },
        },
        { crashPoint: async () => Promise.reject(new Error('the process is gone')) },
      )
      await crashing.drain().catch(() => undefined)
      await db.shift(61)
    }
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ attempts: 3 })
    expect(await shop.engine.events.get('evt_2')).toMatchObject({ attempts: 0 })
    await shop.drain()
    expect(await shop.engine.events.get('evt_1')).toMatchObject({
      state: 'dead',
      reason: 'attempts_exhausted',
    })
    expect(await shop.engine.events.get('evt_2')).toMatchObject({ state: 'ignored', attempts: 1 })
    expect(await shop.engine.events.get('evt_3')).toMatchObject({ state: 'ignored', attempts: 1 })
  })

  test('work whose bell was lost is found by the sweep', async () => {
    const shop = openShop(db)
    await shop.deliver(eventOf('evt_1', 'customer.created', { id: 'cus_1', object: 'customer' }))
    await db.database.query('delete from quittance.lanes')
    await shop.drain()
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'ignored' })
    expect(await db.database.query('select * from quittance.lanes')).toEqual([])
  })

  test('an inline engine has done the work before its answer', async () => {
    const stripe = new FakeStripe()
    const done: string[] = []
    const engine = createEngine({
      database: db.database,
      stripe,
      mode: 'test',
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: { poster: { price: 'price_poster' } },
      processor: { mode: 'inline' },
      on: { 'order.fulfilled': ({ order }) => void done.push(order.id) },
    })
    const { orderId, sessionId } = await engine.checkout.createSession({
      body: { itemId: 'poster', quantity: 1 },
      identity: null,
      browser: null,
      idempotencyKey: null,
    })
    const session = stripe.change(sessionId, paid())
    const event = eventOf('evt_1', 'checkout.session.completed', session)
    const body = new TextEncoder().encode(JSON.stringify(event))
    const signature = signatureOf(body, SECRET, Math.floor(Date.now() / 1000))
    await engine.receive({ endpoint: 'default', body, signature })
    expect(done).toEqual([orderId])
  })

  test('migrations applied twice, or by two at once, apply once', async () => {
    const shop = openShop(db)
    await Promise.all([shop.engine.start(), shop.engine.start()])
    await shop.engine.ready()
    await shop.engine.stop()
    const rows = await db.database.query('select version from quittance.migrations')
    expect(rows).toHaveLength(MIGRATIONS.length)
  })
})
