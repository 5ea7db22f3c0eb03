// Goal: what customers do in the portal happens through the rooms whose it is, and only what is allowed.
// Method: a real browser for the ways through it, plain HTTP for what a page does not offer.
import type { Browser, Page } from 'playwright-core'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, keep, launch } from '../conformance/browser.ts'
import { openShop, type Shop } from '../conformance/shop.ts'
import { faultsOf } from '../hosted/faults.ts'

if (browserMissing) console.log(`skipped: the portal in a browser, because ${browserMissing}`)

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const plan = (name: string, amount: number) =>
  shop.stripe.prices.create({
    currency: 'eur',
    unit_amount: amount,
    recurring: { interval: 'month' },
    product_data: { name },
  })

async function subscriber() {
  const { stripe } = shop
  const [basic, team] = [await plan('Basic', 1000), await plan('Team', 2500)]
  const customer = await stripe.customers.create({
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    payment_method: 'pm_card_visa',
  })
  const [method] = (await stripe.paymentMethods.list({ customer: customer.id })).data
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: basic.id, quantity: 2 }],
    default_payment_method: String(method?.id),
  })
  return { basic, team, customer, subscription }
}

type Subscriber = Awaited<ReturnType<typeof subscriber>>

async function portalOf(
  { basic, team, customer }: Subscriber,
  change: Stripe.BillingPortal.ConfigurationCreateParams.Features = {},
  session: Partial<Stripe.BillingPortal.SessionCreateParams> = {},
) {
  const product = (price: Stripe.Price) => ({
    product: String(price.product),
    prices: [price.id],
    adjustable_quantity: { enabled: true, maximum: 10 },
  })
  const configuration = await shop.stripe.billingPortal.configurations.create({
    features: {
      customer_update: { enabled: true, allowed_updates: ['name', 'email', 'phone', 'address'] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_cancel: {
        enabled: true,
        cancellation_reason: { enabled: true, options: ['too_expensive', 'unused'] },
      },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['price', 'quantity'],
        proration_behavior: 'always_invoice',
        products: [product(basic), product(team)],
      },
      ...change,
    },
  })
  return shop.stripe.billingPortal.sessions.create({
    customer: customer.id,
    configuration: configuration.id,
    return_url: `${shop.receiver.url}/account`,
    ...session,
  })
}

const post = (url: string, form: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) })

