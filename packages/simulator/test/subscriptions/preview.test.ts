// Previews: what the next invoice would be, as things are or after a change, with nothing stored and nobody told.
import { expect, test } from 'vitest'
import { day, firstItem, type Shop, shop, startAt } from './support.ts'

async function halfway(s: Shop) {
  const price = await s.price(1000)
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
  })
  await s.advance(15 * day)
  s.news()
  return subscription
}

test('the upcoming invoice of a subscription, and of its customer', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const preview = await s.stripe.invoices.createPreview({ subscription: subscription.id })
  expect(preview).toMatchObject({
    billing_reason: 'upcoming',
    total: 1000,
    lines: { data: [{ amount: 1000, period: { start: startAt + 30 * day } }] },
  })
  expect(preview.id).toMatch(/^upcoming_in_/)
  expect((await s.stripe.invoices.createPreview({ customer: s.customer.id })).total).toBe(1000)
  expect(s.newTypes()).toEqual([])
})

test('a change of plan with the next invoice, billed at once, or to another interval', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  const gold = await s.price(2000)
  const items = [{ id: firstItem(subscription).id, price: gold.id }]
  const amounts = async (subscription_details: object) => {
    const { lines } = await s.stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details,
    })
    return lines.data.map(({ amount }) => amount)
  }
  expect(await amounts({ items })).toEqual([-500, 1000, 2000])
  expect(await amounts({ items, proration_behavior: 'always_invoice' })).toEqual([-500, 1000])
  expect(await amounts({ items, proration_behavior: 'none' })).toEqual([2000])
  expect(await amounts({ items, proration_date: startAt + 20 * day })).toEqual([-333, 667, 2000])
  const yearly = await s.price(9000, { recurring: { interval: 'year' } })
  expect(await amounts({ items: [{ id: items[0]?.id, price: yearly.id }] })).toEqual([-500, 9000])
  const { data } = await s.stripe.invoiceItems.list({ customer: s.customer.id })
  expect(data).toEqual([])
  expect((await s.stripe.invoices.list({ customer: s.customer.id })).data).toHaveLength(1)
  const { items: kept } = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(kept.data.map(({ price }) => price.unit_amount)).toEqual([1000])
})

test('a subscription that does not exist yet', async () => {
  const s = await shop()
  const price = await s.price(1000)
  const preview = await s.stripe.invoices.createPreview({
    customer: s.customer.id,
    subscription_details: { items: [{ price: price.id, quantity: 3 }] },
  })
  expect(preview.total).toBe(3000)
  expect((await s.stripe.subscriptions.list({ status: 'all' })).data).toEqual([])
})

test('nothing is upcoming when the subscription ends with its period', async () => {
  const s = await shop()
  const subscription = await halfway(s)
  await s.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })
  await expect(
    s.stripe.invoices.createPreview({ subscription: subscription.id }),
  ).rejects.toMatchObject({ statusCode: 404, code: 'invoice_upcoming_none' })
})

test('a test clock moves at most two intervals of the shortest subscription at once', async () => {
  const s = await shop({}, { billing: {} })
  await halfway(s)
  const advance = (days: number) =>
    s.stripe.testHelpers.testClocks.advance(s.clock.id, { frozen_time: startAt + days * day })
  await expect(advance(15 + 62)).rejects.toMatchObject({ statusCode: 400, param: 'frozen_time' })
  expect((await advance(15 + 61)).status).toBe('advancing')
})

test('what was sent and not paid by its due date is past due', async () => {
  const s = await shop({ card: null })
  const price = await s.price(1000)
  const { id } = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    collection_method: 'send_invoice',
    days_until_due: 7,
  })
  await s.advance(8 * day)
  const late = await s.stripe.subscriptions.retrieve(id)
  expect(late.status).toBe('past_due')
  await s.stripe.invoices.pay(String(late.latest_invoice), { paid_out_of_band: true })
  expect((await s.stripe.subscriptions.retrieve(id)).status).toBe('active')
})
