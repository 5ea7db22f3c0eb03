// The ends of a subscription: at once, with the period, at a moment; and the two pauses.
import { expect, test } from 'vitest'
import { day, firstItem, giveCard, hour, idOf, type Shop, shop, startAt } from './support.ts'

async function subscribed(s: Shop, more: Record<string, unknown> = {}) {
  const price = await s.price(3000)
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    ...more,
  })
  s.news()
  return subscription
}

test('a cancellation with the period is undone or comes about at its end', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  const end = startAt + 30 * day
  await s.advance(day)
  const planned = await s.stripe.subscriptions.update(id, {
    cancel_at_period_end: true,
    cancellation_details: { comment: 'too dear', feedback: 'too_expensive' },
  })
  expect(planned).toMatchObject({
    status: 'active',
    cancel_at_period_end: true,
    cancel_at: end,
    canceled_at: startAt + day,
    cancellation_details: {
      comment: 'too dear',
      feedback: 'too_expensive',
      reason: 'cancellation_requested',
    },
  })
  expect(s.news()).toMatchObject([
    {
      type: 'customer.subscription.updated',
      previous: { cancel_at_period_end: false, cancel_at: null, canceled_at: null },
    },
  ])
  const kept = await s.stripe.subscriptions.update(id, { cancel_at_period_end: false })
  expect(kept).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null })
  await s.stripe.subscriptions.update(id, { cancel_at_period_end: true })
  s.news()
  await s.advance(29 * day)
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual(['customer.subscription.deleted'])
  expect(news[0]?.object).toMatchObject({
    status: 'canceled',
    ended_at: end,
    canceled_at: startAt + day,
  })
  await s.advance(60 * day)
  expect(s.newTypes()).toEqual([])
})

test('an immediate end is one event, and open invoices are no longer collected', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  await s.advance(30 * day + hour)
  s.news()
  const ended = await s.stripe.subscriptions.cancel(id, {
    cancellation_details: { comment: 'bye' },
  })
  expect(ended).toMatchObject({
    status: 'canceled',
    ended_at: startAt + 30 * day + hour,
    cancellation_details: { comment: 'bye', reason: 'cancellation_requested' },
  })
  expect(s.newTypes()).toEqual(['customer.subscription.deleted'])
  const invoice = await s.stripe.invoices.retrieve(idOf(ended.latest_invoice))
  expect(invoice).toMatchObject({ status: 'open', auto_advance: false, next_payment_attempt: null })
  await expect(s.stripe.subscriptions.cancel(id)).rejects.toMatchObject({ statusCode: 404 })
})

test('what is left of the period can be given back, at once', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  await s.advance(15 * day)
  s.news()
  const ended = await s.stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true })
  expect(s.newTypes()).toEqual([
    'invoiceitem.created',
    'invoice.created',
    'invoice.finalized',
    'customer.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'customer.subscription.deleted',
  ])
  const invoice = await s.stripe.invoices.retrieve(idOf(ended.latest_invoice))
  expect(invoice.total).toBe(-1500)
  expect(await s.stripe.customers.retrieve(s.customer.id)).toMatchObject({ balance: -1500 })
})

test('pending prorations go with a subscription that ends without a last invoice', async () => {
  const s = await shop()
  const subscription = await subscribed(s)
  await s.advance(15 * day)
  const dear = await s.price(6000)
  await s.stripe.subscriptions.update(subscription.id, {
    items: [{ id: firstItem(subscription).id, price: dear.id }],
  })
  s.news()
  await s.stripe.subscriptions.cancel(subscription.id)
  expect(s.newTypes()).toEqual(['customer.subscription.deleted'])
  expect((await s.stripe.invoiceItems.list({ customer: s.customer.id })).data).toEqual([])
})

test('cancel_at ends it at a moment, and gives back the rest unless told otherwise', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  const at = startAt + 15 * day
  const planned = await s.stripe.subscriptions.update(id, { cancel_at: at })
  expect(planned).toMatchObject({ cancel_at: at, cancel_at_period_end: false })
  s.news()
  await s.advance(15 * day)
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual([
    'invoiceitem.created',
    'customer.subscription.deleted',
    'invoice.created',
  ])
  expect(news[0]?.object.amount).toBe(-1500)
  expect(news[2]?.object).toMatchObject({ total: -1500, auto_advance: true })
})

test('cancel_at may name the end of the shortest or the longest period', async () => {
  const s = await shop()
  const subscription = await subscribed(s)
  const yearly = await s.price(9000, { recurring: { interval: 'year' } })
  await s.stripe.subscriptionItems.create({ subscription: subscription.id, price: yearly.id })
  const least = await s.stripe.subscriptions.update(subscription.id, {
    cancel_at: 'min_period_end',
  })
  expect(least.cancel_at).toBe(startAt + 30 * day)
  const most = await s.stripe.subscriptions.update(subscription.id, { cancel_at: 'max_period_end' })
  expect(most.cancel_at).toBe(startAt + 365 * day)
})

test('a customer who is deleted takes the subscriptions along', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  await s.stripe.customers.del(s.customer.id)
  const types = s.newTypes()
  expect(types).toContain('customer.subscription.deleted')
  expect(types).toContain('customer.deleted')
  expect((await s.stripe.subscriptions.retrieve(id)).status).toBe('canceled')
  await s.advance(60 * day)
  expect(s.newTypes()).toEqual([])
})

