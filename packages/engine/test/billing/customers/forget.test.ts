// Goal: addresses in questions that were never answered do not stay, and no start waits until they are gone.
// Method: the real engine over a Stripe that does not answer; the statements are read, held and explained.
import { beforeEach, describe, expect, test } from 'vitest'
import { before } from '../../support/before.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'

const HOUR = 3_600
const EMAIL = 'ada@example.com'

const isForget = (sql: string): boolean => /customer_params = null|'lapsed'/.test(sql)

describe.each(backends)('what was never answered on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db)
  })

  const buy = (idempotencyKey = 'once') =>
    shop.engine.checkout.createSession({
      body: { itemId: 'poster', quantity: 1 },
      identity: { userId: 'user_1', email: EMAIL },
      browser: null,
      idempotencyKey,
    })
  const attempts = () =>
    db.database.query<{ state: string; stripe_code: string | null; params: string | null }>(
      'select state, stripe_code, params, session_id from quittance.checkout_attempts order by attempt',
    )

  /** An order whose session was asked for, and whose answer was lost. */
  async function loseSession() {
    const create = shop.stripe.createSession.bind(shop.stripe)
    shop.stripe.createSession = () => Promise.reject(new TypeError('the process died'))
    await expect(buy()).rejects.toThrow()
    shop.stripe.createSession = create
    expect(await attempts()).toMatchObject([
      { state: 'asked', params: expect.stringContaining(EMAIL) },
    ])
  }

  async function restart() {
    await shop.engine.start()
    await shop.engine.stop()
  }

  /** The engine's database, with something done before each statement that forgets. */
  const watched = (look: (sql: string, values: readonly unknown[]) => Promise<void>) =>
    before(db.database, async (sql, values) => {
      if (isForget(sql)) await look(sql, values)
    })

  test('closes an attempt after two days, and not before', async () => {
    await loseSession()
    await db.shift(47 * HOUR)
    await restart()
    expect(await attempts()).toMatchObject([{ state: 'asked' }])
    await db.shift(2 * HOUR)
    await restart()
    expect(await attempts()).toEqual([
      { state: 'refused', stripe_code: 'lapsed', params: null, session_id: null },
    ])
    // Whoever repeats the request gets a session, under a key that Stripe has not seen.
    const { sessionId } = await buy()
    expect(await attempts()).toMatchObject([{ state: 'refused' }, { state: 'answered' }])
    expect(shop.stripe.sessions.has(sessionId)).toBe(true)
    expect(JSON.stringify(await attempts())).not.toContain(EMAIL)
  })

  test('closes an attempt whose session an event named', async () => {
    await loseSession()
    await db.database.query(`update quittance.orders set session_id = 'cs_told'`)
    await db.shift(49 * HOUR)
    await restart()
    expect(await attempts()).toEqual([
      { state: 'answered', stripe_code: null, params: null, session_id: 'cs_told' },
    ])
  })

  test('is no matter that a start waits for, and one that a stop does', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let ended = 0
    const slow = watched(async () => {
      await held
      ended += 1
    })
    const other = openShop({ ...db, database: slow }, { stripe: shop.stripe })
    await other.engine.start()
    expect(ended).toBe(0)
    const stopped = other.engine.stop()
    release()
    await stopped
    expect(ended).toBe(2)
  })

  test('is found by an index, however many buyers and attempts there are', async () => {
    const statements: string[] = []
    const listening = watched(async (sql) => void statements.push(sql))
    const other = openShop({ ...db, database: listening }, { stripe: shop.stripe })
    await other.engine.start()
    await other.engine.stop()
    const plans = await Promise.all(
      statements.map((sql) =>
        db.database.transaction(async (tx) => {
          await tx.query('set local enable_seqscan = off')
          return JSON.stringify(await tx.query(`explain ${sql}`))
        }),
      ),
    )
    expect(plans).toHaveLength(2)
    expect(plans[0]).toContain('buyers_unanswered')
    expect(plans[0]).toContain('Index Cond')
    expect(plans[1]).toContain('checkout_attempts_open')
  })
})
