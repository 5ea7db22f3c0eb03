// Goal: a question for a customer that stays without an answer is forgotten within a day, and whom it made is found.
// Method: the real engine over a Stripe in memory that forgets idempotency keys after a day, as Stripe does.
import { beforeEach, describe, expect, test } from 'vitest'
import { forgetLapsed } from '../../../src/customers/row.ts'
import { EngineError } from '../../../src/errors.ts'
import { buyerOf } from '../../../src/pipeline/projections/buyers/row.ts'
import { StripeRefusal } from '../../../src/ports/stripe.ts'
import { before } from '../../support/before.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'

const HOUR = 3_600
const EMAIL = 'ada@example.com'

describe.each(backends)('an unanswered question for a customer on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  /** How often Stripe forgot its keys. */
  let days: number
  beforeEach(() => {
    shop = openShop(db)
    days = 0
    const create = shop.stripe.createCustomer.bind(shop.stripe)
    shop.stripe.createCustomer = (params, { idempotencyKey }) =>
      create(params, { idempotencyKey: `${idempotencyKey} day ${days}` })
  })

  const ensure = (userId = 'user_1') => shop.engine.customers.ensure({ userId, email: EMAIL })
  const row = async () => (await db.database.query('select * from quittance.buyers'))[0]
  const calls = (verb: string) => shop.stripe.calls.filter((call) => call.startsWith(`${verb} `))
  /** The part of "make quittance:customer:<key> day 0" that the row keeps. */
  const keyOf = (call = '') => /customer:([0-9a-f]+)/.exec(call)?.[1] ?? ''

  async function lose(trouble: 'timeout_before' | 'timeout_after') {
    shop.stripe.makingTrouble = [trouble]
    await expect(ensure()).rejects.toMatchObject({ code: 'STRIPE_TIMEOUT' })
  }
  async function pass(hours: number) {
    await db.shift(hours * HOUR)
    if (hours >= 24) days += 1
  }

  test('is asked again as it was while Stripe keeps its key', async () => {
    await lose('timeout_after')
    await pass(22)
    await ensure()
    expect(shop.stripe.customers.size).toBe(1)
    expect(new Set(calls('make')).size).toBe(1)
    expect(calls('search')).toEqual([])
  })

  test('finds after a day the customer that it made', async () => {
    await lose('timeout_after')
    await pass(25)
    const [made] = shop.stripe.customers.keys()
    expect(await ensure()).toEqual({ customerId: made })
    expect(await ensure()).toEqual({ customerId: made })
    expect(shop.stripe.customers.size).toBe(1)
    expect(calls('search')).toEqual([`search ${keyOf(calls('make')[0])}`])
    expect(await row()).toMatchObject({
      user_id: 'user_1',
      customer_key: null,
      customer_params: null,
    })
  })

  test('finds the one whose event came meanwhile', async () => {
    await lose('timeout_after')
    const [made = ''] = shop.stripe.customers.keys()
    await buyerOf(db.database, 'customer_id', made)
    await pass(25)
    expect(await ensure()).toEqual({ customerId: made })
    expect(await db.database.query('select * from quittance.buyers')).toHaveLength(1)
  })

  test('is asked anew after a day when it made none', async () => {
    await lose('timeout_before')
    await pass(25)
    await Promise.all([ensure(), ensure()])
    expect(shop.stripe.customers.size).toBe(1)
    expect(new Set(calls('make')).size).toBe(2)
  })

  test('takes nobody else’s customer, and none that was deleted', async () => {
    await lose('timeout_before')
    await pass(25)
    const key = keyOf(calls('make')[0])
    const marked = (userId: string) => ({
      object: 'customer',
      metadata: { quittance_user: userId, quittance_key: key },
    })
    shop.stripe.customers.set('cus_gone', { id: 'cus_gone', deleted: true, ...marked('user_1') })
    shop.stripe.customers.set('cus_bob', { id: 'cus_bob', ...marked('user_1') })
    // Stripe's search does not tell capital letters from small ones.
    shop.stripe.customers.set('cus_case', { id: 'cus_case', ...marked('USER_1') })
    await shop.engine.customers.adopt({ userId: 'user_bob', customerId: 'cus_bob' })
    const { customerId } = await ensure()
    expect(['cus_gone', 'cus_bob', 'cus_case']).not.toContain(customerId)
  })

  test('takes no customer that another app on the account made for its own user_1', async () => {
    await lose('timeout_before')
    await pass(25)
    const metadata = { quittance_user: 'user_1', quittance_key: 'f'.repeat(32) }
    shop.stripe.customers.set('cus_theirs', { id: 'cus_theirs', object: 'customer', metadata })
    shop.stripe.customers.set('cus_old', {
      id: 'cus_old',
      object: 'customer',
      metadata: { quittance_user: 'user_1' },
    })
    expect(['cus_theirs', 'cus_old']).not.toContain((await ensure()).customerId)
    expect(calls('search')).toHaveLength(1)
  })

  test.each(['taken', 'adopted', 'refused', 'found'] as const)(
    'is over when its answer was %s: nobody is searched for when the customer is deleted later',
    async (how) => {
      if (how === 'adopted') {
        const make = shop.stripe.createCustomer.bind(shop.stripe)
        shop.stripe.createCustomer = async (params, options) => {
          const customer = await make(params, options)
          await buyerOf(db.database, 'customer_id', customer.id)
          return customer
        }
      }
      if (how === 'found') {
        await lose('timeout_after')
        await pass(25)
      }
      if (how === 'refused') {
        shop.stripe.makingTrouble = ['refused']
        await expect(ensure()).rejects.toMatchObject({ code: 'STRIPE_REFUSED' })
      } else {
        await ensure()
      }
      expect(await row()).toMatchObject({ customer_key: null, customer_params: null })
      const searched = calls('search').length
      await db.database.query(
        'update quittance.buyers set customer_deleted = true where customer_id is not null',
      )
      for (const [id, customer] of shop.stripe.customers) {
        shop.stripe.customers.set(id, { ...customer, deleted: true })
      }
      await pass(25)
      await ensure()
      expect(calls('search')).toHaveLength(searched)
    },
  )

  test('is searched for when it was forgotten between the look and the claim', async () => {
    await lose('timeout_after')
    const [made] = shop.stripe.customers.keys()
    await pass(22)
    let meanwhile = true
    const { database } = db
    const slow = before(database, async (sql) => {
      if (!meanwhile || !sql.includes('customer_key = case')) return
      meanwhile = false
      await pass(25)
      await forgetLapsed(database)
    })
    const tab = openShop({ ...db, database: slow }, { stripe: shop.stripe })
    expect(await tab.engine.customers.ensure({ userId: 'user_1' })).toEqual({ customerId: made })
    expect(meanwhile).toBe(false)
  })

  test('is asked anew where Stripe offers no search, and waits while Stripe is away', async () => {
    await lose('timeout_before')
    await pass(25)
    const search = shop.stripe.customersByMetadata.bind(shop.stripe)
    shop.stripe.customersByMetadata = () =>
      Promise.reject(new EngineError('STRIPE_UNAVAILABLE', 'down'))
    await expect(ensure()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' })
    expect(shop.stripe.customers.size).toBe(0)
    shop.stripe.customersByMetadata = () => Promise.reject(new StripeRefusal(403, undefined, 'r'))
    await ensure()
    shop.stripe.customersByMetadata = search
    expect(shop.stripe.customers.size).toBe(1)
  })

  test('does not keep the address for longer, whether or not the user comes back', async () => {
    await lose('timeout_after')
    await pass(22)
    await shop.engine.start()
    expect(await row()).toMatchObject({ customer_params: expect.stringContaining(EMAIL) })
    await shop.engine.stop()
    await pass(2)
    await shop.engine.start()
    await shop.engine.stop()
    expect(await row()).toMatchObject({ customer_params: null })
    days += 1
    await ensure()
    expect(shop.stripe.customers.size).toBe(1)
  })
})
