// Goal: when a deleted customer is replaced, what the app was told of each of the two rows stays true.
// Method: one whose canceled plan is paid through, then another customer; every news is heard.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { DAY, invoice, itemsOf, line, MONTH, openDesk, subscription } from '../projections/desk.ts'

const CATALOGUE = {
  pro: {
    kind: 'plan',
    price: 'price_pro',
    interval: 'month',
    features: ['export'],
    policies: { canceledNow: 'paid_through' },
  },
} as const

describe.each(backends)('a customer that is replaced on $name', (backend) => {
  const db = useDatabase(backend)

  /** Of `user_1`, who has paid for a month when the customer is deleted at Stripe. */
  async function deletedWithPaidMonth() {
    const desk = openDesk(db, { catalogue: CATALOGUE })
    const { customerId } = await desk.engine.customers.ensure({ userId: 'user_1' })
    const [clock] = await desk.rows('select extract(epoch from quittance.now())::bigint as now')
    const start = Number(clock?.now) - DAY
    const of = { customer: customerId }
    const month = line({ period: { start, end: start + MONTH } })
    await desk.tell(
      desk.put('customer.subscription.created', subscription(of)),
      desk.put('invoice.paid', invoice({ ...of, lines: itemsOf(month) })),
    )
    const ended = { ...of, status: 'canceled', ended_at: start + DAY, canceled_at: start + DAY }
    await desk.tell(
      desk.put('customer.subscription.deleted', subscription(ended)),
      desk.put('customer.deleted', { id: customerId, object: 'customer', deleted: true }),
    )
    return { desk, customerId }
  }

  /** "granted of user_1", or of a customer who is nobody's. */
  const news = ({ heard }: ReturnType<typeof openDesk>) =>
    heard
      .filter(({ name }) => name.startsWith('access.'))
      .map(({ name, about }) => {
        const buyer = about.buyer as { userId: string | null; customerId: string }
        return `${name.slice('access.'.length)} of ${buyer.userId ?? buyer.customerId}`
      })

  const told = () =>
    db.database.query(
      `select b.user_id, a.granted, a.told, a.reason from quittance.access a
       join quittance.buyers b on b.id = a.buyer_id order by b.id`,
    )

  test('what is told of the former row is told under keys that were never used', async () => {
    const { desk, customerId } = await deletedWithPaidMonth()
    expect(news(desk)).toEqual(['granted of user_1'])
    await desk.engine.customers.ensure({ userId: 'user_1' })
    await desk.drain()
    // What was paid to the deleted customer stays with it, and each of the two was told so.
    expect(new Set(news(desk))).toEqual(
      new Set(['granted of user_1', 'revoked of user_1', `granted of ${customerId}`]),
    )
    expect(news(desk)).toHaveLength(3)
    expect(await told()).toEqual([
      { user_id: null, granted: true, told: true, reason: 'paid_through' },
      { user_id: 'user_1', granted: false, told: false, reason: 'none' },
    ])
    await db.shift(MONTH)
    await desk.drain()
    expect(news(desk).slice(3)).toEqual([`revoked of ${customerId}`])
    const keys = await desk.rows(`select key from quittance.effects where key like 'access:%'`)
    expect(keys).toHaveLength(4)
  })
})
