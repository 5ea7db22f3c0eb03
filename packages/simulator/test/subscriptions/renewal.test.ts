// The end of a period: a draft, an hour, a payment; and what becomes of a subscription whose payment fails.
import { expect, test } from 'vitest'
import { day, firstItem, giveCard, hour, idOf, type Shop, shop, startAt } from './support.ts'

const monthEnd = (month: number) => Date.UTC(2026, 10 + month, 1, 12) / 1000

async function subscribed(s: Shop, amount = 1500) {
  const price = await s.price(amount)
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
  })
  s.news()
  return subscription
}

test('a renewal: upcoming, draft and new period, an hour later finalised and paid', async () => {
  const s = await shop()
  const subscription = await subscribed(s)
  await s.advance(23 * day)
  const [upcoming, ...others] = s.news()
  expect(others).toEqual([])
  expect(upcoming).toMatchObject({
    type: 'invoice.upcoming',
    object: { billing_reason: 'upcoming', amount_due: 1500, customer: s.customer.id },
  })
  expect(upcoming?.object.id).toBeUndefined()

  await s.advance(7 * day)
  const atEnd = s.news()
  expect(atEnd.map(({ type }) => type)).toEqual([
    'invoice.created',
    'customer.subscription.updated',
  ])
  const [draft, updated] = atEnd
  expect(draft?.object).toMatchObject({
    status: 'draft',
    billing_reason: 'subscription_cycle',
    auto_advance: true,
    automatically_finalizes_at: monthEnd(1) + hour,
    period_start: startAt,
    period_end: monthEnd(1),
    lines: { data: [{ period: { start: monthEnd(1), end: monthEnd(2) }, amount: 1500 }] },
  })
  expect(updated).toMatchObject({
    object: { status: 'active', latest_invoice: draft?.object.id },
    previous: {
      latest_invoice: idOf(subscription.latest_invoice),
      items: { data: [{ current_period_start: startAt, current_period_end: monthEnd(1) }] },
    },
  })

  await s.advance(hour)
  expect(s.newTypes()).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
  ])
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(after.status).toBe('active')
  expect(firstItem(after)).toMatchObject({
    current_period_start: monthEnd(1),
    current_period_end: monthEnd(2),
  })
})

test('the last of January is billed on the last of February and on 31 March', async () => {
  const s = await shop({ at: Date.UTC(2027, 0, 31, 9) / 1000 })
  await subscribed(s)
  await s.advance(70 * day)
  const drafts = s.news().filter(({ type }) => type === 'invoice.created')
  expect(drafts.map(({ object }) => new Date(Number(object.created) * 1000).toISOString())).toEqual(
    ['2027-02-28T09:00:00.000Z', '2027-03-31T09:00:00.000Z'],
  )
})

async function failing(options: Parameters<typeof shop>[1] = {}) {
  const s = await shop({}, options)
  const subscription = await subscribed(s)
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  await s.advance(30 * day)
  s.news()
  await s.advance(hour)
  return { s, subscription }
}

test('a renewal that fails is past due, is tried again, and ends canceled', async () => {
  const { s, subscription } = await failing()
  const failed = s.news()
  expect(failed.map(({ type }) => type)).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
    'invoice.payment_failed',
    'invoice.updated',
    'customer.updated',
    'customer.subscription.updated',
  ])
  expect(failed.at(-1)).toMatchObject({
    object: { status: 'past_due' },
    previous: { status: 'active' },
  })
  const attempts: unknown[] = []
  for (const days of [3, 5, 7]) {
    await s.advance(days * day)
    const news = s.news()
    attempts.push(news.find(({ type }) => type === 'invoice.payment_failed')?.object.attempt_count)
    if (days === 7) expect(news.map(({ type }) => type)).toContain('customer.subscription.deleted')
  }
  expect(attempts).toEqual([2, 3, 4])
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(after).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'payment_failed' },
  })
  const invoice = await s.stripe.invoices.retrieve(idOf(after.latest_invoice))
  expect(invoice).toMatchObject({ status: 'open', auto_advance: false })
  await s.advance(60 * day)
  expect(s.newTypes()).toEqual([])
})

test('a failed renewal that is paid in between is active again', async () => {
  const { s, subscription } = await failing()
  await giveCard(s, s.customer.id, 'pm_card_visa')
  s.news()
  await s.advance(3 * day)
  const news = s.news()
  expect(news.slice(-2).map(({ type }) => type)).toEqual([
    'customer.updated',
    'customer.subscription.updated',
  ])
  expect(news.at(-1)).toMatchObject({
    object: { status: 'active' },
    previous: { status: 'past_due' },
  })
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})