test.each([
  ['keep_as_draft', 'draft'],
  ['mark_uncollectible', 'uncollectible'],
  ['void', 'void'],
] as const)('while collection rests with %s, renewals end %s', async (behavior, status) => {
  const s = await shop()
  const { id } = await subscribed(s)
  const resumes_at = startAt + 45 * day
  const resting = await s.stripe.subscriptions.update(id, {
    pause_collection: { behavior, resumes_at },
  })
  expect(resting).toMatchObject({ status: 'active', pause_collection: { behavior, resumes_at } })
  expect(s.newTypes()).toEqual(['customer.subscription.updated'])
  await s.advance(31 * day)
  const { latest_invoice } = await s.stripe.subscriptions.retrieve(id)
  expect(await s.stripe.invoices.retrieve(idOf(latest_invoice))).toMatchObject({
    status,
    auto_advance: false,
    billing_reason: 'subscription_cycle',
  })
  s.news()
  await s.advance(14 * day)
  expect(s.news()).toMatchObject([
    {
      type: 'customer.subscription.updated',
      object: { pause_collection: null },
      previous: { pause_collection: { behavior } },
    },
  ])
  await s.advance(16 * day + hour)
  const after = await s.stripe.subscriptions.retrieve(id)
  expect(after.status).toBe('active')
  expect((await s.stripe.invoices.retrieve(idOf(after.latest_invoice))).status).toBe('paid')
})

test('a paused subscription bills nothing, keeps a credit, and goes on when it is resumed', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  await s.advance(15 * day)
  const paused = await s.stripe.subscriptions.pause(id)
  expect(paused).toMatchObject({
    status: 'paused',
    status_details: { paused: { subscription: { type: 'pause_requested' } } },
  })
  expect(s.newTypes()).toEqual([
    'invoiceitem.created',
    'customer.subscription.updated',
    'customer.subscription.paused',
  ])
  await s.advance(60 * day)
  expect(s.newTypes()).toEqual([])
  const resumed = await s.stripe.subscriptions.resume(id, { expand: ['latest_invoice'] })
  const now = startAt + 75 * day
  expect(resumed).toMatchObject({
    status: 'active',
    billing_cycle_anchor: now,
    // The credit of the pause is on it.
    latest_invoice: { status: 'paid', amount_paid: 1500 },
  })
  expect(resumed.status_details).toBeUndefined()
  expect(firstItem(resumed).current_period_start).toBe(now)
  expect(s.newTypes().slice(-2)).toEqual([
    'customer.subscription.updated',
    'customer.subscription.resumed',
  ])
  await expect(s.stripe.subscriptions.resume(id)).rejects.toMatchObject({ statusCode: 400 })
})

test('a resumption can wait for its payment, and stays paused when none comes', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  await s.stripe.subscriptions.pause(id, { bill_for: { unused_time_from: { type: 'none' } } })
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  s.news()
  const waiting = await s.stripe.subscriptions.resume(id, {
    payment_behavior: 'resume_on_payment_success',
  })
  expect(waiting.status).toBe('paused')
  await s.advance(23 * hour)
  expect((await s.stripe.invoices.retrieve(idOf(waiting.latest_invoice))).status).toBe('void')
  expect((await s.stripe.subscriptions.retrieve(id)).status).toBe('paused')
  const again = await s.stripe.subscriptions.resume(id, {
    payment_behavior: 'resume_on_payment_success',
  })
  const method = await giveCard(s, s.customer.id, 'pm_card_visa')
  s.news()
  await s.stripe.invoices.pay(idOf(again.latest_invoice), { payment_method: method })
  expect((await s.stripe.subscriptions.retrieve(id)).status).toBe('active')
  expect(s.newTypes()).toContain('customer.subscription.resumed')
})

test('classic subscriptions cannot be paused', async () => {
  const s = await shop()
  const { id } = await subscribed(s, { billing_mode: { type: 'classic' } })
  await expect(s.stripe.subscriptions.pause(id)).rejects.toMatchObject({ statusCode: 400 })
})

test('a discount can be taken off', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 10, duration: 'forever' })
  const { id } = await subscribed(s, { discounts: [{ coupon: coupon.id }] })
  const gone = await s.stripe.subscriptions.deleteDiscount(id)
  expect(gone).toMatchObject({ object: 'discount', deleted: true })
  expect((await s.stripe.subscriptions.retrieve(id)).discounts).toEqual([])
  expect(s.newTypes()).toEqual(['customer.discount.deleted', 'customer.subscription.updated'])
})

test('a rest and a planned end are taken back by empty values', async () => {
  const s = await shop()
  const { id } = await subscribed(s)
  await s.stripe.subscriptions.update(id, {
    pause_collection: { behavior: 'void' },
    cancel_at: startAt + 40 * day,
  })
  const back = await s.stripe.subscriptions.update(id, { pause_collection: '', cancel_at: '' })
  expect(back).toMatchObject({ pause_collection: null, cancel_at: null, canceled_at: null })
  await s.advance(45 * day)
  const after = await s.stripe.subscriptions.retrieve(id)
  expect(after.status).toBe('active')
  expect((await s.stripe.invoices.retrieve(idOf(after.latest_invoice))).status).toBe('paid')
})

test('with its clock goes everything that lived by it', async () => {
  const s = await shop()
  const subscription = await subscribed(s)
  await s.stripe.testHelpers.testClocks.del(s.clock.id)
  await expect(s.stripe.subscriptions.retrieve(subscription.id)).rejects.toMatchObject({
    statusCode: 404,
  })
  await expect(
    s.stripe.subscriptionItems.retrieve(firstItem(subscription).id),
  ).rejects.toMatchObject({ statusCode: 404 })
  s.news()
  s.account.advance(60 * day)
  expect(s.newTypes()).toEqual([])
})