describe.skipIf(browserMissing)('the portal', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launch()
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    page.setDefaultTimeout(15_000)
  })

  afterAll(() => browser?.close())

  const button = (name: string | RegExp) => page.getByRole('button', { name }).click()
  const link = (name: string | RegExp) => page.getByRole('link', { name }).click()

  test('ends a plan with its period, with a reason, and takes that back', async () => {
    const who = await subscriber()
    await page.goto((await portalOf(who)).url)
    expect(await faultsOf(page)).toEqual([])
    expect(await page.getByText('€20.00 per month').isVisible()).toBe(true)
    expect(await page.getByText(/^Renews on /).isVisible()).toBe(true)
    await link('Cancel plan Basic')
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('radio', { name: 'I no longer need it' }).check()
    await page.getByLabel(/Anything else/).fill('Too many notebooks')
    await button('Cancel plan')
    const said = page.getByRole('status')
    expect(await said.textContent()).toBe('Your plan is canceled.')
    expect(await page.getByText(/^Ends on /).isVisible()).toBe(true)
    expect(await shop.stripe.subscriptions.retrieve(who.subscription.id)).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancellation_details: { feedback: 'unused', comment: 'Too many notebooks' },
    })
    await button('Don’t cancel plan Basic')
    expect(await said.textContent()).toBe('Your plan goes on.')
    expect(await shop.stripe.subscriptions.retrieve(who.subscription.id)).toMatchObject({
      cancel_at_period_end: false,
      cancel_at: null,
    })
  })

  test('switches plan and quantity, by keyboard alone, and bills the difference', async () => {
    const who = await subscriber()
    await page.goto((await portalOf(who)).url)
    await page.getByRole('link', { name: 'Update plan Basic' }).focus()
    await page.keyboard.press('Enter')
    const current = page.getByRole('radio', { name: /Basic/ })
    await current.waitFor()
    expect(await current.isChecked()).toBe(true)
    expect(await faultsOf(page)).toEqual([])
    await current.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Confirm your new plan' }).waitFor()
    expect(await page.getByText('Team, €75.00 per month').isVisible()).toBe(true)
    expect(await faultsOf(page)).toEqual([])
    await button('Confirm')
    expect(await page.getByRole('status').textContent()).toBe('Your plan is updated.')
    const subscription = await shop.stripe.subscriptions.retrieve(who.subscription.id)
    expect(subscription.items.data).toMatchObject([{ price: { id: who.team.id }, quantity: 3 }])
    const { data } = await shop.stripe.invoices.list({ customer: who.customer.id })
    expect(data.map(({ amount_paid }) => amount_paid)).toEqual([5500, 2000])
    expect(await page.getByRole('row').count()).toBe(3)
    await keep(page, 'portal')
  })

  test('adds a card: declined, challenged and failed, passed; it then pays for the plan', async () => {
    const who = await subscriber()
    await page.goto((await portalOf(who)).url)
    await link('Add payment method')
    const save = async (number: string) => {
      await page.getByLabel('Card number').fill(number)
      await page.getByLabel('Expiration').fill('12 / 34')
      await page.getByLabel('CVC').fill('123')
      await button('Save card')
    }
    await save('4000000000000002')
    expect(await page.getByRole('alert').textContent()).toBe('Your card was declined.')
    expect(await faultsOf(page)).toEqual([])
    await save('4000000000003220')
    await button('Fail authentication')
    expect(await page.getByRole('alert').textContent()).toContain('unable to authenticate')
    await save('4000000000003220')
    await button('Complete authentication')
    expect(await page.getByRole('status').textContent()).toContain('now your default')
    const { default_payment_method: method } = await shop.stripe.subscriptions.retrieve(
      who.subscription.id,
    )
    const customer = await shop.stripe.customers.retrieve(who.customer.id, {
      expand: ['invoice_settings.default_payment_method'],
    })
    expect(customer).toMatchObject({
      invoice_settings: { default_payment_method: { id: method, card: { last4: '3220' } } },
    })
    await button('Make default Visa •••• 4242')
    await button('Remove Visa •••• 3220')
    expect(await page.getByText('•••• 3220').count()).toBe(0)
    const { data } = await shop.stripe.paymentMethods.list({ customer: who.customer.id })
    expect(data.map(({ card }) => card?.last4)).toEqual(['4242'])
  })

  test('changes the details, on a phone, without JavaScript', async () => {
    const who = await subscriber()
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    const phone = await context.newPage()
    await phone.goto((await portalOf(who)).url)
    await keep(phone, 'portal-phone')
    await phone.getByRole('link', { name: 'Update information' }).click()
    await phone.getByLabel('Email').fill('nonsense')
    await phone.getByRole('button', { name: 'Save' }).click()
    expect(await phone.getByRole('alert').textContent()).toBe('Your email is incomplete.')
    await phone.getByLabel('Email').fill('grace@example.com')
    await phone.getByLabel('Billing city').fill('Graz')
    await phone.getByLabel('Country or region').selectOption('AT')
    await phone.getByRole('button', { name: 'Save' }).click()
    expect(await phone.getByRole('status').textContent()).toBe('Your information is updated.')
    expect(await shop.stripe.customers.retrieve(who.customer.id)).toMatchObject({
      email: 'grace@example.com',
      address: { city: 'Graz', country: 'AT', line1: null },
    })
    await context.close()
  })

  test('a flow leads to one page and back to the shop; staying can have its price', async () => {
    const who = await subscriber()
    const coupon = await shop.stripe.coupons.create({ percent_off: 50, duration: 'once' })
    const cancel = {
      type: 'subscription_cancel' as const,
      after_completion: {
        type: 'redirect' as const,
        redirect: { return_url: `${shop.receiver.url}/success` },
      },
    }
    const subscription = who.subscription.id
    const retention = { type: 'coupon_offer' as const, coupon_offer: { coupon: coupon.id } }
    const offer = { ...cancel, subscription_cancel: { subscription, retention } }
    await page.goto((await portalOf(who, {}, { flow_data: offer })).url)
    expect(await faultsOf(page)).toEqual([])
    await button('Keep plan with 50% off')
    await page.waitForURL(`${shop.receiver.url}/success`)
    const kept = await shop.stripe.subscriptions.retrieve(subscription)
    expect(kept).toMatchObject({ cancel_at: null, discounts: [expect.stringMatching(/^di_/)] })
    const plain = { ...cancel, subscription_cancel: { subscription } }
    await page.goto((await portalOf(who, {}, { flow_data: plain })).url)
    await button('Cancel plan')
    await page.waitForURL(`${shop.receiver.url}/success`)
    expect((await shop.stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(true)
  })

  test('takes a promotion code for the plan, and a tax id', async () => {
    const who = await subscriber()
    const coupon = await shop.stripe.coupons.create({ percent_off: 10 })
    const promotion = { type: 'coupon' as const, coupon: coupon.id }
    await shop.stripe.promotionCodes.create({ promotion, code: 'LOYAL' })
    const features = {
      customer_update: { enabled: true, allowed_updates: ['tax_id' as const] },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['promotion_code' as const],
        products: [{ product: String(who.basic.product), prices: [who.basic.id] }],
      },
    }
    await page.goto((await portalOf(who, features)).url)
    await link('Update plan Basic')
    await page.getByLabel(/Promotion code/).fill('nonsense')
    await button('Continue')
    expect(await page.getByRole('alert').textContent()).toBe('This code is invalid.')
    await page.getByLabel(/Promotion code/).fill('loyal')
    await button('Continue')
    await button('Confirm')
    const subscription = await shop.stripe.subscriptions.retrieve(who.subscription.id, {
      expand: ['discounts'],
    })
    expect(subscription.discounts).toMatchObject([{ source: { coupon: coupon.id } }])
    await link('Update information')
    expect(await page.getByLabel('Email').count()).toBe(0)
    await page.getByLabel('Kind of tax ID').selectOption('us_ein')
    await page.getByLabel(/^Number/).fill('12-3456789')
    await button('Save')
    const { data } = await shop.stripe.customers.listTaxIds(who.customer.id)
    expect(data).toMatchObject([{ type: 'us_ein', value: '12-3456789' }])
    expect(await shop.stripe.customers.retrieve(who.customer.id)).toMatchObject({
      email: 'ada@example.com',
      name: 'Ada Lovelace',
    })
  })

  test('a flow can ask for one change to be confirmed', async () => {
    const who = await subscriber()
    const [item] = who.subscription.items.data
    const session = await portalOf(
      who,
      {},
      {
        flow_data: {
          type: 'subscription_update_confirm',
          subscription_update_confirm: {
            subscription: who.subscription.id,
            items: [{ id: String(item?.id), price: who.team.id, quantity: 1 }],
          },
        },
      },
    )
    await page.goto(session.url)
    await page.getByRole('heading', { name: 'Confirm your new plan' }).waitFor()
    await button('Confirm')
    expect(await page.getByRole('status').textContent()).toBe('Your plan is updated.')
  })
})

