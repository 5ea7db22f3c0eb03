// Quotes: what an offer comes to, and what becomes of it when it is accepted.
import { expect, test } from 'vitest'
import { day, hour, idOf, type Shop, shop, startAt } from '../subscriptions/support.ts'

async function quote(s: Shop, more: Record<string, unknown> = {}) {
  const [monthly, once] = [await s.price(1000), await s.once(500)]
  return s.stripe.quotes.create({
    customer: s.customer.id,
    line_items: [{ price: monthly.id, quantity: 3 }, { price: once.id }],
    metadata: { deal: '7' },
    ...more,
  })
}

test('a quote adds up what is due first and what recurs, less discounts, plus taxes', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 10, duration: 'forever' })
  const rate = await s.stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 20,
    inclusive: false,
  })
  const draft = await quote(s, {
    discounts: [{ coupon: coupon.id }],
    default_tax_rates: [rate.id],
    expand: ['line_items'],
  })
  expect(draft).toMatchObject({
    status: 'draft',
    number: null,
    currency: 'usd',
    amount_subtotal: 3500,
    amount_total: 3780,
    total_details: { amount_discount: 350, amount_tax: 630 },
    computed: {
      recurring: {
        amount_subtotal: 3000,
        amount_total: 3240,
        interval: 'month',
        interval_count: 1,
      },
      upfront: { amount_subtotal: 3500, amount_total: 3780 },
    },
    expires_at: startAt + 30 * day,
  })
  expect(draft.line_items?.data.map((line) => line.amount_total)).toEqual([3240, 540])
  const { data } = await s.stripe.quotes.listLineItems(draft.id)
  expect(data.map((line) => line.quantity)).toEqual([3, 1])
})

test('an accepted quote with something that recurs is a subscription', async () => {
  const s = await shop()
  const draft = await quote(s)
  const open = await s.stripe.quotes.finalizeQuote(draft.id)
  expect(open).toMatchObject({ status: 'open', status_transitions: { finalized_at: startAt } })
  expect(open.number).toMatch(/^QT-.*-0001-1$/)
  s.news()
  const accepted = await s.stripe.quotes.accept(draft.id)
  expect(accepted.status).toBe('accepted')
  const types = s.newTypes()
  expect(types.at(-1)).toBe('quote.accepted')
  expect(types).toContain('customer.subscription.created')
  const subscription = await s.stripe.subscriptions.retrieve(idOf(accepted.subscription))
  expect(subscription.status).toBe('active')
  const invoice = await s.stripe.invoices.retrieve(idOf(subscription.latest_invoice))
  expect(invoice).toMatchObject({ status: 'draft', total: 3500 })
  await s.advance(hour)
  expect(s.newTypes()).toContain('invoice.paid')
  await expect(s.stripe.quotes.cancel(draft.id)).rejects.toMatchObject({
    code: 'quote_unexpected_state',
  })
})

test('one without is an invoice', async () => {
  const s = await shop()
  const once = await s.once(500)
  const draft = await quote(s, { line_items: [{ price: once.id, quantity: 4 }] })
  await s.stripe.quotes.finalizeQuote(draft.id)
  const accepted = await s.stripe.quotes.accept(draft.id)
  expect(accepted.subscription).toBeNull()
  expect(await s.stripe.invoices.retrieve(idOf(accepted.invoice))).toMatchObject({
    billing_reason: 'quote_accept',
    total: 2000,
    parent: { quote_details: { quote: draft.id } },
  })
})

test('in a trial, what recurs is not due first', async () => {
  const s = await shop()
  const draft = await quote(s, { subscription_data: { trial_period_days: 14 } })
  expect(draft.computed).toMatchObject({
    recurring: { amount_total: 3000 },
    upfront: { amount_total: 500 },
  })
  const { data } = await s.stripe.quotes.listComputedUpfrontLineItems(draft.id)
  expect(data).toHaveLength(1)
})

test('a draft can be changed, an open quote only be accepted or canceled, an expired one is canceled', async () => {
  const s = await shop()
  const draft = await quote(s)
  const price = await s.price(700)
  const changed = await s.stripe.quotes.update(draft.id, {
    line_items: [{ price: price.id }],
    header: 'For you',
    metadata: { deal: '' },
  })
  expect(changed).toMatchObject({ amount_total: 700, header: 'For you', metadata: {} })
  await expect(s.stripe.quotes.accept(draft.id)).rejects.toMatchObject({ statusCode: 400 })
  await s.stripe.quotes.finalizeQuote(draft.id, { expires_at: startAt + 3 * day })
  await expect(s.stripe.quotes.update(draft.id, { header: 'x' })).rejects.toMatchObject({
    statusCode: 400,
  })
  s.news()
  await s.advance(3 * day)
  expect(s.newTypes()).toEqual(['quote.canceled'])
  expect((await s.stripe.quotes.retrieve(draft.id)).status).toBe('canceled')
  expect((await s.stripe.quotes.list({ status: 'canceled' })).data).toHaveLength(1)
})

test('a quote needs a customer before it is final, and its PDF is not simulated', async () => {
  const s = await shop()
  const { id } = await s.stripe.quotes.create({})
  await expect(s.stripe.quotes.finalizeQuote(id)).rejects.toMatchObject({ param: 'customer' })
  const answer = await s.call('GET', `/v1/quotes/${id}/pdf`)
  expect(answer.status).toBe(400)
})

