// Goal: what should not be there has a defined outcome, and loses nothing.
// Method: one strange event or answer each; the event's end, the rows and the log are looked at.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import {
  at,
  DAY,
  invoice,
  item,
  itemsOf,
  line,
  MONTH,
  openDesk,
  START,
  subscription,
} from './desk.ts'

/** Before basil: periods at the top, one price object per item that was a plan, no `parent`. */
const oldSubscription = (over = {}) => {
  const { current_period_start: _, current_period_end: __, ...old } = item()
  return {
    ...subscription({ items: itemsOf(old) }),
    current_period_start: START,
    current_period_end: START + MONTH,
    ...over,
  }
}

const oldInvoice = (over = {}) => {
  const { parent: _, ...oldLine } = line({ type: 'subscription', subscription_item: 'si_1' })
  const { parent: __, ...rest } = invoice({ lines: itemsOf(oldLine) })
  return { ...rest, subscription: 'sub_1', payment_intent: 'pi_1', charge: 'ch_1', ...over }
}

describe.each(backends)('bad input on $name', (backend) => {
  const db = useDatabase(backend)
  const warned = (desk: ReturnType<typeof openDesk>, part: string) =>
    desk.logger.lines.filter(({ level, message }) => level === 'warn' && message.includes(part))

  test('an unknown customer becomes a buyer without a user', async () => {
    const desk = openDesk(db)
    const event = desk.put('customer.subscription.created', subscription({ customer: 'cus_new' }))
    await desk.tell(event)
    expect(await desk.end('evt_1')).toBe('done')
    expect(await desk.rows('select user_id, customer_id from quittance.buyers')).toEqual([
      { user_id: null, customer_id: 'cus_new' },
    ])
  })

  test('a price that is not in the catalogue is mirrored, grants nothing, and is said once', async () => {
    const desk = openDesk(db)
    const foreign = subscription({ items: itemsOf(item('price_foreign')) })
    await desk.tell(desk.put('customer.subscription.created', foreign))
    await desk.tell(desk.put('customer.subscription.updated', foreign))
    expect(await desk.end('evt_1')).toBe('done')
    expect(await desk.rows('select price_id, item_id from quittance.subscription_items')).toEqual([
      { price_id: 'price_foreign', item_id: null },
    ])
    expect(await desk.rows('select * from quittance.access where granted')).toEqual([])
    expect(warned(desk, 'not in the catalogue').map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ subscriptionId: 'sub_1', priceId: 'price_foreign' }),
    ])
    expect(desk.counts()).toEqual({ 'subscription.activated': 1 })
  })

  test('a price is found by its id, by its lookup key, or by what it was sold as', async () => {
    const desk = openDesk(db)
    await desk.rows(`
      insert into quittance.catalogue_prices (price_id, item_id, seen_at) values
        ('price_moved', 'team', now()), ('price_pro', 'team', now())`)
    const named = { id: 'price_named', lookup_key: 'team_monthly', product: null }
    const items = itemsOf(
      item('price_pro'),
      item('', { id: 'si_2', price: named }),
      item('price_moved', { id: 'si_3' }),
    )
    await desk.tell(desk.put('customer.subscription.created', subscription({ items })))
    const rows = await desk.rows(
      'select price_id, item_id from quittance.subscription_items order by id',
    )
    // The catalogue as it is now outranks what was.
    expect(rows).toEqual([
      { price_id: 'price_pro', item_id: 'pro' },
      { price_id: 'price_named', item_id: 'team' },
      { price_id: 'price_moved', item_id: 'team' },
    ])
  })

  test('quantity 0, and none, are kept as they are', async () => {
    const desk = openDesk(db)
    const items = itemsOf(
      item('price_pro', { quantity: 0 }),
      item('price_pro', { id: 'si_2', quantity: undefined }),
    )
    await desk.tell(desk.put('customer.subscription.created', subscription({ items })))
    expect(
      await desk.rows('select quantity from quittance.subscription_items order by id'),
    ).toEqual([{ quantity: 0n }, { quantity: null }])
  })

  test('a subscription without items is kept, and grants nothing', async () => {
    const desk = openDesk(db)
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const bare = subscription({ items: itemsOf() })
    await desk.tell(desk.put('customer.subscription.updated', bare))
    expect(await desk.rows('select * from quittance.subscription_items')).toEqual([])
    expect(await desk.rows('select granted from quittance.access')).toEqual([{ granted: false }])
  })

  test('two live subscriptions of one group are both mirrored', async () => {
    const desk = openDesk(db)
    await desk.tell(
      desk.put('customer.subscription.created', subscription()),
      desk.put('customer.subscription.created', subscription({ id: 'sub_2' })),
    )
    const rows = await desk.rows(
      'select id, customer_id, status from quittance.subscriptions order by id',
    )
    expect(rows).toEqual([
      { id: 'sub_1', customer_id: 'cus_1', status: 'active' },
      { id: 'sub_2', customer_id: 'cus_1', status: 'active' },
    ])
  })

  test('what Stripe does not have is tried again, then held: it takes nothing from anybody', async () => {
    const desk = openDesk(db, { processor: { attemptsMax: 2 } })
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const later = desk.put('customer.subscription.updated', subscription({ status: 'canceled' }))
    const paid = desk.put('invoice.paid', invoice({ id: 'in_9' }))
    desk.lose('sub_1')
    desk.lose('in_9')
    await desk.tell(later, paid)
    expect(await desk.end(String(later.id))).toBe('waiting: object_missing')
    await db.shift(60)
    await desk.drain()
    expect(await desk.end(String(later.id))).toBe('quarantined: object_missing')
    expect(await desk.end(String(paid.id))).toBe('quarantined: object_missing')
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'active' })
    expect(await desk.row('invoices', 'in_9')).toBeUndefined()
    expect(await desk.rows('select granted from quittance.access')).toEqual([{ granted: true }])
  })

  test('an end that Stripe has nothing more of is believed', async () => {
    const desk = openDesk(db)
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const over = subscription({ status: 'canceled', ended_at: START + DAY })
    const ended = desk.put('customer.subscription.deleted', over)
    desk.lose('sub_1')
    await desk.tell(ended)
    expect(await desk.end(String(ended.id))).toBe('done')
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      status: 'canceled',
      ended_at: at(START + DAY),
      latest_invoice_id: 'in_1',
    })
    expect(desk.counts()['subscription.canceled']).toBe(1)
  })

  test('Stripe’s answer outranks the payload of an end', async () => {
    const desk = openDesk(db)
    const event = desk.put('customer.subscription.deleted', subscription({ status: 'canceled' }))
    desk.put('customer.subscription.updated', subscription({ status: 'past_due' }))
    await desk.tell(event)
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'past_due' })
  })

  test('what cannot be read is held, and nothing of it is written', async () => {
    const desk = openDesk(db)
    const events = [
      desk.put('customer.subscription.updated', subscription({ status: 'hibernating' })),
      desk.put('customer.subscription.updated', subscription({ id: 'sub_2', customer: null })),
      desk.put('customer.subscription.updated', subscription({ id: 'sub_3', items: null })),
      desk.put('invoice.updated', invoice({ id: 'in_2', status: 'lost', parent: null })),
      desk.put('invoice.updated', invoice({ id: 'in_3', total: 'much', parent: null })),
    ]
    await desk.tell(...events)
    for (const { id } of events) {
      expect(await desk.end(String(id))).toBe('quarantined: unusable_payload')
    }
    expect(await desk.rows('select id from quittance.subscriptions')).toEqual([])
    expect(await desk.rows('select id from quittance.invoices')).toEqual([])
  })

  test('an event of a month ago is a hint like any other', async () => {
    const desk = openDesk(db)
    const failed = { status: 'open', amount_paid: 0, attempt_count: 1 }
    const old = { created: START - MONTH }
    const events = [
      desk.put('invoice.payment_failed', invoice(failed), old),
      desk.put('customer.subscription.updated', subscription({ status: 'past_due' }), old),
    ]
    desk.put('invoice.paid', invoice())
    desk.put('customer.subscription.updated', subscription())
    await desk.tell(...events)
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'active' })
    expect(desk.counts()).toMatchObject({ 'invoice.payment_failed': 1, 'invoice.paid': 1 })
    expect(desk.counts()['subscription.past_due']).toBeUndefined()
  })

  test('shapes before basil are read, and said', async () => {
    const desk = openDesk(db)
    desk.stripe.subscriptions.set('sub_1', oldSubscription({ latest_invoice: oldInvoice() }))
    await desk.tell({
      ...desk.put('nothing', { id: 'x' }),
      type: 'customer.subscription.updated',
      api_version: '2024-06-20',
      data: { object: oldSubscription({ cancel_at_period_end: true }) },
    })
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      shape: 'top',
      period_start: at(START),
      period_end: at(START + MONTH),
    })
    expect(
      await desk.rows('select period_start, period_end from quittance.subscription_items'),
    ).toEqual([{ period_start: at(START), period_end: at(START + MONTH) }])
    expect(await desk.row('invoices', 'in_1')).toMatchObject({
      shape: 'top',
      subscription_id: 'sub_1',
      period_end: at(START + MONTH),
    })
    const payments = await desk.rows('select * from quittance.invoice_payments')
    expect(payments).toMatchObject([
      { id: 'pi_1', payment_intent_id: 'pi_1', charge_id: 'ch_1', status: 'paid' },
    ])
    // The next answer is in the new shape: the same payment is there once.
    const payment = { type: 'payment_intent', payment_intent: 'pi_1' }
    desk.put('nothing', invoice({ payments: [{ id: 'inpay_1', status: 'paid', payment }] }))
    await desk.tell(desk.put('customer.subscription.updated', subscription()))
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ shape: 'items' })
    expect(await desk.rows('select id from quittance.invoice_payments')).toEqual([
      { id: 'inpay_1' },
    ])
  })

  test('an old payload of an end is believed like a new one', async () => {
    const desk = openDesk(db)
    const over = oldSubscription({ status: 'canceled', cancel_at_period_end: true })
    const event = desk.put('customer.subscription.deleted', over)
    desk.lose('sub_1')
    await desk.tell(event)
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      shape: 'top',
      status: 'canceled',
      cancel_at: at(START + MONTH),
    })
  })

  test('while Stripe cannot be asked the event waits', async () => {
    const desk = openDesk(db)
    const ask = desk.stripe.subscription.bind(desk.stripe)
    let down = true
    desk.stripe.subscription = async (id) => {
      if (down) throw Object.assign(new Error('down'), { code: 'ECONNRESET' })
      return await ask(id)
    }
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    expect(await desk.row('subscriptions', 'sub_1')).toBeUndefined()
    down = false
    await db.shift(5)
    await desk.drain()
    expect(await desk.end('evt_1')).toBe('done')
    expect(desk.counts()['subscription.activated']).toBe(1)
  })

  test('a handler that fails takes the rows back with it, and is told again', async () => {
    let fails = true
    const heard: string[] = []
    const desk = openDesk(db, {
      on: {
        'subscription.activated': ({ subscription: { id } }) => {
          if (fails) throw new Error('not now')
          heard.push(id)
        },
      },
    })
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    expect(await desk.row('subscriptions', 'sub_1')).toBeUndefined()
    fails = false
    await db.shift(5)
    await desk.drain()
    expect(heard).toEqual(['sub_1'])
  })
})