describe('what is not offered', () => {
  test('cannot be posted either', async () => {
    const who = await subscriber()
    const closed = { enabled: false }
    const { url } = await portalOf(who, {
      subscription_cancel: closed,
      payment_method_update: closed,
      customer_update: closed,
    })
    const home = `${new URL(url).pathname}/home`
    const path = `${url}/subscriptions/${who.subscription.id}`
    const other = await plan('Secret', 1)
    for (const [target, form] of [
      [`${path}/cancel`, {}],
      [`${url}/payment-methods/add`, { cardNumber: '4242424242424242' }],
      [`${url}/customer`, { email: 'mallory@example.com' }],
    ] as const) {
      const answer = await post(target, form)
      expect([target, answer.status, answer.headers.get('location')]).toEqual([target, 303, home])
    }
    for (const form of [
      { price: other.id, quantity: '1', confirm: 'yes' },
      { price: who.team.id, quantity: '11', confirm: 'yes' },
      { price: who.team.id, quantity: 'x', confirm: 'yes' },
      { price: who.basic.id, quantity: '2', confirm: 'yes' },
    ]) {
      expect((await post(`${path}/update`, form)).status).toBe(400)
    }
    expect(await shop.stripe.subscriptions.retrieve(who.subscription.id)).toMatchObject({
      cancel_at: null,
      items: { data: [{ price: { id: who.basic.id }, quantity: 2 }] },
    })
    expect(await shop.stripe.customers.retrieve(who.customer.id)).toMatchObject({
      email: 'ada@example.com',
    })
  })

  test('another customer’s plan and card are out of reach', async () => {
    const [mine, other] = [await subscriber(), await subscriber()]
    const { url } = await portalOf(mine)
    await post(`${url}/subscriptions/${other.subscription.id}/cancel`)
    const method = String(other.subscription.default_payment_method)
    await post(`${url}/payment-methods/remove`, { method })
    expect(await shop.stripe.subscriptions.retrieve(other.subscription.id)).toMatchObject({
      cancel_at: null,
    })
    expect(await shop.stripe.paymentMethods.retrieve(method)).toMatchObject({
      customer: other.customer.id,
    })
    expect((await fetch(`${shop.simulator.url}/p/session/bps_none`)).status).toBe(404)
  })

  test('canceling at once ends it at once', async () => {
    const who = await subscriber()
    const { url } = await portalOf(who, {
      subscription_cancel: { enabled: true, mode: 'immediately' },
    })
    await post(`${url}/subscriptions/${who.subscription.id}/cancel`)
    expect(await shop.stripe.subscriptions.retrieve(who.subscription.id)).toMatchObject({
      status: 'canceled',
    })
  })
})
