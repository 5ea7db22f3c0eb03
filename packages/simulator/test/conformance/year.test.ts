// Goal: a year of a subscription passes in seconds, as Stripe's documents say, the same again from the same seed.
// Method: the SDK alone: a test clock, twelve renewals, one of them failed and recovered, a plan change, an end.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { asRecord, type Bench, bench, noonMs } from '../support.ts'
import { keepFigure } from './figures.ts'

const hour = 60 * 60
const day = 24 * hour
const moment = (iso: string) => Date.parse(iso) / 1000
const start = moment('2026-01-01T00:00:00Z')
const renewals = 12
const failsAt = 5
const changesAfter = 7
const secondsMax = 2
const [small, large] = [1000, 2500]

interface Year {
  readonly b: Bench
  readonly customer: string
  readonly subscription: string
  readonly seconds: number
  /** Of the renewals, in order: the newest invoice once it was finalised, and the subscription beside it. */
  readonly months: readonly { invoice: Stripe.Invoice; subscription: Stripe.Subscription }[]
  readonly failed: { invoice: Stripe.Invoice; subscription: Stripe.Subscription }
  readonly end: Stripe.Subscription
}

async function liveThrough(seed: string): Promise<Year> {
  const b = await bench({ seed, now: () => noonMs })
  const { stripe } = b
  const started = performance.now()
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start, name: 'A year' })
  const advance = async (to: number) => {
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to })
    let status: string
    do {
      ;({ status } = await stripe.testHelpers.testClocks.retrieve(clock.id))
    } while (status === 'advancing')
    expect(status).toBe('ready')
  }
  const customer = await stripe.customers.create({
    test_clock: clock.id,
    email: 'ada@shop.example',
  })
  const payBy = async (card: string) => {
    const method = await stripe.paymentMethods.attach(card, { customer: customer.id })
    await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: method.id },
    })
  }
  await payBy('pm_card_visa')
  const product = await stripe.products.create({ name: 'Magazine' })
  const priceOf = (amount: number) =>
    stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: amount,
      recurring: { interval: 'month' },
    })
  const [cheap, dear] = [await priceOf(small), await priceOf(large)]
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: cheap.id }],
  })
  const look = async () => {
    const subscription = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })
    const invoice = subscription.latest_invoice
    if (invoice === null || typeof invoice === 'string') throw new Error('no invoice expanded')
    return { invoice, subscription }
  }
  const months: { invoice: Stripe.Invoice; subscription: Stripe.Subscription }[] = []
  let failed: Year['failed'] | undefined
  for (let month = 1; month <= renewals; month += 1) {
    const period = endOfPeriod((await look()).subscription)
    if (month === failsAt) await payBy('pm_card_chargeCustomerFail')
    // The draft of a renewal is finalised and paid an hour after the period's end.
    await advance(period + 2 * hour)
    if (month === failsAt) {
      failed = await look()
      await payBy('pm_card_visa')
      await advance((failed.invoice.next_payment_attempt ?? 0) + hour)
    }
    months.push(await look())
    if (month === changesAfter) {
      await advance(moment('2026-08-16T12:00:00Z'))
      const item = (await look()).subscription.items.data[0]
      await stripe.subscriptions.update(id, { items: [{ id: item?.id ?? '', price: dear.id }] })
    }
  }
  await stripe.subscriptions.update(id, { cancel_at_period_end: true })
  await advance(endOfPeriod((await look()).subscription) + 2 * hour)
  const end = await stripe.subscriptions.retrieve(id)
  const seconds = (performance.now() - started) / 1000
  if (!failed) throw new Error('no renewal failed')
  return { b, customer: customer.id, subscription: id, seconds, months, failed, end }
}

function endOfPeriod({ items }: Stripe.Subscription): number {
  return items.data[0]?.current_period_end ?? 0
}

function count(types: readonly string[], type: string): number {
  return types.filter((one) => one === type).length
}

