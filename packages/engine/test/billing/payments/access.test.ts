// Goal: what a refund or a dispute does to a buyer's access is what the policies say, and no more.
// Method: an order that grants a feature, for a user and for a guest with a customer.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { listener, Till } from './till.ts'

describe.each(backends)('access after payments on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  let till: Till
  let told: string[]
  beforeEach(() => {
    const { on, told: heard } = listener()
    told = heard
    const poster = { price: 'price_poster', features: ['download'] }
    shop = openShop(db, { on, catalogue: { poster } })
    till = new Till(shop)
  })

  const accessOf = async (column: 'user_id' | 'customer_id', id: string) => {
    const rows = await db.database.query(
      `select granted, reason from quittance.buyer_access where ${column} = $1`,
      [id],
    )
    return rows[0]
  }
  const GRANTED = { granted: true, reason: 'purchased' }

  test('bought by a user: granted, kept on a part, revoked on the whole', async () => {
    await till.order({ userId: 'user_1' })
    expect(await accessOf('user_id', 'user_1')).toEqual(GRANTED)
    await till.deliver(...till.refund('ch_pi_1', 700))
    expect(await accessOf('user_id', 'user_1')).toEqual(GRANTED)
    await till.deliver(...till.refund('ch_pi_1', 2300))
    expect(await accessOf('user_id', 'user_1')).toEqual({ granted: false, reason: 'refunded' })
    expect(told).toEqual([
      'order.fulfilled',
      'access.granted download',
      'order.partially_refunded re_ch_pi_1_1',
      'order.refunded re_ch_pi_1_2',
      'access.revoked download',
    ])
  })

  test('bought by a guest: the customer becomes a buyer', async () => {
    const { orderId } = await till.order({ customer: 'cus_1' })
    expect(await accessOf('customer_id', 'cus_1')).toEqual(GRANTED)
    const orders = await db.database.query(
      'select o.id from quittance.orders o join quittance.buyers b on b.id = o.buyer_id where b.customer_id = $1',
      ['cus_1'],
    )
    expect(orders).toEqual([{ id: orderId }])
    await till.deliver(...till.refund('ch_pi_1', 3000))
    expect(await accessOf('customer_id', 'cus_1')).toMatchObject({ granted: false })
  })

  test('refunded before it was known to be paid: never granted', async () => {
    const { completed } = await till.order({ customer: 'cus_1', pending: true })
    await till.deliver(...till.refund('ch_pi_1', 3000))
    await till.deliver(completed)
    expect(await accessOf('customer_id', 'cus_1')).toEqual({ granted: false, reason: 'refunded' })
    expect(told).toEqual(['order.fulfilled', 'order.refunded re_ch_pi_1_1'])
  })

  test('a refund that fails gives it back', async () => {
    await till.order({ userId: 'user_1' })
    await till.deliver(...till.refund('ch_pi_1', 3000))
    await till.deliver(...till.failRefund('re_ch_pi_1_1'))
    expect(await accessOf('user_id', 'user_1')).toEqual(GRANTED)
    expect(told.filter((each) => each.startsWith('access'))).toEqual([
      'access.granted download',
      'access.revoked download',
      'access.granted download',
    ])
  })

  test('kept on an inquiry, revoked on a chargeback, restored when it is won', async () => {
    await till.order({ userId: 'user_1' })
    await till.deliver(...till.dispute('ch_pi_1', { status: 'warning_needs_response' }))
    expect(await accessOf('user_id', 'user_1')).toEqual(GRANTED)
    await till.deliver(...till.changeDispute('dp_1', 'needs_response'))
    expect(await accessOf('user_id', 'user_1')).toEqual({ granted: false, reason: 'disputed' })
    await till.deliver(...till.changeDispute('dp_1', 'won'))
    expect(await accessOf('user_id', 'user_1')).toEqual(GRANTED)
    await till.deliver(...till.changeDispute('dp_1', 'lost'))
    expect(await accessOf('user_id', 'user_1')).toEqual({ granted: false, reason: 'disputed' })
  })

  test('another order of the same feature keeps it', async () => {
    await till.order({ userId: 'user_1' })
    await till.order({ userId: 'user_1', intent: 'pi_2' })
    await till.deliver(...till.refund('ch_pi_1', 3000))
    expect(await accessOf('user_id', 'user_1')).toEqual(GRANTED)
    expect(told.filter((each) => each.startsWith('access'))).toEqual(['access.granted download'])
  })
})
