// Goal: the order of arrival does not matter, and each fact has one effect.
// Method: fast-check draws a history at Stripe and an order of its news, with duplicates; half of
// the news comes while the flow still runs. The end state is compared with the history's own.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OrderStatus } from '../../src/types.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

type Json = Record<string, unknown>

/** What can happen to a session at Stripe, with the status that its order must end in. */
interface History {
  readonly end: OrderStatus
  readonly steps: readonly { readonly type: string | null; readonly change: Json }[]
}

const DELAYED = { ...paid(), payment_status: 'unpaid' }
const intent = (status: string) => ({ payment_intent: { id: 'pi_1', status } })

const HISTORIES: Readonly<Record<string, History>> = {
  'paid at once': {
    end: 'fulfilled',
    steps: [{ type: 'checkout.session.completed', change: paid() }],
  },
  'paid late': {
    end: 'fulfilled',
    steps: [
      { type: 'checkout.session.completed', change: { ...DELAYED, ...intent('processing') } },
      { type: 'checkout.session.async_payment_succeeded', change: paid() },
    ],
  },
  'failed late': {
    end: 'payment_failed',
    steps: [
      { type: 'checkout.session.completed', change: { ...DELAYED, ...intent('processing') } },
      {
        type: 'checkout.session.async_payment_failed',
        change: { ...DELAYED, ...intent('requires_payment_method') },
      },
    ],
  },
  'never paid': {
    end: 'expired',
    steps: [{ type: 'checkout.session.expired', change: { status: 'expired', url: null } }],
  },
}

/** News reaches us in any order, any number of times. */
const NEWS = ['event 0', 'event 1', 'redirect', 'replay', 'drain', 'late step'] as const

const scenario = fc.record({
  name: fc.constantFrom(...Object.keys(HISTORIES)),
  /** News that comes while the history still runs. */
  during: fc.array(fc.constantFrom(...NEWS), { maxLength: 6 }),
  /** And after it: a shuffle with duplicates that holds each event at least once. */
  after: fc.shuffledSubarray([
    'event 0',
    'event 1',
    'event 0',
    'event 1',
    'redirect',
    'redirect',
    'replay',
    'drain',
  ] as const),
  order: fc.boolean(),
  atOnce: fc.boolean(),
})

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60)

describe.each(backends)('any order of arrival on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop

  /** One buyer's story; answers what was seen of it. */
  async function play(drawn: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
    const effects = new Map<string, number>()
    const count = (fact: string, id: string) =>
      effects.set(`${fact} ${id}`, (effects.get(`${fact} ${id}`) ?? 0) + 1)
    shop = openShop(db, {
      processor: { leaseMs: 60_000 },
      checkout: { successWaitMs: 2_000 },
      on: {
        'order.fulfilled': { a: ({ order }) => void count('fulfilled', order.id) },
        'order.payment_failed': ({ order }) => void count('payment_failed', order.id),
        'order.expired': ({ order }) => void count('expired', order.id),
      },
    })
    const history = HISTORIES[drawn.name]
    if (history === undefined) throw new TypeError(drawn.name)
    const { orderId, sessionId } = await shop.order()
    const happened: Json[] = []
    const step = () => {
      const next = history.steps[happened.length]
      if (next === undefined) return
      const session = shop.stripe.change(sessionId, next.change)
      const id = `evt_${orderId}_${happened.length}`
      happened.push(eventOf(id, next.type ?? '', structuredClone(session)))
    }
    const act = async (news: string) => {
      const event = /^event (\d)$/.exec(news)
      const delivered = event === null ? undefined : happened[Number(event[1]) % happened.length]
      if (delivered !== undefined) await shop.deliver(delivered)
      if (news === 'redirect') {
        await shop.engine.checkout.success({ sessionId, identity: null, browser: null })
      }
      if (news === 'replay') {
        const [newest] = await shop.engine.events.list({ limit: 1 })
        if (newest !== undefined)
          await shop.engine.events.replay(newest.eventId).catch(() => undefined)
      }
      if (news === 'drain') await shop.drain()
      if (news === 'late step') step()
    }
    if (drawn.order) step()
    for (const news of drawn.during) await act(news)
    while (happened.length < history.steps.length) step()
    const after = [...drawn.after, ...happened.map((_, n) => `event ${n}`)]
    if (drawn.atOnce) await Promise.all(after.map(act))
    else for (const news of after) await act(news)
    await shop.drain()
    return { orderId, end: history.end, effects }
  }

  test('ends in one state with exactly one effect', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        await db.reset()
        const { orderId, end, effects } = await play(drawn)
        const order = await shop.engine.orders.get(orderId)
        expect(order?.status).toBe(end)
        expect(order?.failed).toBe(false)
        expect(order?.held).toBe(false)
        expect([...effects]).toEqual([[`${end} ${orderId}`, 1]])
        const open = await db.database.query(
          `select seq from quittance.dispatch where state <> 'done' and kind = 'event'`,
        )
        expect(open).toEqual([])
        expect(await db.database.query('select lane from quittance.lanes')).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })
})
