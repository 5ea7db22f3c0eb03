// Goal: what an app in plain JavaScript hands over by mistake is refused by a stable code, and is nobody.
// Method: every read and the identity of a request, with values of the wrong kind.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../support/databases.ts'
import { openShop } from '../support/shop.ts'

/** As a caller without types would. */
const untyped = <T>(value: unknown): T => value as T

const NUL = 'user\u0000_1'
const ADA = { userId: 'user_ada' }
const FEATURE = 'export'

describe.each(backends)('bad input on $name', (backend) => {
  const db = useDatabase(backend)
  const catalogue = { poster: { price: 'price_poster', features: [FEATURE] } }
  const open = () => openShop(db, { catalogue }).engine
  const invalid = { code: 'READ_INVALID', status: 400 }

  test.each([['2026-11-30T00:00:00Z'], [1_790_000_000], [null], [{}], [new Date('never')]])(
    'refuses a moment that is no Date: %j',
    async (given) => {
      const { access } = open()
      const at = untyped<Date>(given)
      await expect(access.can(ADA, FEATURE, { at })).rejects.toMatchObject(invalid)
      await expect(access.get(ADA, { at })).rejects.toMatchObject(invalid)
    },
  )

  test.each([[1.5], [Number.NaN], [Number.POSITIVE_INFINITY], ['10'], [null]])(
    'refuses a limit that is no whole number: %j',
    async (given) => {
      const { orders, subscriptions, invoices } = open()
      const limit = untyped<number>(given)
      for (const list of [
        () => orders.listOf(ADA, { limit }),
        () => orders.list({ limit }),
        () => orders.listFor({ identity: null, browser: null }, limit),
        () => subscriptions.listFor(ADA, { limit }),
        () => subscriptions.list({ limit }),
        () => invoices.listFor(ADA, { limit }),
      ]) {
        await expect(list()).rejects.toMatchObject(invalid)
      }
    },
  )

  test('takes a limit out of its bounds as the nearest one', async () => {
    const { orders } = open()
    expect(await orders.listOf(ADA, { limit: 0 })).toEqual([])
    expect(await orders.listOf(ADA, { limit: 1e9 })).toEqual([])
  })

  test('refuses a NUL, which no row can hold', async () => {
    const { access, customers, orders, checkout } = open()
    const unusable = { code: 'USER_INVALID', status: 422 }
    await expect(customers.ensure({ userId: NUL })).rejects.toMatchObject(unusable)
    await expect(customers.adopt({ userId: NUL, customerId: 'cus_1' })).rejects.toMatchObject(
      unusable,
    )
    const session = checkout.createSession({
      body: { itemId: 'poster', quantity: 1 },
      identity: { userId: NUL },
      browser: null,
      idempotencyKey: null,
    })
    await expect(session).rejects.toMatchObject(unusable)
    await expect(access.can({ userId: NUL }, FEATURE)).rejects.toMatchObject(invalid)
    await expect(customers.get({ customerId: NUL })).rejects.toMatchObject(invalid)
    await expect(orders.list({ userId: NUL })).rejects.toMatchObject(invalid)
    const visitor = { identity: { userId: NUL }, browser: null }
    await expect(orders.listFor(visitor)).rejects.toMatchObject(invalid)
  })

  const identify = (userId: unknown) => {
    const identity = { userId: untyped<string>(userId) }
    const { engine } = openShop(db, { identify: () => identity })
    return engine.http.identify(new Request('http://shop.example/'))
  }

  test.each([[undefined], [null], [''], [Number.NaN], [NUL], [{}], [true]])(
    'does not take %j for a user',
    async (userId) => {
      await expect(identify(userId)).rejects.toMatchObject({ code: 'USER_INVALID' })
    },
  )

  test.each([['user_1'], [7], [7n]])('takes %s for a user, as text', async (userId) => {
    expect(await identify(userId)).toEqual({ userId: String(userId) })
  })
})
