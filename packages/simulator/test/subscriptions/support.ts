// What the tests of subscriptions share: a customer on a test clock with a card, monthly prices, a clock that arrives.
import type Stripe from 'stripe'
import type { SimulatorOptions } from '../../src/index.ts'
import { asRecord, type Bench, bench } from '../support.ts'

export const hour = 60 * 60
export const day = 24 * hour

export interface Shop extends Bench {
  readonly clock: Stripe.TestHelpers.TestClock
  readonly customer: Stripe.Customer
  readonly method: string
  /** Monthly. */
  price(amount: number, change?: Partial<Stripe.PriceCreateParams>): Promise<Stripe.Price>
  once(amount: number): Promise<Stripe.Price>
  /** Moves the customer's clock and everything on the way. */
  advance(seconds: number): Promise<void>
  /** Events since the last call, the oldest first. */
  news(): StripeNews[]
  newTypes(): string[]
}

export interface StripeNews {
  readonly type: string
  readonly object: Record<string, unknown>
  readonly previous: Record<string, unknown> | undefined
}

export const startAt = Date.parse('2026-11-01T12:00:00Z') / 1000

export async function shop(
  { card = 'pm_card_visa', at = startAt }: { card?: string | null; at?: number } = {},
  options: SimulatorOptions = {},
): Promise<Shop> {
  const b = await bench({
    billing: { testClockIntervalsMax: Number.POSITIVE_INFINITY },
    ...options,
  })
  const clock = await b.stripe.testHelpers.testClocks.create({ frozen_time: at })
  const customer = await b.stripe.customers.create({
    email: 'jenny@example.com',
    test_clock: clock.id,
  })
  const method = card === null ? '' : await giveCard(b, customer.id, card)
  let seen = b.account.events().length
  let now = at
  const news = () => {
    const all = b.account.events()
    const fresh = all.slice(seen).map((event) => {
      const { type, data } = asRecord(event)
      const { object, previous_attributes: previous } = asRecord(data)
      return {
        type: String(type),
        object: asRecord(object),
        previous: previous === undefined ? undefined : asRecord(previous),
      }
    })
    seen = all.length
    return fresh.filter(({ type }) => !/^(test_helpers|price|plan|product|balance)\./.test(type))
  }
  return {
    ...b,
    clock,
    customer: await b.stripe.customers.retrieve(customer.id).then(alive),
    method,
    async once(amount) {
      const price = await b.stripe.prices.create({
        currency: 'usd',
        unit_amount: amount,
        product_data: { name: `Extra ${amount}` },
      })
      news()
      return price
    },
    async price(amount, change = {}) {
      const price = await b.stripe.prices.create({
        currency: 'usd',
        unit_amount: amount,
        recurring: { interval: 'month' },
        product_data: { name: `Plan ${amount}` },
        ...change,
      })
      news()
      return price
    },
    async advance(seconds) {
      now += seconds
      await b.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: now })
      const { status } = await b.stripe.testHelpers.testClocks.retrieve(clock.id)
      if (status !== 'ready') throw new Error(`the clock is ${status}`)
    },
    news,
    newTypes: () => news().map(({ type }) => type),
  }
}

export async function giveCard(
  { stripe }: Pick<Bench, 'stripe'>,
  customer: string,
  card: string,
): Promise<string> {
  const method = await stripe.paymentMethods.attach(card, { customer })
  await stripe.customers.update(customer, {
    invoice_settings: { default_payment_method: method.id },
  })
  return method.id
}

function alive(customer: Stripe.Customer | Stripe.DeletedCustomer): Stripe.Customer {
  if (customer.deleted) throw new Error('the customer is gone')
  return customer
}

export function firstItem(subscription: Stripe.Subscription): Stripe.SubscriptionItem {
  const [item] = subscription.items.data
  if (!item) throw new Error('the subscription has no item')
  return item
}

export function idOf(link: string | { id: string } | null): string {
  if (link === null) throw new Error('there is no link')
  return typeof link === 'string' ? link : link.id
}

/** Half of November, a month of 30 days. */
export async function halfway(s: Shop, amount = 1000, more: Record<string, unknown> = {}) {
  const price = await s.price(amount)
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    ...more,
  })
  await s.advance(15 * day)
  s.news()
  return subscription
}
