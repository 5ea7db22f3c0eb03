// Goal: what a guest's customer bought becomes the user's by the customer's id, and access with it.
// Method: a guest pays at the real engine over a Stripe in memory; then a user adopts the customer.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../../support/shop.ts'

describe.each(backends)('the adoption of a customer on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db, {
      catalogue: { poster: { price: 'price_poster', features: ['wallpapers'] } },
    })
    for (const id of ['cus_guest', 'cus_other']) {
      shop.stripe.customers.set(id, { id, object: 'customer' })
    }
    shop.stripe.customers.set('cus_gone', { id: 'cus_gone', object: 'customer', deleted: true })
  })

  const adopt = (userId: string, customerId: string) =>
    shop.engine.customers.adopt({ userId, customerId })
  const may = (userId: string) => shop.engine.access.can({ userId }, 'wallpapers')

  /** Pays a poster; Stripe makes a customer of the guest. */
  async function guestPays(customer: string, intent: string) {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, { ...paid(intent), customer })
    await shop.deliver(eventOf(`evt_${intent}`, 'checkout.session.completed', session))
    await shop.drain()
    return orderId
  }

  test('gives the user the orders and the access', async () => {
    const orderId = await guestPays('cus_guest', 'pi_1')
    expect(await may('user_1')).toBe(false)
    await adopt('user_1', 'cus_guest')
    expect(await may('user_1')).toBe(true)
    const orders = await shop.engine.orders.listOf({ userId: 'user_1' })
    expect(orders.map(({ id }) => id)).toEqual([orderId])
    expect(await shop.engine.customers.ensure({ userId: 'user_1' })).toEqual({
      customerId: 'cus_guest',
    })
    await adopt('user_1', 'cus_guest')
    expect(await may('user_1')).toBe(true)
  })

  test('takes over a user who bought before, and a customer whom nobody knew', async () => {
    const input = { body: { itemId: 'poster', quantity: 1 }, browser: null, idempotencyKey: null }
    await shop.engine.checkout.createSession({ ...input, identity: { userId: 'user_1' } })
    await Promise.all([adopt('user_1', 'cus_guest'), adopt('user_1', 'cus_guest')])
    expect(await shop.engine.orders.listOf({ customerId: 'cus_guest' })).toHaveLength(1)
    expect(await shop.engine.customers.get({ customerId: 'cus_guest' })).toMatchObject({
      userId: 'user_1',
    })
  })

  test.each([
    ['unknown to Stripe', 'cus_nobody', 'CUSTOMER_NOT_FOUND', 404],
    ['deleted', 'cus_gone', 'CUSTOMER_NOT_FOUND', 404],
    ['no id at all', 'ada@example.com ', 'CUSTOMER_NOT_FOUND', 404],
  ])('refuses one that is %s', async (_what, customerId, code, status) => {
    await expect(adopt('user_1', customerId)).rejects.toMatchObject({ code, status })
    expect(await shop.engine.customers.get({ userId: 'user_1' })).toBeNull()
  })

  test('refuses to mix two people, or two customers of one', async () => {
    await adopt('user_1', 'cus_guest')
    const conflict = { code: 'CUSTOMER_CONFLICT', status: 409 }
    await expect(adopt('user_2', 'cus_guest')).rejects.toMatchObject(conflict)
    await expect(adopt('user_1', 'cus_other')).rejects.toMatchObject(conflict)
    expect(await shop.engine.customers.get({ userId: 'user_1' })).toMatchObject({
      customerId: 'cus_guest',
    })
  })
})
