// Goal: the browser decides item and quantity only, and no repeat makes a second session.
// Method: requests into the real engine over a Stripe in memory that can be slow, down or refuse.
import { beforeEach, describe, expect, test } from 'vitest'
import { createEngine } from '../../src/engine.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { openShop, SECRET, type Shop } from '../support/shop.ts'

describe.each(backends)('create-session on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db)
  })

  const ask = (body: unknown, over: { key?: string; browser?: string; userId?: string } = {}) =>
    shop.engine.checkout.createSession({
      body,
      identity: over.userId === undefined ? null : { userId: over.userId },
      browser: over.browser ?? null,
      idempotencyKey: over.key ?? null,
    })
  const orders = async () => (await shop.engine.orders.list()).length
  const item = { itemId: 'poster', quantity: 2 }

  test('writes the order with its snapshot and marks the session', async () => {
    const made = await ask(item)
    expect(made.url).toContain(made.sessionId)
    expect(made.browser).toMatch(/^[0-9a-f]{64}$/)
    expect(await shop.engine.orders.get(made.orderId)).toMatchObject({
      status: 'pending',
      priceId: 'price_poster',
      currency: 'eur',
      unitAmount: 1500,
      expectedSubtotal: 3000,
      sessionId: made.sessionId,
    })
    expect(shop.stripe.sessions.get(made.sessionId)?.metadata).toEqual({
      quittance_order: made.orderId,
      quittance_attempt: '1',
    })
    const columns = await db.database.query('select * from quittance.orders')
    expect(
      JSON.stringify(columns, (_, v) => (typeof v === 'bigint' ? Number(v) : v)),
    ).not.toContain(made.browser)
  })

  test.each<[string, unknown, string | undefined]>([
    ['BODY_INVALID', null, undefined],
    ['BODY_INVALID', [], undefined],
    ['ITEM_INVALID', { quantity: 1 }, 'itemId'],
    ['ITEM_INVALID', { itemId: '', quantity: 1 }, 'itemId'],
    ['ITEM_INVALID', { itemId: 7, quantity: 1 }, 'itemId'],
    ['ITEM_INVALID', { itemId: 'mug', quantity: 1 }, 'itemId'],
    ['ITEM_INVALID', { itemId: 'constructor', quantity: 1 }, 'itemId'],
    ['QUANTITY_INVALID', { itemId: 'poster' }, 'quantity'],
    ['QUANTITY_INVALID', { itemId: 'poster', quantity: 0 }, 'quantity'],
    ['QUANTITY_INVALID', { itemId: 'poster', quantity: 101 }, 'quantity'],
    ['QUANTITY_INVALID', { itemId: 'poster', quantity: 1.5 }, 'quantity'],
    ['QUANTITY_INVALID', { itemId: 'poster', quantity: '2' }, 'quantity'],
    ['FIELD_UNKNOWN', { ...item, price: 1 }, 'price'],
    ['FIELD_UNKNOWN', JSON.parse('{"__proto__":1,"itemId":"poster","quantity":1}'), '__proto__'],
  ])('answers 422 %s for %j and writes no order', async (code, body, field) => {
    await expect(ask(body)).rejects.toMatchObject({ code, status: 422, field })
    expect(await orders()).toBe(0)
    expect(shop.stripe.calls).toEqual([])
  })

  test('answers the same session for the same Idempotency-Key', async () => {
    const first = await ask(item, { key: 'key-1' })
    const again = await ask(item, { key: 'key-1' })
    expect(again).toMatchObject({ orderId: first.orderId, sessionId: first.sessionId })
    expect(await orders()).toBe(1)
    await expect(ask({ ...item, quantity: 3 }, { key: 'key-1' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
      status: 409,
    })
    const other = await ask(item, { key: 'key-1', userId: 'user_2' })
    expect(other.orderId).not.toBe(first.orderId)
    await expect(ask(item, { key: 'a b' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_INVALID',
    })
  })

  test('makes one order of two requests at once under one key', async () => {
    const both = await Promise.all([ask(item, { key: 'key-2' }), ask(item, { key: 'key-2' })])
    expect(both[0].sessionId).toBe(both[1].sessionId)
    expect(shop.stripe.sessions.size).toBe(1)
    expect(await orders()).toBe(1)
  })

  test.each([
    ['timeout_before', 'STRIPE_TIMEOUT', 504],
    ['timeout_after', 'STRIPE_TIMEOUT', 504],
    ['down', 'STRIPE_UNAVAILABLE', 502],
  ] as const)('repeats after %s without a second session', async (trouble, code, status) => {
    shop.stripe.trouble = [trouble]
    await expect(ask(item, { key: 'key-3' })).rejects.toMatchObject({
      code,
      status,
      retryable: true,
    })
    const made = await ask(item, { key: 'key-3' })
    expect(shop.stripe.sessions.size).toBe(1)
    expect(await orders()).toBe(1)
    const { orderId } = made
    expect(shop.stripe.calls).toEqual([`create ${orderId}:1`, `create ${orderId}:1`])
  })

  test('finds the unanswered order of a browser that asks again without a key', async () => {
    const { browser } = await ask(item)
    shop.stripe.trouble = ['timeout_after']
    await ask(item, { browser }).catch(() => undefined)
    await ask(item, { browser })
    expect(shop.stripe.sessions.size).toBe(2)
    expect(await orders()).toBe(2)
  })

  test('opens a new attempt only after a recorded refusal', async () => {
    shop.stripe.trouble = ['refused']
    await expect(ask(item, { key: 'key-4' })).rejects.toMatchObject({ code: 'STRIPE_REFUSED' })
    const made = await ask(item, { key: 'key-4' })
    const { orderId } = made
    expect(shop.stripe.calls).toEqual([`create ${orderId}:1`, `create ${orderId}:2`])
    expect(await orders()).toBe(1)
  })

  test('shows a stranger nothing, and an unknown visitor the status only', async () => {
    const { orderId, sessionId, browser } = await ask(item, { userId: 'user_1' })
    const visit = (visitor: { userId?: string; browser?: string | null }) =>
      shop.engine.checkout.success({
        sessionId,
        identity: visitor.userId === undefined ? null : { userId: visitor.userId },
        browser: visitor.browser ?? null,
      })
    expect(await visit({ userId: 'user_2', browser })).toBeNull()
    expect(await visit({ browser: 'f'.repeat(64) })).toBeNull()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    expect(await visit({})).toEqual({ orderId, status: 'confirmed', order: null })
    expect(await visit({ userId: 'user_1' })).toMatchObject({ order: { id: orderId } })
    expect(await visit({ browser })).toMatchObject({ order: { id: orderId } })
    for (const unknown of ['cs_test_999', '', 'x'.repeat(300), "' or 1=1"]) {
      const input = { sessionId: unknown, identity: null, browser }
      expect(await shop.engine.checkout.success(input)).toBeNull()
    }
    expect(await shop.engine.orders.getFor(orderId, { identity: null, browser })).not.toBeNull()
    expect(await shop.engine.orders.getFor(orderId, { identity: null, browser: null })).toBeNull()
  })

  test('notes a cancel in the history and changes nothing else', async () => {
    const { orderId, browser } = await ask(item)
    const input = { sessionId: null, orderId, identity: null, browser }
    expect(await shop.engine.checkout.cancel(input)).toBe(true)
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    expect((await shop.engine.orders.history(orderId)).at(-1)?.note).toBe('the buyer turned back')
    expect(await shop.engine.checkout.cancel({ ...input, orderId: 'ord_x' })).toBe(false)
  })

  test('names every price of the catalogue that cannot be sold, at start', async () => {
    shop.stripe.addPrice('price_old', 100, { active: false })
    shop.stripe.addPrice('price_monthly', 100, { type: 'recurring' })
    const engine = createEngine({
      database: db.database,
      stripe: shop.stripe,
      mode: 'test',
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: {
        poster: { price: 'price_poster' },
        old: { price: 'price_old' },
        gone: { price: 'price_gone' },
        plan: { price: 'price_monthly' },
      },
    })
    const error = await engine.start().catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'CATALOGUE_PRICE_ARCHIVED' })
    expect(String(error)).toMatch(/old.*price_old.*gone.*price_gone.*plan.*price_monthly/)
  })
})
