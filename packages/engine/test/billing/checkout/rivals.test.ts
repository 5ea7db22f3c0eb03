// Goal: of two plans of one group a buyer is sold one, whatever Stripe leaves unanswered meanwhile.
// Method: two tabs into the real engine over a Stripe in memory that is slow, loses answers, or refuses.
import { beforeEach, describe, expect, test } from 'vitest'
import { EngineError } from '../../../src/errors.ts'
import { StripeRefusal } from '../../../src/ports/stripe.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openPlanShop, PLANS, type PlanShop } from './plan-shop.ts'

const TABS = 8
const DAY_SECONDS = 24 * 3_600
const OPEN_SECONDS = 49 * 3_600

function signal() {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}

describe.each(backends)('two plans of one group on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: PlanShop
  beforeEach(() => {
    shop = openPlanShop(db)
  })

  const openSessions = () =>
    [...shop.stripe.sessions.values()].filter(({ status }) => status === 'open')
  const closed = { code: 'ORDER_CLOSED', status: 409 }
  const creations = () => shop.stripe.calls.filter((call) => call.startsWith('create '))

  test.each(['timeout_before', 'timeout_after', 'down'] as const)(
    'are not both for sale after %s',
    async (trouble) => {
      shop.stripe.trouble = [trouble]
      const lost = shop.ask({ itemId: 'pro', key: 'pro' })
      await expect(lost).rejects.toMatchObject({ retryable: true })
      const { sessionId } = await shop.ask({ itemId: 'year' })
      expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
      expect(new Set(creations()).size).toBe(2)
      await expect(shop.ask({ itemId: 'pro', key: 'pro' })).rejects.toMatchObject(closed)
      expect(openSessions()).toHaveLength(1)
    },
  )

  test('are not both for sale while the first is being asked for', async () => {
    const create = shop.stripe.createSession.bind(shop.stripe)
    const asked = signal()
    const answer = signal()
    let first = true
    shop.stripe.createSession = async (params, options) => {
      const isFirst = first
      first = false
      const session = await create(params, options)
      if (isFirst) {
        asked.give()
        await answer.given
      }
      return session
    }
    const slow = shop.ask({ itemId: 'pro' })
    await asked.given
    const { sessionId } = await shop.ask({ itemId: 'year' })
    answer.give()
    await slow.catch(() => undefined)
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
  })

  test('are never both for sale, from however many tabs', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: TABS }, (_, n) => shop.ask({ itemId: n % 2 === 0 ? 'pro' : 'year' })),
    )
    expect(openSessions().length).toBeLessThanOrEqual(1)
    // Another tab closed its order meanwhile; nobody has a subscription.
    for (const each of all) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject(closed)
    }
    await shop.ask({ itemId: 'pro' })
    expect(openSessions()).toHaveLength(1)
  })

  test('wait for the first one’s outcome, which the buyer may ask for again', async () => {
    shop.stripe.trouble = ['timeout_after', 'down']
    await expect(shop.ask({ itemId: 'pro' })).rejects.toMatchObject({ code: 'STRIPE_TIMEOUT' })
    const year = () => shop.ask({ itemId: 'year' })
    await expect(year()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE', retryable: true })
    expect(openSessions()).toHaveLength(1)
    const { sessionId } = await year()
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
  })

  test('of which the first was paid while its answer was lost are one subscription', async () => {
    shop.stripe.trouble = ['timeout_after']
    await shop.ask({ itemId: 'pro' }).catch(() => undefined)
    for (const id of shop.stripe.sessions.keys()) shop.complete(id)
    await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject({
      code: 'SUBSCRIPTION_EXISTS',
    })
    expect(openSessions()).toEqual([])
  })

  test('let the second be had at once when the first was refused, and close the first', async () => {
    shop.stripe.trouble = ['refused']
    const refused = shop.ask({ itemId: 'pro', key: 'pro' })
    await expect(refused).rejects.toMatchObject({ code: 'STRIPE_REFUSED' })
    const { sessionId } = await shop.ask({ itemId: 'year' })
    expect(creations()).toHaveLength(2)
    await expect(shop.ask({ itemId: 'pro', key: 'pro' })).rejects.toMatchObject(closed)
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
  })

  test('let the second be had when the repeat of the first is refused', async () => {
    shop.stripe.trouble = ['timeout_before', 'refused']
    await shop.ask({ itemId: 'pro' }).catch(() => undefined)
    const { sessionId } = await shop.ask({ itemId: 'year' })
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
  })

  test('keep an unanswered one to be asked for again while our API key is wrong', async () => {
    shop.stripe.trouble = ['timeout_after', 'bad_key']
    await shop.ask({ itemId: 'pro' }).catch(() => undefined)
    const refused = { code: 'STRIPE_REFUSED' }
    await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject(refused)
    const { sessionId } = await shop.ask({ itemId: 'year' })
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
    expect(shop.stripe.sessions.size).toBe(2)
  })

  test('close the first when it got no further than its order', async () => {
    shop.stripe.makingTrouble = ['timeout_before']
    await shop.ask({ itemId: 'pro', key: 'pro' }).catch(() => undefined)
    const { sessionId } = await shop.ask({ itemId: 'year' })
    await expect(shop.ask({ itemId: 'pro', key: 'pro' })).rejects.toMatchObject(closed)
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
  })

  test('give the trial to the second when the first never got a session', async () => {
    shop = openPlanShop(db, { catalogue: { ...PLANS, year: { ...PLANS.year, trialDays: 30 } } })
    shop.stripe.trouble = ['refused']
    await shop.ask({ itemId: 'pro' }).catch(() => undefined)
    await shop.ask({ itemId: 'year' })
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 30 } })
  })

  test('are not both for sale by a key that is older than what we look for', async () => {
    shop.stripe.trouble = ['refused']
    await shop.ask({ itemId: 'pro', key: 'pro' }).catch(() => undefined)
    await db.shift(OPEN_SECONDS)
    await shop.ask({ itemId: 'year' })
    await expect(shop.ask({ itemId: 'pro', key: 'pro' })).rejects.toMatchObject(closed)
    expect(openSessions()).toHaveLength(1)
  })

  test('let the first be had anew by the next day, when its asking came to nothing', async () => {
    shop.stripe.trouble = ['refused']
    await shop.ask({ itemId: 'pro' }).catch(() => undefined)
    await db.shift(DAY_SECONDS)
    const { sessionId } = await shop.ask({ itemId: 'pro' })
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
    expect(await shop.engine.orders.list()).toHaveLength(2)
  })

  test.each(['before', 'after'])(
    'are not both for sale when the closing of the first was lost %s it happened',
    async (when) => {
      await shop.ask({ itemId: 'pro' })
      const expire = shop.stripe.expireSession.bind(shop.stripe)
      shop.stripe.expireSession = async (id) => {
        shop.stripe.expireSession = expire
        if (when === 'after') await expire(id)
        throw new EngineError('STRIPE_TIMEOUT', 'answer lost')
      }
      await expect(shop.ask({ itemId: 'year' })).rejects.toMatchObject({ code: 'STRIPE_TIMEOUT' })
      const { sessionId } = await shop.ask({ itemId: 'year' })
      expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
    },
  )

  test('give the trial to the second, whose first was closed and not yet noted', async () => {
    shop = openPlanShop(db, {
      checkout: { successWaitMs: 0 },
      catalogue: { ...PLANS, year: { ...PLANS.year, trialDays: 30 } },
    })
    await shop.ask({ itemId: 'pro' })
    await shop.ask({ itemId: 'year' })
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 30 } })
    expect(openSessions()).toHaveLength(1)
  })

  test('can be had again, on trial, when the first one’s payment never came', async () => {
    const { sessionId } = await shop.ask({ itemId: 'year' })
    await shop.pay(sessionId, { payment_status: 'unpaid' })
    const { customerId } = await shop.engine.customers.ensure({ userId: 'user_1' })
    await shop.subscription(customerId, 'incomplete_expired', 'year', `sub_${sessionId}`)
    await shop.ask({ itemId: 'pro' })
    expect(shop.asked()).toMatchObject({ subscription_data: { trial_period_days: 14 } })
  })

  test('are not both meant by one key: the later request leaves the first one’s session', async () => {
    const price = shop.stripe.price.bind(shop.stripe)
    const looked = signal()
    const go = signal()
    shop.stripe.price = async (id) => {
      if (id === 'price_year') {
        // Its key was looked for by now, and not found.
        looked.give()
        await go.given
      }
      return await price(id)
    }
    const year = shop.ask({ itemId: 'year', key: 'key-1' })
    await looked.given
    const { sessionId } = await shop.ask({ itemId: 'pro', key: 'key-1' })
    go.give()
    await expect(year).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
    expect(openSessions().map(({ id }) => id)).toEqual([sessionId])
  })

  test.each([
    ['refused', new StripeRefusal(400, undefined, 'req_1'), 'ORDER_CLOSED'],
    ['lost', new EngineError('STRIPE_TIMEOUT', 'answer lost'), 'STRIPE_TIMEOUT'],
  ])('tell a surplus session, whose end was %s, from a refused one', async (_, error, code) => {
    const create = shop.stripe.createSession.bind(shop.stripe)
    shop.stripe.createSession = async (params, options) => {
      const session = await create(params, options)
      await db.database.query(`update quittance.orders set session_id = 'cs_first'`)
      return session
    }
    shop.stripe.expireSession = async () => {
      throw error
    }
    await expect(shop.ask({ itemId: 'pro' })).rejects.toMatchObject({ code })
    const refusals = shop.logger.lines.filter(({ message }) => /refused a session/.test(message))
    expect(refusals).toEqual([])
    const attempts = await db.database.query('select state from quittance.checkout_attempts')
    expect(attempts).toEqual([{ state: 'answered' }])
  })
})
