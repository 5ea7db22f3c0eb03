// What waits for a payment takes no effect before it comes, and leaves nothing behind when it does not; what rests is not collected.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { day, firstItem, giveCard, hour, idOf, type Shop, shop, startAt } from './support.ts'

async function subscribed(s: Shop, more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const price = await s.price(3000)
  return s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    ...more,
  })
}

async function pendingOf(s: Shop): Promise<number[]> {
  const { data } = await s.stripe.invoiceItems.list({ customer: s.customer.id, pending: true })
  return data.map(({ amount }) => amount)
}

test('a change that is not paid grants nothing, and what else was pending stays pending', async () => {
  const s = await shop()
  const { stripe } = s
  const subscription = await subscribed(s)
  const feature = await stripe.entitlements.features.create({ name: 'Gold', lookup_key: 'gold' })
  const gold = await s.price(9000)
  await stripe.products.createFeature(String(gold.product), { entitlement_feature: feature.id })
  await s.advance(15 * day)
  await stripe.invoiceItems.create({
    customer: s.customer.id,
    amount: 700,
    currency: 'usd',
    subscription: subscription.id,
  })
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  const upgrade = () =>
    stripe.subscriptions.update(subscription.id, {
      items: [{ id: firstItem(subscription).id, price: gold.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    })
  s.news()
  const held = await upgrade()
  expect(held.status).toBe('active')
  expect(held.pending_update?.subscription_items?.[0]?.price.id).toBe(gold.id)
  expect(firstItem(held).price.id).toBe(firstItem(subscription).price.id)
  expect(s.newTypes()).not.toContain('entitlements.active_entitlement_summary.updated')
  await s.advance(23 * hour)
  expect(await pendingOf(s)).toEqual([700])
  const entitlements = () =>
    stripe.entitlements.activeEntitlements
      .list({ customer: s.customer.id })
      .then(({ data }) => data.map(({ lookup_key }) => lookup_key))
  expect(await entitlements()).toEqual([])
  const again = await upgrade()
  const method = await giveCard(s, s.customer.id, 'pm_card_visa')
  await stripe.invoices.pay(idOf(again.latest_invoice), { payment_method: method })
  expect(await entitlements()).toEqual(['gold'])
  expect(await pendingOf(s)).toEqual([])
})

test('a resumption that fails gives the credit of the pause back, and moves nothing', async () => {
  const s = await shop()
  const { stripe } = s
  const { id } = await subscribed(s)
  await s.advance(15 * day)
  const before = await stripe.subscriptions.pause(id)
  await giveCard(s, s.customer.id, 'pm_card_chargeCustomerFail')
  const resume = () =>
    stripe.subscriptions.resume(id, { payment_behavior: 'resume_on_payment_success' })
  const held = await resume()
  expect(held.billing_cycle_anchor).toBe(before.billing_cycle_anchor)
  expect(firstItem(held).current_period_end).toBe(firstItem(before).current_period_end)
  expect(await pendingOf(s)).toEqual([])
  await s.advance(23 * hour)
  expect(await pendingOf(s)).toEqual([-1500])
  const again = await resume()
  const asked = startAt + 15 * day + 23 * hour
  await s.advance(2 * hour)
  const method = await giveCard(s, s.customer.id, 'pm_card_visa')
  await stripe.invoices.pay(idOf(again.latest_invoice), { payment_method: method })
  const resumed = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })
  expect(resumed).toMatchObject({
    status: 'active',
    billing_cycle_anchor: asked,
    latest_invoice: { amount_paid: 1500 },
  })
  expect(firstItem(resumed).current_period_start).toBe(asked)
})

const rests: readonly (readonly [string, (s: Shop, id: string) => Promise<unknown>])[] = [
  ['the end of a trial', (s, id) => s.stripe.subscriptions.update(id, { trial_end: 'now' })],
  [
    'an end with a last invoice',
    async (s, id) => {
      await s.stripe.invoiceItems.create({
        customer: s.customer.id,
        subscription: id,
        amount: 900,
        currency: 'usd',
      })
      return s.stripe.subscriptions.cancel(id, { invoice_now: true })
    },
  ],
  [
    'a resumption',
    async (s, id) => {
      await s.stripe.subscriptions.pause(id)
      return s.stripe.subscriptions.resume(id)
    },
  ],
]

test.each(rests)('while collection is paused, %s collects nothing', async (_name, act) => {
  const s = await shop()
  const { id } = await subscribed(s, { trial_period_days: 10 })
  await s.stripe.subscriptions.update(id, { pause_collection: { behavior: 'keep_as_draft' } })
  s.news()
  await act(s, id)
  expect(s.newTypes()).not.toContain('invoice.finalized')
  const { data } = await s.stripe.invoices.list({ subscription: id })
  expect(data[0]).toMatchObject({ status: 'draft', auto_advance: false })
})

test('a trial that costs something at its beginning begins when that is paid', async () => {
  const s = await shop({ card: 'pm_card_chargeCustomerFail' })
  const [price, extra] = [await s.price(1000), await s.once(499)]
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    trial_period_days: 10,
    add_invoice_items: [{ price: extra.id }],
  })
  expect(subscription.status).toBe('incomplete')
  const method = await giveCard(s, s.customer.id, 'pm_card_visa')
  s.news()
  await s.stripe.invoices.pay(idOf(subscription.latest_invoice), { payment_method: method })
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('trialing')
  await s.advance(8 * day)
  expect(s.newTypes()).toContain('customer.subscription.trial_will_end')
  await s.advance(3 * day)
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})

test('what is not simulated is refused, and a preview stores no price', async () => {
  const s = await shop()
  const { stripe } = s
  const subscription = await subscribed(s)
  const price = firstItem(subscription).price.id
  const create = (more: object) =>
    stripe.rawRequest('POST', '/v1/subscriptions', {
      customer: s.customer.id,
      items: [{ price }],
      ...more,
    })
  await expect(
    create({ billing_mode: { type: 'flexible', flexible: { proration_discounts: 'itemized' } } }),
  ).rejects.toMatchObject({ param: 'billing_mode[flexible][proration_discounts]' })
  await expect(
    create({ items: [{ price, billing_thresholds: { usage_gte: 5 } }] }),
  ).rejects.toMatchObject({ param: 'items[0][billing_thresholds]' })
  const count = async () => (await stripe.prices.list({ limit: 100 })).data.length
  const before = await count()
  const preview = await stripe.invoices.createPreview({
    customer: s.customer.id,
    subscription: subscription.id,
    subscription_details: {
      proration_behavior: 'none',
      items: [
        {
          id: firstItem(subscription).id,
          price_data: {
            currency: 'usd',
            product: String(firstItem(subscription).price.product),
            unit_amount: 7777,
            recurring: { interval: 'month' },
          },
        },
      ],
    },
  })
  expect(preview.total).toBe(7777)
  expect(await count()).toBe(before)
})

test('the day of the month that was asked for comes back after a short month', async () => {
  const s = await shop({ at: Date.parse('2027-02-10T00:00:00Z') / 1000 })
  const { id } = await subscribed(s, {
    billing_cycle_anchor_config: { day_of_month: 31, hour: 0, minute: 0, second: 0 },
    proration_behavior: 'none',
  })
  const ends = []
  for (const days of [0, 20, 31]) {
    if (days > 0) await s.advance(days * day)
    const { current_period_end: end } = firstItem(await s.stripe.subscriptions.retrieve(id))
    ends.push(new Date(end * 1000).toISOString().slice(0, 10))
  }
  expect(ends).toEqual(['2027-02-28', '2027-03-31', '2027-04-30'])
})
