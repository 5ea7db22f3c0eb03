// A change of plan: credits and charges to the second, billed with the next period or at once, told as one update.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import {
  day,
  firstItem,
  giveCard,
  halfway,
  hour,
  idOf,
  type Shop,
  shop,
  startAt,
} from './support.ts'

const linesOf = async (s: Shop, subscription: Stripe.Subscription) => {
  const { data } = await s.stripe.invoices.listLineItems(idOf(subscription.latest_invoice))
  return data.map(({ amount, description, parent }) => ({
    amount,
    description,
    proration: parent?.subscription_item_details?.proration,
  }))
}

test('an upgrade waits as two prorations for the next invoice, and the billing date stays', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
  })
  expect(after.items.data).toHaveLength(1)
  expect(firstItem(after)).toMatchObject({
    id: firstItem(subscription).id,
    price: { id: gold.id },
    current_period_end: firstItem(subscription).current_period_end,
  })
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual([
    'invoiceitem.created',
    'invoiceitem.created',
    'customer.subscription.updated',
  ])
  expect(news[0]?.object).toMatchObject({
    amount: -500,
    proration: true,
    description: 'Unused time on Plan 1000 after 16 Nov 2026',
    period: { start: startAt + 15 * day, end: startAt + 30 * day },
    parent: { subscription_details: { subscription: subscription.id } },
    proration_details: {
      credited_items: {
        type: 'invoice_line_items',
        invoice_line_item_details: { invoice: idOf(subscription.latest_invoice) },
      },
    },
  })
  expect(news[1]?.object).toMatchObject({
    amount: 1000,
    description: 'Remaining time on Plan 2000 after 16 Nov 2026',
  })
  expect(news[2]?.previous).toMatchObject({
    items: { data: [{ price: { id: firstItem(subscription).price.id } }] },
  })
  await s.advance(15 * day + hour)
  const paid = s.news().find(({ type }) => type === 'invoice.paid')
  expect(paid?.object.amount_paid).toBe(2500)
})

test('always_invoice bills the difference at once', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    proration_behavior: 'always_invoice',
    expand: ['latest_invoice'],
  })
  expect(after.latest_invoice).toMatchObject({
    status: 'paid',
    billing_reason: 'subscription_update',
    amount_paid: 500,
  })
  expect(await linesOf(s, after)).toEqual([
    {
      amount: 1000,
      description: 'Remaining time on Plan 2000 after 16 Nov 2026',
      proration: true,
    },
    { amount: -500, description: 'Unused time on Plan 1000 after 16 Nov 2026', proration: true },
  ])
  expect(s.newTypes()).toEqual([
    'invoiceitem.created',
    'invoiceitem.created',
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.subscription.updated',
  ])
})

test('a price in another currency is refused, whenever it would be billed', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const yen = await s.price(2000, { currency: 'jpy' })
  for (const proration_behavior of ['none', 'create_prorations'] as const) {
    const change = s.stripe.subscriptions.update(subscription.id, {
      items: [{ id: firstItem(subscription).id, price: yen.id }],
      proration_behavior,
    })
    await expect(change).rejects.toMatchObject({
      statusCode: 400,
      param: 'items[0][price]',
      message: expect.stringContaining('only supports `jpy`'),
    })
  }
  expect(s.newTypes()).toEqual([])
})

test('none changes the price from the next period on', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    proration_behavior: 'none',
  })
  expect(s.newTypes()).toEqual(['customer.subscription.updated'])
  await s.advance(15 * day + hour)
  expect(s.news().find(({ type }) => type === 'invoice.paid')?.object.amount_paid).toBe(2000)
})

test('another interval is billed now, with what was left given back, and sets the billing date', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const yearly = await s.price(9000, { recurring: { interval: 'year' } })
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: yearly.id }],
    expand: ['latest_invoice'],
  })
  const now = startAt + 15 * day
  expect(after).toMatchObject({
    billing_cycle_anchor: now,
    latest_invoice: { status: 'paid', amount_paid: 8500, billing_reason: 'subscription_update' },
  })
  expect(firstItem(after)).toMatchObject({
    current_period_start: now,
    current_period_end: Date.UTC(2027, 10, 16, 12) / 1000,
  })
  s.news()
  await s.advance(60 * day)
  expect(s.newTypes()).toEqual([])
})

test('a downgrade leaves a credit that the next invoice uses', async () => {
  const s = await shop()
  const subscription = await halfway(s, 2000)
  const basic = await s.price(1000)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: basic.id }],
  })
  s.news()
  await s.advance(15 * day + hour)
  expect(s.news().find(({ type }) => type === 'invoice.paid')?.object.amount_paid).toBe(500)
})

