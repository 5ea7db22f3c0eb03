// Goal: a plan is sold as a subscription, and a known buyer has one open session, one subscription of a
// group and one trial, from however many tabs.
// Method: requests into the real engine over a Stripe in memory.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import type { ShopOptions } from '../../support/shop.ts'
import { openPlanShop, PLANS, type PlanShop } from './plan-shop.ts'

const TABS = 8

describe.each(backends)('a sign-up on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: PlanShop
  beforeEach(() => {
    shop = openPlanShop(db)
  })

  const statusOf = async (orderId: string) => (await shop.engine.orders.get(orderId))?.status
  const openSessions = () =>
    [...shop.stripe.sessions.values()].filter(({ status }) => status === 'open')
  const customer = () => shop.engine.customers.ensure({ userId: 'user_1' })
  const exists = { code: 'SUBSCRIPTION_EXISTS', status: 409, retryable: false }

  test('writes an order of its kind, and asks for a subscription in the customer’s name', async () => {
    const { orderId } = await shop.ask({ itemId: 'pro' })
    const { customerId } = await customer()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({
      kind: 'subscription',
      trialDays: 14,
      expectedSubtotal: 2_000,
      userId: 'user_1',
    })
    const marker = { quittance_order: orderId }
    expect(shop.asked()).toMatchObject({
      mode: 'subscription',
      customer: customerId,
      line_items: [{ price: 'price_pro', quantity: 1 }],
      subscription_data: { metadata: marker, trial_period_days: 14 },
      metadata: marker,
    })
    expect(shop.asked()).not.toHaveProperty('customer_email')
    expect(shop.asked()).not.toHaveProperty('payment_intent_data')
    expect(shop.asked()).not.toHaveProperty('allow_promotion_codes')
    const rows = await db.database.query('select price_id, item_id from quittance.catalogue_prices')
    expect(rows).toEqual([{ price_id: 'price_pro', item_id: 'pro' }])
  })

  test('passes on what the plan says of trials, codes and the page', async () => {
    shop = openPlanShop(db, {
      catalogue: {
        pro: {
          ...PLANS.pro,
          trialEnd: 'pause' as const,
          allow: { discount: true },
          session: { payment_method_collection: 'if_required' },
        },
      },
    })
    await shop.ask({ itemId: 'pro' })
    expect(shop.asked()).toMatchObject({
      allow_promotion_codes: true,
      payment_method_collection: 'if_required',
      subscription_data: {
        trial_period_days: 14,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
      },
    })
  })

  test('of a guest has neither customer nor buyer before it is paid', async () => {
    const { orderId } = await shop.ask({ itemId: 'pro', userId: null })
    await shop.ask({ itemId: 'pro', userId: null })
    expect(shop.asked()).not.toHaveProperty('customer')
    expect(shop.asked()).not.toHaveProperty('customer_email')
    expect(openSessions()).toHaveLength(2)
    expect(shop.stripe.customers.size).toBe(0)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ userId: null, trialDays: 14 })
  })

  test.each([
    ['pro', 2],
    ['team', 21],
  ])('has bounds: %s, %i', async (itemId, quantity) => {
    const refused = { code: 'QUANTITY_INVALID', status: 422 }
    await expect(shop.ask({ itemId, quantity })).rejects.toMatchObject(refused)
  })

  // A new buyer's row holds the tabs apart by being inserted, a known one's by its lock alone.
  test.each(['new', 'known'])('from several tabs of a %s buyer is one order', async (buyer) => {
    if (buyer === 'known') await customer()
    const all = await Promise.all(Array.from({ length: TABS }, () => shop.ask({ itemId: 'pro' })))
    expect(new Set(all.map(({ orderId }) => orderId)).size).toBe(1)
    expect(new Set(all.map(({ url }) => url)).size).toBe(1)
    expect(shop.stripe.sessions.size).toBe(1)
    expect(shop.stripe.customers.size).toBe(1)
  })

  test('that is open is given back, whatever the key, and after a lost answer', async () => {
    shop.stripe.trouble = ['timeout_after']
    await expect(shop.ask({ itemId: 'pro' })).rejects.toMatchObject({ code: 'STRIPE_TIMEOUT' })
    const first = await shop.ask({ itemId: 'pro', key: 'key-1' })
    expect(await shop.ask({ itemId: 'pro' })).toMatchObject({ url: first.url })
    expect(await shop.ask({ itemId: 'pro', key: 'key-2' })).toMatchObject({ url: first.url })
    expect(shop.stripe.sessions.size).toBe(1)
    expect(await shop.engine.orders.list()).toHaveLength(1)
  })

  test('for another plan of the group closes the open one first', async () => {
    const pro = await shop.ask({ itemId: 'pro' })
    const extra = await shop.ask({ itemId: 'extra' })
    const year = await shop.ask({ itemId: 'year' })
    expect(openSessions().map(({ id }) => id)).toEqual([extra.sessionId, year.sessionId])
    expect(await statusOf(pro.orderId)).toBe('canceled')
    const seats = await shop.ask({ itemId: 'team', quantity: 3 })
    const more = await shop.ask({ itemId: 'team', quantity: 4 })
    expect(openSessions().map(({ id }) => id)).toEqual([extra.sessionId, more.sessionId])
    expect(await statusOf(seats.orderId)).toBe('canceled')
  })

  test.each(['trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete'])(
    'is refused while a subscription of the group is %s',
    async (status) => {
      const { customerId } = await customer()
      await shop.subscription(customerId, status, 'year')
      const error = await shop.ask({ itemId: 'pro' }).catch((reason: unknown) => reason)
      expect(error).toMatchObject(exists)
      expect(error).toMatchObject({ cure: expect.stringContaining('portal-session') })
      expect(shop.stripe.sessions.size).toBe(0)
      expect(await shop.engine.orders.list()).toEqual([])
      await shop.ask({ itemId: 'extra' })
    },
  )

  test('is allowed after its end, without a second trial', async () => {
    const { customerId } = await customer()
    await shop.subscription(customerId, 'incomplete_expired', 'pro')
    await shop.ask({ itemId: 'pro' })
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 14 } })
    await shop.subscription(customerId, 'canceled', 'year')
    await shop.ask({ itemId: 'year' })
    const { orderId } = await shop.ask({ itemId: 'pro' })
    expect(shop.asked()).not.toMatchObject({ subscription_data: { trial_period_days: 14 } })
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ trialDays: null })
    await shop.ask({ itemId: 'extra' })
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 7 } })
  })

  test('counts a subscription whose price has left the catalogue', async () => {
    const { customerId } = await customer()
    await shop.ask({ itemId: 'pro', userId: null })
    await shop.subscription(customerId, 'active', null)
    await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject(exists)
  })

  test('may be the second one, and on trial again, where the group says so', async () => {
    shop = openPlanShop(db, {
      billing: { groups: { default: { second: 'allow', trials: 'always' } } },
    })
    const { customerId } = await customer()
    await shop.subscription(customerId, 'active', 'pro')
    await shop.ask({ itemId: 'year' })
    await shop.ask({ itemId: 'pro' })
    expect(openSessions()).toHaveLength(2)
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 14 } })
  })

  test('has one trial on offer at a time, where a second one is allowed', async () => {
    shop = openPlanShop(db, {
      billing: { groups: { default: { second: 'allow' } } },
      catalogue: { ...PLANS, year: { ...PLANS.year, trialDays: 30 } },
    })
    await shop.ask({ itemId: 'pro' })
    await shop.ask({ itemId: 'year' })
    expect(openSessions()).toHaveLength(2)
    expect(shop.asked()).not.toMatchObject({ subscription_data: { trial_period_days: 30 } })
  })

  test('that was paid a moment ago is known by Stripe’s answer, before its event', async () => {
    const { orderId, sessionId } = await shop.ask({ itemId: 'pro' })
    shop.complete(sessionId)
    await expect(shop.ask({ itemId: 'pro' })).rejects.toMatchObject(exists)
    await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject(exists)
    expect(await statusOf(orderId)).toBe('fulfilled')
    expect(openSessions()).toEqual([])
  })

  test('that was paid a moment ago counts, also while nobody has worked on the answer', async () => {
    shop = openPlanShop(db, { checkout: { successWaitMs: 0 } })
    const { orderId, sessionId } = await shop.ask({ itemId: 'pro' })
    shop.complete(sessionId)
    await expect(shop.ask({ itemId: 'pro' })).rejects.toMatchObject(exists)
    expect(await statusOf(orderId)).toBe('pending')
    expect(openSessions()).toEqual([])
  })

  test('that is paid while it is being closed keeps the buyer from a second one', async () => {
    const { sessionId } = await shop.ask({ itemId: 'pro' })
    const expire = shop.stripe.expireSession.bind(shop.stripe)
    shop.stripe.expireSession = async (id) => {
      shop.complete(sessionId)
      return await expire(id)
    }
    await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject(exists)
    expect(openSessions()).toEqual([])
  })

  test('whose payment is under way counts, and no longer once it failed', async () => {
    const { sessionId } = await shop.ask({ itemId: 'year' })
    await shop.pay(sessionId, { payment_status: 'unpaid' })
    await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject(exists)
    await db.database.query(`update quittance.orders set status = 'payment_failed'`)
    await shop.ask({ itemId: 'year' })
  })

  test('that expired is over: the next one is new', async () => {
    const first = await shop.ask({ itemId: 'pro' })
    shop.stripe.change(first.sessionId, { status: 'expired', url: null })
    const second = await shop.ask({ itemId: 'pro' })
    expect(second.orderId).not.toBe(first.orderId)
    expect(await statusOf(first.orderId)).toBe('expired')
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 14 } })
  })

  test('of a customer who was deleted is asked for in a new one’s name', async () => {
    const { customerId: old } = await customer()
    shop.stripe.customers.set(old, { id: old, object: 'customer', deleted: true })
    const { sessionId } = await shop.ask({ itemId: 'pro' })
    const { customerId } = await customer()
    expect(customerId).not.toBe(old)
    expect(shop.stripe.sessions.get(sessionId)).toMatchObject({ customer: customerId })
  })

  test('leaves what is bought once to the same customer, and asks for none', async () => {
    await shop.ask({ itemId: 'poster' })
    expect(shop.asked()).toMatchObject({ mode: 'payment', customer_email: 'ada@example.com' })
    expect(shop.stripe.customers.size).toBe(0)
    const { customerId } = await customer()
    const { orderId } = await shop.ask({ itemId: 'poster' })
    expect(shop.asked()).toMatchObject({ mode: 'payment', customer: customerId })
    expect(shop.asked()).not.toHaveProperty('customer_email')
    const orders = await shop.engine.orders.listOf({ customerId })
    expect(orders.map(({ id }) => id)).toContain(orderId)
  })

  describe('whose item was renamed since', () => {
    const { pro, ...others } = PLANS
    const renamed = (options: ShopOptions = {}) =>
      openPlanShop(db, { catalogue: { ...others, basic: pro }, stripe: shop.stripe, ...options })

    test('is closed before the next one is opened', async () => {
      const { orderId } = await shop.ask({ itemId: 'pro' })
      const { sessionId } = await renamed().ask({ itemId: 'basic' })
      expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
      expect(await statusOf(orderId)).toBe('canceled')
    })

    test('keeps the buyer from a second one, also before its subscription is known', async () => {
      const { sessionId } = await shop.ask({ itemId: 'pro' })
      await shop.pay(sessionId)
      await expect(renamed().ask({ itemId: 'basic' })).rejects.toMatchObject(exists)
      expect(openSessions()).toEqual([])
    })

    test('has the trial on offer that the next one does not get', async () => {
      await shop.ask({ itemId: 'pro' })
      const next = renamed({ billing: { groups: { default: { second: 'allow' } } } })
      const { orderId } = await next.ask({ itemId: 'basic' })
      expect(openSessions()).toHaveLength(2)
      expect(await shop.engine.orders.get(orderId)).toMatchObject({ trialDays: null })
    })
  })
})
