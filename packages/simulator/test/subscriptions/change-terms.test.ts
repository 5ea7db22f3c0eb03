// A change of terms: metadata, billing dates, trials given later, moments of proration, taxes, and planned ends.
import { expect, test } from 'vitest'
import { day, firstItem, halfway, hour, shop, startAt } from './support.ts'

test('metadata and terms are told with their old values, and nothing is told when nothing changes', async () => {
  const s = await shop()
  const subscription = await halfway(s, 1000, { metadata: { a: '1' } })
  await s.stripe.subscriptions.update(subscription.id, {
    metadata: { b: '2' },
    description: 'Gold',
  })
  expect(s.news()).toMatchObject([
    {
      type: 'customer.subscription.updated',
      object: { metadata: { a: '1', b: '2' } },
      previous: { metadata: { b: null }, description: null },
    },
  ])
  await s.stripe.subscriptions.update(subscription.id, { description: 'Gold' })
  expect(s.newTypes()).toEqual([])
})

test('from free to paid is billed at once, and sets the billing date', async () => {
  const s = await shop()
  const subscription = await halfway(s, 0)
  const gold = await s.price(2000)
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    expand: ['latest_invoice'],
  })
  expect(after).toMatchObject({
    billing_cycle_anchor: startAt + 15 * day,
    latest_invoice: { amount_paid: 2000, billing_reason: 'subscription_update' },
  })
})

test('the billing date can be set to now', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const after = await s.stripe.subscriptions.update(subscription.id, {
    billing_cycle_anchor: { type: 'now' },
    expand: ['latest_invoice'],
  })
  expect(after).toMatchObject({
    billing_cycle_anchor: startAt + 15 * day,
    latest_invoice: { total: 500, status: 'paid' },
  })
})

test('a trial that is given later gives back what was paid, and bills at its end', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const end = startAt + 20 * day
  const after = await s.stripe.subscriptions.update(subscription.id, { trial_end: end })
  expect(after).toMatchObject({ status: 'trialing', trial_end: end, billing_cycle_anchor: end })
  expect(await s.stripe.customers.retrieve(s.customer.id)).toMatchObject({ balance: -500 })
  s.news()
  await s.advance(5 * day + hour)
  expect(s.news().find(({ type }) => type === 'invoice.paid')?.object).toMatchObject({
    total: 1000,
    amount_paid: 500,
  })
})

test('a proration can be reckoned from another moment of the period', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  const items = [{ id: firstItem(subscription).id, price: gold.id }]
  const at = startAt + 6 * day
  await s.stripe.subscriptions.update(subscription.id, { items, proration_date: at })
  const made = s.news().filter(({ type }) => type === 'invoiceitem.created')
  expect(made.map(({ object }) => object.amount)).toEqual([-800, 1600])
  await expect(
    s.stripe.subscriptions.update(subscription.id, { items, proration_date: startAt - day }),
  ).rejects.toMatchObject({ param: 'proration_date' })
})

test('pending items can be billed at an interval of their own', async () => {
  const s = await shop()
  const subscription = await halfway(s, 1000, {
    pending_invoice_item_interval: { interval: 'week' },
  })
  expect(subscription.next_pending_invoice_item_invoice).toBe(startAt + 7 * day)
  await s.stripe.invoiceItems.create({
    customer: s.customer.id,
    subscription: subscription.id,
    amount: 300,
    currency: 'usd',
  })
  s.news()
  await s.advance(6 * day + hour)
  const news = s.news()
  expect(news.find(({ type }) => type === 'invoice.created')?.object).toMatchObject({
    billing_reason: 'automatic_pending_invoice_item_invoice',
    total: 300,
  })
  expect(news.map(({ type }) => type)).toContain('invoice.paid')
})

test('a classic subscription can be migrated, once', async () => {
  const s = await shop()
  const { id } = await halfway(s, 1000, { billing_mode: { type: 'classic' } })
  const after = await s.stripe.subscriptions.migrate(id, { billing_mode: { type: 'flexible' } })
  expect(after.billing_mode).toMatchObject({ type: 'flexible', updated_at: startAt + 15 * day })
  await expect(
    s.stripe.subscriptions.migrate(id, { billing_mode: { type: 'flexible' } }),
  ).rejects.toMatchObject({ statusCode: 400 })
})

test('prorations are taxed as the subscription is', async () => {
  const s = await shop()
  const vat = await s.stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 20,
    inclusive: false,
  })
  const subscription = await halfway(s, 1000, { default_tax_rates: [vat.id] })
  const gold = await s.price(2000)
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: gold.id }],
    proration_behavior: 'always_invoice',
    expand: ['latest_invoice'],
  })
  expect(after.latest_invoice).toMatchObject({ subtotal: 500, total: 600 })
})

test('an end that was planned with the period moves with the period', async () => {
  const s = await shop()
  const subscription = await halfway(s, 1000, { cancel_at_period_end: true })
  const yearly = await s.price(9000, { recurring: { interval: 'year' } })
  const after = await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: yearly.id }],
  })
  expect(after.cancel_at).toBe(firstItem(after).current_period_end)
  await s.advance(16 * day)
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})