test('a credit that is billed at once goes to the balance of the customer', async () => {
  const s = await shop()
  const subscription = await halfway(s, 2000)
  const basic = await s.price(1000)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: basic.id }],
    proration_behavior: 'always_invoice',
  })
  const customer = await s.stripe.customers.retrieve(s.customer.id)
  expect(customer).toMatchObject({ balance: -500 })
  s.news()
  await s.advance(15 * day + hour)
  expect(s.news().find(({ type }) => type === 'invoice.paid')?.object).toMatchObject({
    total: 1000,
    amount_paid: 500,
  })
})

test('a quantity, an item more and an item less are prorated alike', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const { stripe } = s
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, quantity: 3 }],
  })
  const seat = await s.price(600)
  const more = await stripe.subscriptionItems.create({
    subscription: subscription.id,
    price: seat.id,
    quantity: 2,
  })
  expect(more).toMatchObject({ quantity: 2, subscription: subscription.id })
  const pending = async () => {
    const { data } = await stripe.invoiceItems.list({ customer: s.customer.id, pending: true })
    return data.map(({ amount }) => amount)
  }
  expect(await pending()).toEqual([600, 1500, -500])
  expect(
    (await stripe.subscriptionItems.list({ subscription: subscription.id })).data,
  ).toHaveLength(2)
  const gone = await stripe.subscriptionItems.del(more.id)
  expect(gone).toMatchObject({ id: more.id, deleted: true })
  expect(await pending()).toEqual([-600, 600, 1500, -500])
  await expect(stripe.subscriptionItems.del(firstItem(subscription).id)).rejects.toMatchObject({
    statusCode: 400,
  })
})

test('an item without its id is one more', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ price: gold.id }],
  })
  expect(after.items.data).toHaveLength(2)
  await expect(
    s.stripe.subscriptions.update(subscription.id, { items: [{ id: 'si_none', quantity: 2 }] }),
  ).rejects.toMatchObject({ code: 'resource_missing', param: 'items[0][id]' })
})

test('what a discount took off is not given back', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 50, duration: 'forever' })
  const subscription = await halfway(s, 1000, { discounts: [{ coupon: coupon.id }] })
  const gold = await s.price(2000)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
  })
  const items = s.news().filter(({ type }) => type === 'invoiceitem.created')
  expect(items.map(({ object }) => object.amount)).toEqual([-250, 500])
})

test('a change that cannot be paid makes it past due, or is refused', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  s.news()
  const change = (payment_behavior: 'allow_incomplete' | 'error_if_incomplete') =>
    s.stripe.subscriptions.update(subscription.id, {
      items: [{ id: firstItem(subscription).id, price: gold.id }],
      proration_behavior: 'always_invoice',
      payment_behavior,
    })
  await expect(change('error_if_incomplete')).rejects.toMatchObject({ statusCode: 402 })
  expect(s.newTypes()).toEqual([])
  expect((await change('allow_incomplete')).status).toBe('past_due')
})

async function pending(s: Shop) {
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  s.news()
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'pending_if_incomplete',
  })
  return { after, gold, before: subscription }
}

test('pending_if_incomplete holds the change back until its invoice is paid', async () => {
  const s = await shop()
  const { after, gold, before } = await pending(s)
  expect(after).toMatchObject({
    status: 'active',
    pending_update: {
      expires_at: startAt + 15 * day + 23 * hour,
      subscription_items: [{ price: { id: gold.id } }],
    },
  })
  expect(firstItem(after).price.id).toBe(firstItem(before).price.id)
  const method = await giveCard(s, s.customer.id, 'pm_card_visa')
  s.news()
  await s.stripe.invoices.pay(idOf(after.latest_invoice), { payment_method: method })
  const news = s.news().slice(-2)
  expect(news.map(({ type }) => type)).toEqual([
    'customer.subscription.updated',
    'customer.subscription.pending_update_applied',
  ])
  const applied = await s.stripe.subscriptions.retrieve(after.id)
  expect(applied.pending_update).toBeNull()
  expect(firstItem(applied).price.id).toBe(gold.id)
})

test('… or drops it after 23 hours', async () => {
  const s = await shop()
  const { after, before } = await pending(s)
  s.news()
  await s.advance(23 * hour)
  expect(s.newTypes()).toEqual([
    'payment_intent.canceled',
    'invoice.voided',
    'customer.subscription.updated',
    'customer.subscription.pending_update_expired',
  ])
  const dropped = await s.stripe.subscriptions.retrieve(after.id)
  expect(dropped).toMatchObject({ status: 'active', pending_update: null })
  expect(firstItem(dropped).price.id).toBe(firstItem(before).price.id)
})