test('a year by test clock: twelve renewals, one recovered, a plan change, an end', async () => {
  const year = await liveThrough('year')
  const { b, months, failed, end } = year

  expect(months.map(({ invoice }) => [invoice.total, invoice.status])).toEqual(
    Array.from({ length: renewals }, (_, index) => {
      const month = index + 1
      if (month <= changesAfter) return [small, 'paid']
      // Half a month of the small one back, half a month of the large one on top.
      return [month === changesAfter + 1 ? large + (large - small) / 2 : large, 'paid']
    }),
  )
  for (const { invoice, subscription } of months) {
    expect(invoice).toMatchObject({ billing_reason: 'subscription_cycle', amount_remaining: 0 })
    expect(subscription.status).toBe('active')
  }
  // 1 February to 1 January: the anchor stays, however long the months are.
  expect(months.map(({ subscription }) => endOfPeriod(subscription))).toEqual(
    Array.from({ length: renewals }, (_, index) => Date.UTC(2026, index + 2, 1) / 1000),
  )

  expect(failed.invoice).toMatchObject({ status: 'open', attempt_count: 1, attempted: true })
  expect(failed.invoice.next_payment_attempt).toBeGreaterThanOrEqual(moment('2026-06-01') + 3 * day)
  expect(failed.subscription.status).toBe('past_due')
  expect(months[failsAt - 1]?.invoice).toMatchObject({ id: failed.invoice.id, attempt_count: 2 })

  const changed = months[changesAfter]?.invoice.lines.data ?? []
  expect(changed.map(({ amount }) => amount).sort((x, y) => x - y)).toEqual([
    -small / 2,
    large / 2,
    large,
  ])
  const prorated = changed.filter(
    ({ parent }) =>
      parent?.invoice_item_details?.proration ?? parent?.subscription_item_details?.proration,
  )
  expect(prorated).toHaveLength(2)

  expect(end).toMatchObject({
    status: 'canceled',
    cancel_at_period_end: true,
    ended_at: moment('2027-02-01T00:00:00Z'),
  })
  expect(end.cancellation_details?.reason).toBe('cancellation_requested')

  const { data: invoices } = await b.stripe.invoices.list({ customer: year.customer, limit: 100 })
  expect(invoices).toHaveLength(renewals + 1)
  expect(invoices.every(({ status }) => status === 'paid')).toBe(true)
  expect(invoices.at(-1)).toMatchObject({ billing_reason: 'subscription_create', total: small })

  const types = b.types()
  expect({
    created: count(types, 'customer.subscription.created'),
    deleted: count(types, 'customer.subscription.deleted'),
    drafts: count(types, 'invoice.created'),
    finalized: count(types, 'invoice.finalized'),
    paid: count(types, 'invoice.paid'),
    failed: count(types, 'invoice.payment_failed'),
    charged: count(types, 'charge.succeeded'),
    declined: count(types, 'charge.failed'),
    upcoming: count(types, 'invoice.upcoming'),
  }).toEqual({
    created: 1,
    deleted: 1,
    drafts: renewals + 1,
    finalized: renewals + 1,
    paid: renewals + 1,
    failed: 1,
    charged: renewals + 1,
    declined: 1,
    upcoming: renewals,
  })
  // The end is told by customer.subscription.deleted alone.
  expect(statusesLeft(b)).toEqual(['active', 'past_due'])
})

/** The statuses that `customer.subscription.updated` says were left, in order. */
function statusesLeft({ account }: Bench): unknown[] {
  return account
    .events()
    .map(asRecord)
    .filter(({ type }) => type === 'customer.subscription.updated')
    .map(({ data }) => asRecord(asRecord(data).previous_attributes).status)
    .filter((status) => status !== undefined)
}

/** The events as bytes, without what is not the simulator's: its port, and the keys that the SDK draws. */
function told({ b }: Year): string[] {
  return b.account.events().map((event) =>
    JSON.stringify(event)
      .replaceAll(b.simulator.url, '')
      .replaceAll(/"stripe-node-retry-[^"]+"/g, '""'),
  )
}

test('the same seed lives the same year, byte for byte, in under two seconds', async () => {
  const first = await liveThrough('same')
  const second = await liveThrough('same')
  const other = await liveThrough('other')
  const [one, same, different] = [told(first), told(second), told(other)]
  // The first event that differs says more than two long logs.
  const at = one.findIndex((event, index) => event !== same[index])
  expect(same[at]).toBe(one[at])
  expect(same).toHaveLength(one.length)
  expect(different.join() === one.join()).toBe(false)
  expect(first.b.types().length).toBeGreaterThan(100)
  const seconds = Number(second.seconds.toFixed(2))
  keepFigure('year', { seconds, events: second.b.types().length })
  expect(second.seconds).toBeLessThan(secondsMax)
})
