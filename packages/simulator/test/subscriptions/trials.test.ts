// Trials: free until they end, announced before that, and ended as the subscription says when there is nothing to charge.
import { expect, test } from 'vitest'
import { day, firstItem, hour, idOf, type Shop, shop, startAt } from './support.ts'

async function trial(s: Shop, more: Record<string, unknown> = {}) {
  const price = await s.price(1500)
  return s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    trial_period_days: 10,
    ...more,
  })
}

test('a trial begins with an invoice over nothing, is announced three days before its end, and then billed', async () => {
  const s = await shop()
  const end = startAt + 10 * day
  const subscription = await trial(s, { expand: ['latest_invoice'] })
  expect(subscription).toMatchObject({
    status: 'trialing',
    trial_start: startAt,
    trial_end: end,
    billing_cycle_anchor: end,
    latest_invoice: { status: 'paid', total: 0, billing_reason: 'subscription_create' },
  })
  expect(firstItem(subscription)).toMatchObject({
    current_period_start: startAt,
    current_period_end: end,
  })
  expect(s.newTypes()).toEqual([
    'customer.updated',
    'invoice.created',
    'invoice.finalized',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'customer.subscription.created',
  ])
  await s.advance(7 * day)
  expect(s.newTypes().sort()).toEqual(['customer.subscription.trial_will_end', 'invoice.upcoming'])
  await s.advance(3 * day)
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual(['invoice.created', 'customer.subscription.updated'])
  expect(news[0]?.object).toMatchObject({ billing_reason: 'subscription_cycle', total: 1500 })
  expect(news[1]).toMatchObject({
    object: { status: 'active', trial_end: end },
    previous: { status: 'trialing' },
  })
  await s.advance(hour)
  expect(s.newTypes()).toContain('invoice.paid')
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(firstItem(after).current_period_end).toBe(Date.UTC(2026, 11, 11, 12) / 1000)
})

test('a trial shorter than three days is announced at once', async () => {
  const s = await shop()
  await trial(s, { trial_period_days: 1 })
  expect(s.newTypes().slice(-2)).toEqual([
    'customer.subscription.created',
    'customer.subscription.trial_will_end',
  ])
})

test('a trial without a payment method ends as it was told: cancel', async () => {
  const s = await shop({ card: null })
  const subscription = await trial(s, {
    trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
  })
  await s.advance(9 * day)
  s.news()
  await s.advance(day)
  expect(s.newTypes()).toEqual(['customer.subscription.deleted'])
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled')
})

test('… pause, until it is resumed', async () => {
  const s = await shop({ card: null })
  const subscription = await trial(s, {
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  })
  await s.advance(9 * day)
  s.news()
  await s.advance(day)
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual([
    'customer.subscription.updated',
    'customer.subscription.paused',
  ])
  expect(news[1]?.object).toMatchObject({
    status: 'paused',
    status_details: {
      paused: {
        type: 'subscription',
        subscription: { type: 'trial_end_without_payment_method' },
        transitioned_at: startAt + 10 * day,
      },
    },
  })
  await s.advance(40 * day)
  expect(s.newTypes()).toEqual([])
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('paused')
})

test('… create_invoice, which nobody pays', async () => {
  const s = await shop({ card: null })
  const subscription = await trial(s)
  await s.advance(10 * day + hour)
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(after.status).toBe('past_due')
  const invoice = await s.stripe.invoices.retrieve(idOf(after.latest_invoice))
  expect(invoice).toMatchObject({ status: 'open', billing_reason: 'subscription_cycle' })
})

test('a trial that is ended now is billed now, and the billing date with it', async () => {
  const s = await shop()
  const subscription = await trial(s)
  await s.advance(2 * day)
  s.news()
  const after = await s.stripe.subscriptions.update(subscription.id, {
    trial_end: 'now',
    expand: ['latest_invoice'],
  })
  const now = startAt + 2 * day
  expect(after).toMatchObject({
    status: 'active',
    trial_end: now,
    billing_cycle_anchor: now,
    latest_invoice: { status: 'paid', amount_paid: 1500 },
  })
  expect(firstItem(after).current_period_start).toBe(now)
  const types = s.newTypes()
  expect(types[0]).toBe('customer.subscription.trial_will_end')
  expect(types.at(-1)).toBe('customer.subscription.updated')
  expect(types.filter((type) => type === 'customer.subscription.updated')).toHaveLength(1)
  await s.advance(15 * day)
  expect(s.newTypes()).toEqual([])
})

test('a longer trial moves its end, and what waits for it', async () => {
  const s = await shop()
  const subscription = await trial(s)
  const end = startAt + 20 * day
  s.news()
  const after = await s.stripe.subscriptions.update(subscription.id, { trial_end: end })
  expect(after).toMatchObject({ status: 'trialing', trial_end: end, billing_cycle_anchor: end })
  expect(s.newTypes()).toEqual(['customer.subscription.updated'])
  await s.advance(16 * day)
  expect(s.newTypes()).toEqual(['invoice.upcoming'])
  await s.advance(day)
  expect(s.newTypes()).toEqual(['customer.subscription.trial_will_end'])
  await s.advance(3 * day)
  expect(s.newTypes()).toEqual(['invoice.created', 'customer.subscription.updated'])
})

test('a trial whose subscription ends with it costs nothing', async () => {
  const s = await shop()
  const subscription = await trial(s, { cancel_at_period_end: true })
  expect(subscription.cancel_at).toBe(startAt + 10 * day)
  s.news()
  await s.advance(11 * day)
  expect(s.newTypes()).toEqual([
    'customer.subscription.trial_will_end',
    'customer.subscription.deleted',
  ])
})

test('a trial that begins without a method can ask for one', async () => {
  const s = await shop({ card: null })
  const subscription = await trial(s, {
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
  })
  const intent = idOf(subscription.pending_setup_intent)
  s.news()
  await s.stripe.setupIntents.confirm(intent, { payment_method: 'pm_card_visa' })
  expect(s.newTypes()).toContain('customer.subscription.updated')
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(after.pending_setup_intent).toBeNull()
  expect(after.default_payment_method).toMatch(/^pm_/)
  await s.advance(10 * day + hour)
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})
