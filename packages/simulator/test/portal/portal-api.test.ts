// Goal: the portal's API is Stripe's: objects, events, defaults, refusals. Method: the official SDK, checked shapes.
import type Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { asRecord, type Bench, bench } from '../support.ts'

type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features

async function plan(b: Bench, name: string, amount: number) {
  return b.stripe.prices.create({
    currency: 'usd',
    unit_amount: amount,
    recurring: { interval: 'month' },
    product_data: { name },
  })
}

async function subscribed(b: Bench) {
  const price = await plan(b, 'Basic', 1000)
  const customer = await b.stripe.customers.create({ payment_method: 'pm_card_visa' })
  const [method] = (await b.stripe.paymentMethods.list({ customer: customer.id })).data
  const subscription = await b.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    default_payment_method: String(method?.id),
  })
  return { price, customer, subscription }
}

describe('a configuration', () => {
  test('is created with Stripe’s defaults, changed, and told of', async () => {
    const b = await bench()
    const made = await b.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      business_profile: { headline: 'Paper & Ink' },
    })
    expect(made).toMatchObject({
      active: true,
      is_default: false,
      business_profile: { headline: 'Paper & Ink', privacy_policy_url: null },
      features: {
        customer_update: { enabled: false, allowed_updates: [] },
        invoice_history: { enabled: true },
        subscription_cancel: {
          enabled: false,
          mode: 'at_period_end',
          proration_behavior: 'none',
          cancellation_reason: { enabled: false },
        },
        subscription_update: { enabled: false, trial_update_behavior: 'end_trial' },
      },
      login_page: { enabled: false, url: null },
    })
    const changed = await b.stripe.billingPortal.configurations.update(made.id, {
      active: false,
      features: { subscription_cancel: { enabled: true, mode: 'immediately' } },
      metadata: { tier: 'gold' },
    })
    expect(changed.features).toMatchObject({
      invoice_history: { enabled: true },
      subscription_cancel: { enabled: true, mode: 'immediately', proration_behavior: 'none' },
    })
    expect(b.types().filter((type) => type.startsWith('billing_portal'))).toEqual([
      'billing_portal.configuration.created',
      'billing_portal.configuration.updated',
    ])
    const event = b.account
      .events()
      .map(asRecord)
      .find(({ type }) => type === 'billing_portal.configuration.updated')
    expect(asRecord(event?.data).previous_attributes).toMatchObject({
      active: true,
      features: { subscription_cancel: { enabled: false, mode: 'at_period_end' } },
    })
    const listed = await b.stripe.billingPortal.configurations.list({ active: false })
    expect(listed.data.map(({ id }) => id)).toEqual([made.id])
  })

  test('shows the products that plans can be switched to', async () => {
    const b = await bench()
    const price = await plan(b, 'Basic', 1000)
    const product = String(price.product)
    const made = await b.stripe.billingPortal.configurations.create({
      features: {
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price', 'quantity'],
          products: [{ product, prices: [price.id], adjustable_quantity: { enabled: true } }],
        },
      },
      expand: ['features.subscription_update.products'],
    })
    expect(made.features.subscription_update.products).toEqual([
      {
        product,
        prices: [price.id],
        adjustable_quantity: { enabled: true, maximum: null, minimum: 1 },
      },
    ])
  })

  test.each<[string, Features, string | undefined]>([
    [
      'changes of plans without products',
      { subscription_update: { enabled: true, default_allowed_updates: ['price'] } },
      'features[subscription_update][products]',
    ],
    [
      'changes of nothing',
      { subscription_update: { enabled: true } },
      'features[subscription_update][default_allowed_updates]',
    ],
    [
      'details, but none of them',
      { customer_update: { enabled: true } },
      'features[customer_update][allowed_updates]',
    ],
    [
      'a product that is not there',
      {
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price'],
          products: [{ product: 'prod_none', prices: ['price_none'] }],
        },
      },
      'features[subscription_update][products][0][product]',
    ],
    [
      'what the page cannot do',
      { subscription_pause: { enabled: true } },
      'features[subscription_pause]',
    ],
  ])('is refused with %s', async (_, features, param) => {
    const b = await bench()
    await expect(b.stripe.billingPortal.configurations.create({ features })).rejects.toMatchObject({
      statusCode: 400,
      param,
    })
    expect(b.account.events()).toEqual([])
  })
})

describe('a session', () => {
  test('takes the default configuration, and leads to its page', async () => {
    const b = await bench()
    const customer = await b.stripe.customers.create({ email: 'ada@example.com' })
    const session = await b.stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: 'https://shop.example/account',
      expand: ['configuration'],
    })
    expect(session).toMatchObject({
      customer: customer.id,
      flow: null,
      return_url: 'https://shop.example/account',
      configuration: {
        is_default: true,
        features: { payment_method_update: { enabled: true }, invoice_history: { enabled: true } },
      },
    })
    expect(session.url).toBe(`${b.simulator.url}/p/session/${session.id}`)
    expect(b.types()).toEqual(['customer.created', 'billing_portal.session.created'])
    const again = await b.stripe.billingPortal.sessions.create({ customer: customer.id })
    expect(again.configuration).toBe(asRecord(session.configuration).id)
    const { data } = await b.stripe.billingPortal.configurations.list({ is_default: true })
    expect(data).toHaveLength(1)
  })

  test.each<[string, Partial<Stripe.BillingPortal.SessionCreateParams>, string]>([
    ['a customer who is not there', { customer: 'cus_none' }, 'customer'],
    ['a configuration that is not there', { configuration: 'bpc_none' }, 'configuration'],
    ['an address that is none', { return_url: 'javascript:alert(1)' }, 'return_url'],
    [
      'a flow that the configuration does not allow',
      {
        flow_data: {
          type: 'subscription_update',
          subscription_update: { subscription: 'sub_none' },
        },
      },
      'flow_data[type]',
    ],
    [
      'a flow without its subscription',
      { flow_data: { type: 'subscription_cancel' } },
      'flow_data[subscription_cancel]',
    ],
  ])('is refused with %s', async (_, change, param) => {
    const b = await bench()
    const { customer } = await subscribed(b)
    await expect(
      b.stripe.billingPortal.sessions.create({ customer: customer.id, ...change }),
    ).rejects.toMatchObject({ statusCode: 400, param })
  })

  test('of a flow names what it is about', async () => {
    const b = await bench()
    const { customer, subscription } = await subscribed(b)
    const flow = {
      type: 'subscription_cancel' as const,
      subscription_cancel: { subscription: subscription.id },
      after_completion: {
        type: 'redirect' as const,
        redirect: { return_url: 'https://shop.example/bye' },
      },
    }
    const session = await b.stripe.billingPortal.sessions.create({
      customer: customer.id,
      flow_data: flow,
    })
    expect(session.flow).toMatchObject({
      type: 'subscription_cancel',
      subscription_cancel: { subscription: subscription.id, retention: null },
      subscription_update: null,
      after_completion: { type: 'redirect', redirect: { return_url: 'https://shop.example/bye' } },
    })
    await b.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })
    await expect(
      b.stripe.billingPortal.sessions.create({ customer: customer.id, flow_data: flow }),
    ).rejects.toMatchObject({ param: 'flow_data[subscription_cancel][subscription]' })
  })
})
