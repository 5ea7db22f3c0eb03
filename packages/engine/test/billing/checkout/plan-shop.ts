// Owns a shop that sells plans, over a Stripe in memory: its catalogue, and a buyer who signs up.
import type { EngineOptions } from '../../../src/config.ts'
import type { TestDatabase } from '../../support/databases.ts'
import { FakeStripe } from '../../support/fake-stripe.ts'
import { eventOf, openShop, type Shop, type ShopOptions } from '../../support/shop.ts'

type Json = Record<string, unknown>

export const PLANS = {
  poster: { price: 'price_poster' },
  pro: { kind: 'plan', price: 'price_pro', interval: 'month', trialDays: 14, features: ['export'] },
  year: { kind: 'plan', price: 'price_year', interval: 'year' },
  team: { kind: 'plan', price: 'price_team', interval: 'month', quantity: { max: 20 } },
  extra: { kind: 'plan', price: 'price_extra', interval: 'month', group: 'extras', trialDays: 7 },
} as const satisfies EngineOptions['catalogue']

const recurring = (interval: string, count = 1) => ({
  type: 'recurring',
  recurring: { interval, interval_count: count, usage_type: 'licensed' },
})

export interface PlanShop extends Shop {
  ask(input: {
    itemId: string
    quantity?: number
    userId?: string | null
    key?: string
  }): Promise<{ orderId: string; sessionId: string; url: string }>
  /** What Stripe was asked for, last. */
  asked(): Json
  /** The session as Stripe completes it, with the subscription that it makes. */
  complete(sessionId: string, over?: Json): Json
  /** … and its event, delivered and worked off. */
  pay(sessionId: string, over?: Json): Promise<void>
  /** A subscription as the projections would have it. */
  subscription(
    customerId: string,
    status: string,
    itemId: string | null,
    id?: string,
  ): Promise<void>
}

export function openPlanShop(db: TestDatabase, options: ShopOptions = {}): PlanShop {
  const stripe = options.stripe ?? new FakeStripe()
  stripe.addPrice('price_pro', 2_000, recurring('month'))
  stripe.addPrice('price_year', 20_000, recurring('year'))
  stripe.addPrice('price_team', 1_200, recurring('month'))
  stripe.addPrice('price_extra', 500, recurring('month'))
  let asked: Json = {}
  const create = stripe.createSession.bind(stripe)
  stripe.createSession = async (params, how) => {
    asked = { ...params }
    return await create(params, how)
  }
  const shop = openShop(db, { catalogue: PLANS, ...options, stripe })
  let n = 0
  const next = () => {
    n += 1
    return String(n)
  }
  const complete = (sessionId: string, over: Json = {}) => {
    const { customer, amount_total: total } = stripe.sessions.get(sessionId) ?? {}
    return stripe.change(sessionId, {
      status: 'complete',
      payment_status: total === 0 ? 'no_payment_required' : 'paid',
      subscription: `sub_${sessionId}`,
      customer: customer ?? `cus_of_${sessionId}`,
      url: null,
      ...over,
    })
  }
  return {
    ...shop,
    complete,
    asked: () => asked,
    ask: ({ itemId, quantity = 1, userId = 'user_1', key }) =>
      shop.engine.checkout.createSession({
        body: { itemId, quantity },
        identity: userId === null ? null : { userId, email: 'ada@example.com' },
        browser: null,
        idempotencyKey: key ?? null,
      }),
    async pay(sessionId, over) {
      const session = complete(sessionId, over)
      await shop.deliver(eventOf(`evt_${next()}`, 'checkout.session.completed', session))
      await shop.drain()
    },
    async subscription(customerId, status, itemId, id = `sub_row_${next()}`) {
      await db.database.query(
        `insert into quittance.subscriptions (id, customer_id, livemode, status, created_at,
           updated_at)
         values ($1, $2, false, $3, quittance.now(), quittance.now())`,
        [id, customerId, status],
      )
      await db.database.query(
        `insert into quittance.subscription_items (subscription_id, id, price_id, item_id)
         values ($1, 'si_1', 'price_pro', $2)`,
        [id, itemId],
      )
    },
  }
}