test('what a quote prices inline can be accepted', async () => {
  const s = await shop()
  const product = await s.stripe.products.create({ name: 'Bespoke' })
  const { id } = await quote(s, {
    line_items: [
      {
        price_data: {
          currency: 'usd',
          product: product.id,
          unit_amount: 4200,
          recurring: { interval: 'month' },
        },
      },
    ],
  })
  await s.stripe.quotes.finalizeQuote(id)
  const { subscription } = await s.stripe.quotes.accept(id, { expand: ['subscription'] })
  expect(subscription).toMatchObject({ items: { data: [{ price: { unit_amount: 4200 } }] } })
})

const types = (s: Shop) =>
  s.newTypes().filter((type) => /discount|subscription\.created/.test(type))

test('a coupon is redeemed when the quote is accepted, and not before', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({
    percent_off: 50,
    duration: 'repeating',
    duration_in_months: 1,
    max_redemptions: 1,
  })
  const price = await s.price(1000)
  const redemptions = async () => (await s.stripe.coupons.retrieve(coupon.id)).times_redeemed
  const offer = { line_items: [{ price: price.id }], discounts: [{ coupon: coupon.id }] }
  const given = await quote(s, offer)
  const later = await quote(s, { ...offer, expires_at: startAt + 60 * day, expand: ['discounts'] })
  expect(later).toMatchObject({
    amount_total: 500,
    discounts: [{ object: 'discount', source: { coupon: coupon.id }, subscription: null }],
  })
  await s.stripe.quotes.finalizeQuote(given.id)
  await s.stripe.quotes.cancel(given.id)
  await s.stripe.quotes.finalizeQuote(later.id)
  expect(await redemptions()).toBe(0)
  expect(types(s)).toEqual([])
  await s.advance(35 * day)
  const accepted = await s.stripe.quotes.accept(later.id)
  expect(await redemptions()).toBe(1)
  expect(types(s)).toEqual(['customer.discount.created', 'customer.subscription.created'])
  const subscription = idOf(accepted.subscription)
  const [invoice] = (await s.stripe.invoices.list({ subscription })).data
  expect(invoice).toMatchObject({ total: 500 })
})

test('a coupon that is gone when the quote is to be accepted is refused', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 50, duration: 'once' })
  const { id } = await quote(s, { discounts: [{ coupon: coupon.id }] })
  await s.stripe.quotes.finalizeQuote(id)
  await s.stripe.coupons.del(coupon.id)
  await expect(s.stripe.quotes.accept(id)).rejects.toMatchObject({
    code: 'resource_missing',
    param: 'discounts[0][coupon]',
  })
  expect((await s.stripe.quotes.retrieve(id)).status).toBe('open')
  await expect(quote(s, { discounts: [{ coupon: coupon.id }] })).rejects.toMatchObject({
    param: 'discounts[0][coupon]',
  })
})

test('discounts of lines are redeemed for what becomes of them', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 50, duration: 'forever' })
  const [monthly, once] = [await s.price(1000), await s.once(500)]
  const discounts = [{ coupon: coupon.id }]
  const draft = await quote(s, {
    line_items: [
      { price: monthly.id, discounts },
      { price: once.id, discounts },
    ],
  })
  expect(draft.amount_total).toBe(750)
  await s.stripe.quotes.finalizeQuote(draft.id)
  const { invoice } = await s.stripe.quotes.accept(draft.id, { expand: ['invoice'] })
  expect(invoice).toMatchObject({ total: 750 })
  const single = await quote(s, { line_items: [{ price: once.id, discounts }], discounts })
  expect(single.amount_total).toBe(125)
  await s.stripe.quotes.finalizeQuote(single.id)
  const sold = await s.stripe.quotes.accept(single.id, { expand: ['invoice'] })
  expect(sold.invoice).toMatchObject({ total: 125 })
  expect((await s.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(4)
})

test('what a quote says of billing and invoices holds for what it becomes', async () => {
  const s = await shop()
  const draft = await quote(s, {
    subscription_data: { billing_mode: { type: 'classic' }, metadata: { a: '1' } },
    invoice_settings: { footer: 'Bye', description: 'Memo' },
  })
  expect(draft.subscription_data.billing_mode).toEqual({ type: 'classic' })
  const told = await s.stripe.quotes.update(draft.id, {
    subscription_data: { metadata: { b: '2' } },
  })
  expect(told.subscription_data.metadata).toEqual({ b: '2' })
  await s.stripe.quotes.finalizeQuote(draft.id)
  const { subscription } = await s.stripe.quotes.accept(draft.id, {
    expand: ['subscription.latest_invoice'],
  })
  expect(subscription).toMatchObject({
    billing_mode: { type: 'classic' },
    invoice_settings: { footer: 'Bye' },
    latest_invoice: { footer: 'Bye', description: 'Memo' },
  })
})

test('a coupon for one bill takes off the first bill of an accepted quote', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 50, duration: 'once' })
  const price = await s.price(1000)
  const { id } = await quote(s, {
    line_items: [{ price: price.id }],
    discounts: [{ coupon: coupon.id }],
  })
  await s.stripe.quotes.finalizeQuote(id)
  expect(types(s)).toEqual([])
  const { subscription } = await s.stripe.quotes.accept(id)
  await s.advance(31 * day)
  const { data } = await s.stripe.invoices.list({ subscription: idOf(subscription) })
  expect(data.map(({ total }) => total)).toEqual([1000, 500])
})