test('the account may say unpaid: drafts go on, and nobody collects them until the debt is paid', async () => {
  const { s, subscription } = await failing({
    billing: { afterRetries: 'unpaid', testClockIntervalsMax: Number.POSITIVE_INFINITY },
  })
  await s.advance(15 * day)
  expect(s.news().at(-1)).toMatchObject({
    type: 'customer.subscription.updated',
    object: { status: 'unpaid' },
    previous: { status: 'past_due' },
  })
  const debt = idOf((await s.stripe.subscriptions.retrieve(subscription.id)).latest_invoice)
  await s.advance(20 * day)
  const drafts = s.news().filter(({ type }) => type === 'invoice.created')
  expect(drafts).toHaveLength(1)
  expect(drafts[0]?.object).toMatchObject({ status: 'draft', auto_advance: false })
  await giveCard(s, s.customer.id, 'pm_card_visa')
  await s.stripe.invoices.pay(debt)
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})

test.each([
  ['past_due', 'past_due'],
  ['pause', 'paused'],
] as const)('after the retries, %s leaves it %s', async (afterRetries, status) => {
  const { s, subscription } = await failing({
    billing: { afterRetries, testClockIntervalsMax: Number.POSITIVE_INFINITY },
  })
  await s.advance(15 * day)
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(after.status).toBe(status)
  if (status === 'paused') {
    expect(after.status_details?.paused.subscription.type).toBe('final_payment_failure')
    expect(s.newTypes().slice(-2)).toEqual([
      'customer.subscription.updated',
      'customer.subscription.paused',
    ])
  }
})

test('an invoice that is written off with its subscription past due does not revive it', async () => {
  const { s, subscription } = await failing({
    billing: {
      afterRetries: 'unpaid',
      invoiceAfterRetries: 'uncollectible',
      testClockIntervalsMax: Number.POSITIVE_INFINITY,
    },
  })
  await s.advance(15 * day)
  expect(s.newTypes()).toContain('invoice.marked_uncollectible')
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('unpaid')
})

test('voiding what is owed makes it active again', async () => {
  const { s, subscription } = await failing()
  const { latest_invoice } = await s.stripe.subscriptions.retrieve(subscription.id)
  await s.stripe.invoices.voidInvoice(idOf(latest_invoice))
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})

test('a renewal that needs authentication asks for it, and is past due meanwhile', async () => {
  const s = await shop()
  const subscription = await subscribed(s)
  await giveCard(s, s.customer.id, 'pm_card_authenticationRequired')
  await s.advance(30 * day)
  s.news()
  await s.advance(hour)
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual([
    'invoice.finalized',
    'payment_intent.created',
    'payment_intent.requires_action',
    'invoice.payment_action_required',
    'invoice.payment_failed',
    'invoice.updated',
    'customer.updated',
    'customer.subscription.updated',
  ])
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due')
})

test('items of different intervals are billed each at its own end', async () => {
  const s = await shop()
  const monthly = await s.price(1000)
  const weekly = await s.price(100, { recurring: { interval: 'week' } })
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: monthly.id }, { price: weekly.id }],
  })
  s.news()
  await s.advance(31 * day)
  const paid = s.news().filter(({ type }) => type === 'invoice.paid')
  expect(paid.map(({ object }) => object.amount_paid)).toEqual([100, 100, 100, 100, 1000])
  const { items } = await s.stripe.subscriptions.retrieve(subscription.id)
  const ends = items.data.map((item) => (item.current_period_end - startAt) / day)
  expect(ends).toEqual([61, 35])
})

test('without a test clock, the time of the account counts', async () => {
  const s = await shop()
  const customer = await s.stripe.customers.create()
  await giveCard(s, customer.id, 'pm_card_visa')
  const price = await s.price(1500)
  const { id } = await s.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
  })
  s.news()
  s.account.advance(31 * day + hour)
  const types = s.newTypes()
  expect(types.filter((type) => type === 'invoice.paid')).toHaveLength(1)
  const { items, test_clock } = await s.stripe.subscriptions.retrieve(id)
  expect(test_clock).toBeNull()
  expect(items.data[0]?.current_period_start).toBeLessThanOrEqual(s.account.now())
})
