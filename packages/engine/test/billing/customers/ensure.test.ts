// Goal: one user has one Stripe customer, however many ask at once and whatever answer is lost.
// Method: the real engine over a Stripe in memory that keeps idempotency keys as Stripe does.
import { beforeEach, describe, expect, test } from 'vitest'
import { buyerOf } from '../../../src/pipeline/projections/buyers/row.ts'
import { before } from '../../support/before.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'

const TABS = 12

describe.each(backends)('the customer of a user on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db)
  })

  const ensure = (userId: string, email?: string) =>
    shop.engine.customers.ensure(email === undefined ? { userId } : { userId, email })
  const rows = () =>
    db.database.query<{ user_id: string | null; customer_id: string | null }>(
      'select * from quittance.buyers order by id',
    )
  const asked = () => shop.stripe.calls.filter((call) => call.startsWith('make '))

  test('is made once, names the user, and leaves no address behind', async () => {
    const { customerId } = await ensure('user_1', 'ada@example.com')
    expect(await ensure('user_1', 'ada@example.com')).toEqual({ customerId })
    expect(shop.stripe.customers.get(customerId)).toMatchObject({
      metadata: { quittance_user: 'user_1' },
      email: 'ada@example.com',
    })
    expect(asked()).toHaveLength(1)
    expect(asked()[0]).toMatch(/^make quittance:customer:[0-9a-f]{32}$/)
    const [row] = await rows()
    expect(row).toMatchObject({ user_id: 'user_1', customer_id: customerId, customer_params: null })
    expect(JSON.stringify(shop.logger.lines)).not.toContain('ada@')
    expect(await shop.engine.customers.get({ userId: 'user_1' })).toMatchObject({ customerId })
  })

  test('is one for all tabs of two processes, whose addresses differ', async () => {
    const other = openShop(db, { stripe: shop.stripe })
    const all = await Promise.all(
      Array.from({ length: TABS }, (_, n) =>
        (n % 2 === 0 ? shop : other).engine.customers.ensure({
          userId: 'user_1',
          email: `ada+${n}@example.com`,
        }),
      ),
    )
    expect(new Set(all.map(({ customerId }) => customerId)).size).toBe(1)
    expect(shop.stripe.customers.size).toBe(1)
    expect(await rows()).toHaveLength(1)
    // Whoever asked, asked the same.
    expect(new Set(asked()).size).toBe(1)
  })

  test.each(['timeout_before', 'timeout_after', 'down'] as const)(
    'is one after %s, asked for again with the same bytes',
    async (trouble) => {
      shop.stripe.makingTrouble = [trouble, trouble]
      await expect(ensure('user_1', 'old@example.com')).rejects.toMatchObject({ retryable: true })
      await expect(ensure('user_1', 'new@example.com')).rejects.toMatchObject({ retryable: true })
      const { customerId } = await ensure('user_1', 'new@example.com')
      expect(shop.stripe.customers.size).toBe(1)
      expect(new Set(asked()).size).toBe(1)
      expect(shop.stripe.customers.get(customerId)).toMatchObject({ email: 'old@example.com' })
    },
  )

  test('is asked for anew after a refusal, and with the same key after a wrong API key', async () => {
    shop.stripe.makingTrouble = ['bad_key', 'refused']
    await expect(ensure('user_1', 'ada@')).rejects.toMatchObject({ code: 'STRIPE_REFUSED' })
    await expect(ensure('user_1', 'ada@')).rejects.toMatchObject({ code: 'STRIPE_REFUSED' })
    await ensure('user_1', 'ada@example.com')
    const [first, second, third] = asked()
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(shop.stripe.customers.size).toBe(1)
  })

  test('is adopted when its event came before its answer', async () => {
    const make = shop.stripe.createCustomer.bind(shop.stripe)
    shop.stripe.createCustomer = async (params, options) => {
      const customer = await make(params, options)
      await buyerOf(db.database, 'customer_id', customer.id)
      return customer
    }
    const { customerId } = await ensure('user_1')
    expect(await rows()).toMatchObject([{ user_id: 'user_1', customer_id: customerId }])
    expect(shop.stripe.customers.size).toBe(1)
  })

  test('is replaced when it was deleted, and its orders stay with the user', async () => {
    const { customerId: old } = await ensure('user_1')
    const order = await shop.engine.checkout.createSession({
      body: { itemId: 'poster', quantity: 1 },
      identity: { userId: 'user_1' },
      browser: null,
      idempotencyKey: null,
    })
    await shop.deliver({
      id: 'evt_deleted',
      object: 'event',
      api_version: '2026-10-28.endive',
      created: 1_790_000_000,
      livemode: false,
      type: 'customer.deleted',
      data: { object: { id: old, object: 'customer', deleted: true } },
    })
    await shop.drain()
    const all = await Promise.all(Array.from({ length: TABS }, () => ensure('user_1')))
    const fresh = new Set(all.map(({ customerId }) => customerId))
    expect(fresh.size).toBe(1)
    expect(fresh.has(old)).toBe(false)
    expect(shop.stripe.customers.size).toBe(2)
    expect(await shop.engine.customers.get({ userId: 'user_1' })).toMatchObject({
      customerId: [...fresh][0],
      customerDeleted: false,
    })
    expect(await shop.engine.customers.get({ customerId: old })).toMatchObject({
      userId: null,
      customerDeleted: true,
    })
    const orders = await shop.engine.orders.listOf({ userId: 'user_1' })
    expect(orders.map(({ id }) => id)).toEqual([order.orderId])
  })

  test('is replaced once, also by a tab that was slow to ask', async () => {
    const { customerId: old } = await ensure('user_1')
    await db.database.query('update quittance.buyers set customer_deleted = true')
    const { database } = db
    let meanwhile = true
    const slow = before(database, async (sql) => {
      if (!meanwhile || !sql.includes('customer_key = case')) return
      meanwhile = false
      await ensure('user_1')
    })
    const tab = openShop({ ...db, database: slow }, { stripe: shop.stripe })
    const { customerId } = await tab.engine.customers.ensure({ userId: 'user_1' })
    expect(meanwhile).toBe(false)
    expect(customerId).not.toBe(old)
    expect(shop.stripe.customers.size).toBe(2)
    expect(await shop.engine.customers.get({ userId: 'user_1' })).toMatchObject({ customerId })
  })

  test('is found deleted by a session that Stripe refuses, before the event came', async () => {
    const { customerId: old } = await ensure('user_1')
    shop.stripe.customers.set(old, { id: old, object: 'customer', deleted: true })
    const { sessionId } = await shop.engine.checkout.createSession({
      body: { itemId: 'poster', quantity: 1 },
      identity: { userId: 'user_1', email: 'ada@example.com' },
      browser: null,
      idempotencyKey: null,
    })
    expect(shop.stripe.sessions.get(sessionId)).toMatchObject({ customer: null })
    expect((await ensure('user_1')).customerId).not.toBe(old)
  })

  test('needs a user id that fits', async () => {
    for (const userId of ['', 'x'.repeat(256), null as unknown as string]) {
      await expect(ensure(userId)).rejects.toMatchObject({ code: 'USER_INVALID', status: 422 })
    }
    expect(await ensure(7 as unknown as string)).toEqual(await ensure('7'))
  })
})
