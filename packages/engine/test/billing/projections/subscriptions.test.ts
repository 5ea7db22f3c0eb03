// Goal: a subscription's rows say what Stripe says, whatever comes, and never leave an end.
// Method: signed events through the engine, answers from a Stripe in memory, rows read by SQL.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { eventOf } from '../../support/shop.ts'
import {
  at,
  DAY,
  invoice,
  item,
  itemsOf,
  MONTH,
  openDesk,
  paymentOf,
  START,
  subscription,
} from './desk.ts'

describe.each(backends)('subscriptions on $name', (backend) => {
  const db = useDatabase(backend)

  test('one answer fills the subscription, its items, its invoice and the payments', async () => {
    const desk = openDesk(db)
    desk.put('invoice.paid', invoice({ payments: [paymentOf('pi_1')] }))
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      customer_id: 'cus_1',
      status: 'active',
      shape: 'items',
      activated: true,
      overdue: false,
      order_id: null,
      currency: 'eur',
      cancel_at: null,
      period_start: at(START),
      period_end: at(START + MONTH),
      latest_invoice_id: 'in_1',
      change_pending: false,
      started_at: at(START),
    })
    expect(await desk.rows('select * from quittance.subscription_items')).toEqual([
      {
        subscription_id: 'sub_1',
        id: 'si_1',
        price_id: 'price_pro',
        product_id: 'prod_pro',
        lookup_key: null,
        item_id: 'pro',
        quantity: 1n,
        period_start: at(START),
        period_end: at(START + MONTH),
      },
    ])
    expect(await desk.row('invoices', 'in_1')).toMatchObject({
      subscription_id: 'sub_1',
      status: 'paid',
      amount_paid: 2000n,
      period_end: at(START + MONTH),
    })
    expect(await desk.rows('select * from quittance.invoice_payments')).toEqual([
      {
        invoice_id: 'in_1',
        id: 'inpay_pi_1',
        payment_intent_id: 'pi_1',
        charge_id: null,
        status: 'paid',
        amount_paid: 2000n,
      },
    ])
    expect(await desk.rows('select customer_id, user_id from quittance.buyers')).toEqual([
      { customer_id: 'cus_1', user_id: null },
    ])
    expect(desk.asked()).toBe(1)
    expect(desk.counts()).toEqual({
      'subscription.activated': 1,
      'invoice.paid': 1,
      'access.granted': 1,
    })
    expect(desk.heard[0]?.about).toMatchObject({
      subscription: { id: 'sub_1', status: 'active', items: [{ itemId: 'pro', quantity: 1 }] },
      buyer: { customerId: 'cus_1', userId: null },
    })
  })

  test('items are replaced as a set, and a change of what is sold is told with what was', async () => {
    const desk = openDesk(db)
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const renewed = item('price_pro', { current_period_end: START + 2 * MONTH })
    await desk.tell(
      desk.put('customer.subscription.updated', subscription({ items: itemsOf(renewed) })),
    )
    expect(desk.counts()['subscription.changed']).toBeUndefined()
    const team = { id: 'price_t', lookup_key: 'team_monthly', product: 'prod_t' }
    const seats = item('', { id: 'si_2', price: team, quantity: 5 })
    await desk.tell(
      desk.put('customer.subscription.updated', subscription({ items: itemsOf(seats) })),
    )
    const rows = await desk.rows('select id, item_id, quantity from quittance.subscription_items')
    expect(rows).toEqual([{ id: 'si_2', item_id: 'team', quantity: 5n }])
    const changed = desk.heard.filter(({ name }) => name === 'subscription.changed')
    expect(changed).toHaveLength(1)
    expect(changed[0]?.about).toMatchObject({
      before: { items: [{ priceId: 'price_pro', periodEnd: at(START + 2 * MONTH) }] },
      subscription: { items: [{ priceId: 'price_t', itemId: 'team', quantity: 5 }] },
    })
  })

  test('each status leaves a row of history with its cause', async () => {
    const desk = openDesk(db)
    await desk.tell(
      desk.put('customer.subscription.created', subscription({ status: 'incomplete' })),
    )
    await desk.tell(desk.put('customer.subscription.updated', subscription()))
    await desk.tell(desk.put('customer.subscription.updated', subscription()))
    const rows = await desk.rows(
      `select from_status, to_status, cause, event_id from quittance.subscription_history order by n`,
    )
    expect(rows).toEqual([
      {
        from_status: null,
        to_status: 'incomplete',
        cause: 'event customer.subscription.created',
        event_id: 'evt_1',
      },
      {
        from_status: 'incomplete',
        to_status: 'active',
        cause: 'event customer.subscription.updated',
        event_id: 'evt_2',
      },
    ])
    expect(desk.counts()['subscription.activated']).toBe(1)
  })

  test('an answer that was overtaken by a newer one changes nothing', async () => {
    const desk = openDesk(db)
    desk.put('invoice.finalized', invoice({ status: 'open', amount_paid: 0 }))
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const told = desk.heard.length
    // While our request is on its way another worker asks, and writes what is newer.
    const ask = desk.stripe.subscription.bind(desk.stripe)
    desk.stripe.subscription = async (id) => {
      const answer = await ask(id)
      await desk.rows(
        `update quittance.subscriptions
         set ticket = nextval('quittance.seq'), status = 'past_due', overdue = true`,
      )
      await desk.rows(
        `update quittance.invoices set ticket = nextval('quittance.seq'), attempt_count = 3`,
      )
      return answer
    }
    const team = item('price_team', { id: 'si_2' })
    const event = desk.put(
      'customer.subscription.updated',
      subscription({ cancel_at_period_end: true, items: itemsOf(team) }),
    )
    await desk.tell(event)
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      status: 'past_due',
      cancel_at: null,
    })
    expect(await desk.row('invoices', 'in_1')).toMatchObject({ attempt_count: 3 })
    expect(await desk.rows('select id from quittance.subscription_items')).toEqual([{ id: 'si_1' }])
    expect(desk.heard).toHaveLength(told)
    expect(await desk.end(String(event.id))).toBe('done')
  })

  test('a newer answer serves the events before it without a request', async () => {
    const desk = openDesk(db)
    const events = [
      desk.put('customer.subscription.created', subscription({ status: 'incomplete' })),
      desk.put('invoice.created', invoice({ status: 'draft', amount_paid: 0 })),
      desk.put('invoice.finalized', invoice({ status: 'open', amount_paid: 0 })),
      desk.put('invoice.paid', invoice()),
      desk.put('customer.subscription.updated', subscription()),
      desk.put('invoice.updated', invoice()),
    ]
    await desk.tell(...events)
    expect(desk.asked()).toBe(1)
    for (const { id } of events) expect(await desk.end(String(id))).toBe('done')
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'active' })
    expect(await desk.row('invoices', 'in_1')).toMatchObject({ status: 'paid' })
  })

  test('nothing comes back from an end: refused in code, and by the schema', async () => {
    const desk = openDesk(db)
    const over = subscription({ status: 'canceled', ended_at: START + DAY })
    await desk.tell(desk.put('customer.subscription.deleted', over))
    await desk.tell(desk.put('customer.subscription.updated', subscription()))
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'canceled' })
    expect(desk.logger.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'refused a subscription transition',
        fields: expect.objectContaining({ from: 'canceled', to: 'active' }),
      }),
    )
    await expect(
      desk.rows(`update quittance.subscriptions set status = 'active'`),
    ).rejects.toMatchObject({ code: '23514' })
  })

  test('a sign-up of ours is tied to its order; another program’s marker is noted', async () => {
    const desk = openDesk(db)
    const { orderId } = await desk.order()
    await desk.rows(`update quittance.orders set kind = 'subscription' where id = $1`, [orderId])
    const ours = subscription({ metadata: { quittance_order: orderId } })
    const foreign = subscription({ id: 'sub_2', metadata: { quittance_order: 'ord_elsewhere' } })
    await desk.tell(
      desk.put('customer.subscription.created', ours),
      desk.put('customer.subscription.created', foreign),
    )
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ order_id: orderId })
    expect(await desk.row('subscriptions', 'sub_2')).toMatchObject({ order_id: null })
    const noted = desk.logger.lines.filter(({ message }) =>
      message.includes('names an order that is not here'),
    )
    expect(noted.map(({ fields }) => fields.subscriptionId)).toEqual(['sub_2'])
  })

  test('a one-off order’s marker on a subscription is not its sign-up', async () => {
    const desk = openDesk(db)
    const { orderId } = await desk.order()
    const marked = subscription({ metadata: { quittance_order: orderId } })
    await desk.tell(desk.put('customer.subscription.created', marked))
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ order_id: null })
  })

  test('a check asks like an event, and one that a newer answer served asks nothing', async () => {
    const desk = openDesk(db)
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    desk.put('customer.subscription.updated', subscription({ status: 'past_due' }))
    const check = `
      with d as (insert into quittance.dispatch
        (seq, kind, lane, state, available_at, received_at)
        values (nextval('quittance.seq'), 'check', 'sub_1', 'ready', now(), now()) returning seq)
      insert into quittance.checks (seq, object_type, object_id, origin, created_at)
      select seq, 'subscription', 'sub_1', 'sweep', now() from d`
    await desk.rows(check)
    await desk.rows(check)
    await desk.drain()
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'past_due' })
    expect(desk.asked()).toBe(2)
    const history = await desk.rows(
      `select cause from quittance.subscription_history where to_status = 'past_due'`,
    )
    expect(history).toEqual([{ cause: 'check sweep' }])
  })

  test('events of connected accounts stay ignored', async () => {
    const desk = openDesk(db)
    const event = eventOf('evt_c', 'customer.subscription.created', subscription(), {
      account: 'acct_1',
    })
    await desk.tell(event)
    expect(await desk.end('evt_c')).toBe('ignored: unhandled')
    expect(await desk.row('subscriptions', 'sub_1')).toBeUndefined()
  })
})
