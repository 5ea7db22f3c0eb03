// Goal: a handler's fault costs a retry, never the process, the acknowledgement or a second effect.
// Method: handlers that misbehave on their first runs; attempts and rows are read back.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Handler } from '../../src/events.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

type OrderHandler = Handler<'order.fulfilled'>

const forever = () => new Promise<void>(() => undefined)

describe.each(backends)('a faulty handler on $name', (backend) => {
  const db = useDatabase(backend)
  let runs = 0
  let fault: OrderHandler = () => undefined
  let shop: Shop
  beforeAll(async () => {
    await db.database.query('create table public.licences (order_id text primary key)')
  })
  beforeEach(async () => {
    await db.database.query('truncate public.licences')
    runs = 0
    shop = openShop(db, {
      processor: { handlerTimeoutMs: 200, attemptsMax: 3 },
      on: {
        'order.fulfilled': async (context) => {
          runs += 1
          await context.tx.query('insert into public.licences values ($1)', [context.order.id])
          await fault(context)
        },
      },
    })
    await shop.engine.start()
    return () => shop.engine.stop()
  })

  const buy = async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await shop.drain()
    return orderId
  }
  const licences = async () => (await db.database.query('select * from public.licences')).length
  const once = (misbehave: OrderHandler): OrderHandler => {
    return (context) => (runs === 1 ? misbehave(context) : undefined)
  }

  test.each<[string, string, OrderHandler]>([
    [
      'throws',
      'Error',
      () => {
        throw new Error('secret detail')
      },
    ],
    [
      'rejects',
      'TypeError',
      async () => {
        throw new TypeError('no')
      },
    ],
    [
      'throws no error at all',
      'thrown_value',
      () => {
        throw 'text'
      },
    ],
    ['hangs', 'HANDLER_TIMEOUT', forever],
    [
      'leaves a rejected promise',
      'HANDLER_REJECTION',
      () => {
        void Promise.reject(new Error('lost'))
      },
    ],
    [
      'breaks its transaction',
      '42P01',
      async ({ tx }) => {
        await tx.query('select * from nowhere')
      },
    ],
    [
      'swallows the error of its transaction',
      '25P02',
      async ({ tx }) => {
        await tx.query('select * from nowhere').catch(() => undefined)
      },
    ],
  ])('that %s costs one attempt (%s) and nothing else', async (_what, code, misbehave) => {
    fault = once(misbehave)
    const orderId = await buy()
    expect(await licences()).toBe(0)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    expect(await shop.engine.events.get('evt_1')).toMatchObject({
      state: 'waiting',
      attemptRows: [{ attempt: 1, outcome: 'waiting', code }],
    })
    await db.shift(5)
    await shop.drain()
    expect(await licences()).toBe(1)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'fulfilled' })
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'done', attempts: 2 })
    expect(JSON.stringify(shop.logger.lines)).not.toContain('secret detail')
    const said = shop.logger.lines.find((line) => line.message === 'an event is tried again later')
    expect(said?.fields).toMatchObject({ eventId: 'evt_1', orderId, code })
  })

  test('is a dead letter at the limit, shown as failed; a redrive fulfils', async () => {
    let broken = true
    fault = () => {
      if (broken) throw new Error('a bug of the app')
    }
    const orderId = await buy()
    for (let n = 0; n < 3; n += 1) {
      await db.shift(400)
      await shop.drain()
    }
    expect(runs).toBe(3)
    expect(shop.logger.lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'an event is a dead letter',
      fields: {
        handler: 'order.fulfilled/default',
        cure: 'Mend the handler, then: quittance replay evt_1',
      },
    })
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'dead', attempts: 3 })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending', failed: true })
    broken = false
    expect(await shop.engine.events.replay('evt_1')).toMatchObject({ generation: 2 })
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      status: 'fulfilled',
      failed: false,
    })
    expect(await licences()).toBe(1)
    await shop.engine.events.replay('evt_1')
    await shop.drain()
    expect(runs).toBe(4)
    const history = await shop.engine.orders.history(orderId)
    expect(history.map((row) => row.to)).toEqual(['pending', 'failed', 'fulfilled', 'fulfilled'])
  })

  test('does not keep later events of its lane waiting', async () => {
    const { orderId, sessionId } = await shop.order()
    const waiting = shop.stripe.change(sessionId, { ...paid(), payment_status: 'unpaid' })
    fault = once(() => {
      throw new Error('once')
    })
    const settled = { ...waiting, payment_status: 'paid' }
    await shop.deliver(eventOf('evt_1', 'checkout.session.async_payment_succeeded', settled))
    await shop.deliver(eventOf('evt_2', 'checkout.session.completed', waiting))
    await shop.drain()
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'waiting' })
    expect(await shop.engine.events.get('evt_2')).toMatchObject({ state: 'done' })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'awaiting_payment' })
  })

  test('sees a query outside its transaction refused where it would hang', async () => {
    const codes: unknown[] = []
    fault = async () => {
      await db.database.query('select 1').catch((error: { code?: unknown }) => {
        codes.push(error.code)
      })
    }
    await buy()
    expect(codes).toEqual(db.database.kind === 'pglite' ? ['STORE_NESTED'] : [])
    expect(await licences()).toBe(1)
  })
})
