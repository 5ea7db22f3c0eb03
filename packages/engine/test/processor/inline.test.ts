// Goal: on a host that freezes after the answer, a failure delays nobody and is not forgotten.
// Method: an inline engine whose handler fails once; the clock is shifted to its retry.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, type Shop } from '../support/shop.ts'

describe.each(backends)('an inline engine on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  let failures = 0
  beforeEach(() => {
    failures = 1
    shop = openShop(db, {
      processor: { mode: 'inline', inlineBudgetMs: 3_000 },
      on: {
        'order.fulfilled': ({ order }) => {
          if (failures-- > 0) throw new Error('once')
          shop.fulfilled.push(order.id)
        },
      },
    })
  })

  test('answers at once when its work failed, and the next delivery picks it up', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    const from = performance.now()
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    expect(performance.now() - from).toBeLessThan(2_500)
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ state: 'waiting', attempts: 1 })
    await db.shift(10)
    await shop.deliver(eventOf('evt_2', 'customer.created', { id: 'cus_1', object: 'customer' }))
    expect(shop.fulfilled).toEqual([orderId])
  })
})
