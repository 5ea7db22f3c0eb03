// Goal: every kind of session can be bought on its page. Method: a real browser, the official SDK before and after.
import type { Browser, Page } from 'playwright-core'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOf } from '../hosted/faults.ts'
import { browserMissing, keep, launch } from './browser.ts'
import { lineOf, openShop, type Shop } from './shop.ts'

if (browserMissing)
  console.log(`skipped: the modes of checkout in a browser, because ${browserMissing}`)

const plan: Stripe.Checkout.SessionCreateParams.LineItem = {
  quantity: 2,
  price_data: {
    currency: 'eur',
    unit_amount: 2000,
    recurring: { interval: 'month' },
    product_data: { name: 'Team plan' },
  },
}
const modes: Readonly<Record<string, Stripe.Checkout.SessionCreateParams>> = {
  payment: {},
  subscription: { mode: 'subscription', line_items: [plan] },
  'subscription in a trial': {
    mode: 'subscription',
    line_items: [plan],
    subscription_data: { trial_period_days: 14 },
  },
  setup: { mode: 'setup', currency: 'eur', line_items: [] },
}

describe.skipIf(browserMissing)('the modes of checkout', () => {
  let shop: Shop
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    shop = await openShop()
    browser = await launch()
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    page.setDefaultTimeout(15_000)
  })

  afterAll(async () => {
    await browser?.close()
    await shop?.close()
  })

  /** Leaves out what a mode does not take. */
  async function open(change: Stripe.Checkout.SessionCreateParams) {
    const { line_items: lines, ...rest } = change
    if (change.mode !== 'setup') return shop.openSession(change)
    const success_url = `${shop.receiver.url}/success?session_id={CHECKOUT_SESSION_ID}`
    const session = await shop.stripe.checkout.sessions.create({ ...rest, success_url })
    return { id: session.id, url: String(session.url) }
  }
  const returned = (id: string) => page.waitForURL(`${shop.receiver.url}/success?session_id=${id}`)
  const submit = () => page.locator('main .submit').click()

  async function fillCard(number: string): Promise<void> {
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Card number').fill(number)
    await page.getByLabel('Expiration').fill('12 / 34')
    await page.getByLabel('CVC').fill('123')
  }

  test('code, quantity, shipping and addresses: the total follows, and what was typed stays', async () => {
    const coupon = await shop.stripe.coupons.create({ percent_off: 20 })
    const promotion = { type: 'coupon' as const, coupon: coupon.id }
    await shop.stripe.promotionCodes.create({ promotion, code: 'AUTUMN20' })
    const rate = (name: string, amount: number) => ({
      shipping_rate_data: {
        display_name: name,
        type: 'fixed_amount' as const,
        fixed_amount: { amount, currency: 'eur' },
      },
    })
    const adjustable = { enabled: true, minimum: 1, maximum: 10 }
    const { id, url } = await shop.openSession({
      line_items: [
        { ...lineOf('Premium notebook', 1500, 2, 'eur'), adjustable_quantity: adjustable },
        lineOf('Fountain pen', 4900, 1, 'eur'),
      ],
      allow_promotion_codes: true,
      phone_number_collection: { enabled: true },
      billing_address_collection: 'required',
      shipping_address_collection: { allowed_countries: ['US', 'AT'] },
      shipping_options: [rate('Standard', 500), rate('Express', 1500)],
      custom_fields: [
        { key: 'engraving', label: { custom: 'Engraving', type: 'custom' }, type: 'text' },
      ],
      consent_collection: { terms_of_service: 'required' },
      custom_text: {
        terms_of_service_acceptance: { message: 'I agree to the [Terms](https://example.com/t).' },
      },
    })
    await page.goto(url)
    expect(await faultsOf(page)).toEqual([])
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Promotion code').fill('nonsense')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('alert').textContent()).toBe('This code is invalid.')
    expect(await page.getByLabel('Promotion code').getAttribute('aria-describedby')).toBe(
      'promotion-said',
    )
    await page.getByLabel('Promotion code').fill('autumn20')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('Discount (AUTUMN20)').waitFor()
    await page.getByLabel('Qty of Premium notebook').fill('99')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('alert').textContent()).toBe('Choose a quantity from 1 to 10.')
    await page.getByLabel('Qty of Premium notebook').fill('5')
    await page.getByRole('button', { name: 'Update quantity of Premium notebook' }).click()
    const said = page.getByRole('status')
    expect(await said.textContent()).toBe('Quantity updated.')
    // Whoever cannot see the page hears it, and goes on from there.
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('status')
    await page.getByRole('radio', { name: /Express/ }).check()
    // (5 × 15 + 49) less a fifth, and 15 for sending it.
    await page.getByRole('heading', { name: '€114.20', level: 1 }).waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe('ada@example.com')
    await keep(page, 'order-revised')
    await submit()
    await page.getByRole('alert').first().waitFor()
    expect(await page.title()).toMatch(/^Error: /)
    expect(await faultsOf(page)).toEqual([])
    await fillCard('4242424242424242')
    await page.getByLabel('Phone number').fill('+43 1 234 567')
    await page.getByLabel('Shipping country').selectOption('AT')
    await page.getByLabel('Full name').fill('Ada Lovelace')
    await page.getByLabel('Shipping address line 1').fill('Hauptplatz 1')
    await page.getByLabel('Shipping city').fill('Graz')
    await page.getByLabel('Shipping postal code').fill('8010')
    await page.getByLabel('Engraving').fill('A. L.')
    await page.getByRole('checkbox', { name: /I agree to the Terms/ }).check()
    await page.getByRole('button', { name: 'Pay €114.20' }).click()
    await returned(id)
    const session = await shop.stripe.checkout.sessions.retrieve(id, { expand: ['line_items'] })
    const address = { line1: 'Hauptplatz 1', city: 'Graz', postal_code: '8010', country: 'AT' }
    expect(session).toMatchObject({
      payment_status: 'paid',
      amount_total: 11_420,
      total_details: { amount_discount: 2480, amount_shipping: 1500 },
      customer_details: { phone: '+43 1 234 567', address },
      collected_information: { shipping_details: { name: 'Ada Lovelace', address } },
      custom_fields: [{ key: 'engraving', text: { value: 'A. L.' } }],
      consent: { terms_of_service: 'accepted' },
      line_items: { data: [{ quantity: 5 }, { quantity: 1 }] },
    })
  })

  test('without JavaScript another way of shipping shows its total before it is paid', async () => {
    const rate = (name: string, amount: number) => ({
      shipping_rate_data: {
        display_name: name,
        type: 'fixed_amount' as const,
        fixed_amount: { amount, currency: 'eur' },
      },
    })
    const options = [rate('Standard', 0), rate('Express', 1500)]
    const { id, url } = await shop.openSession({ shipping_options: options })
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    const phone = await context.newPage()
    const fill = async () => {
      await phone.getByLabel('Email').fill('ada@example.com')
      await phone.getByLabel('Card number').fill('4242424242424242')
      await phone.getByLabel('Expiration').fill('1234')
      await phone.getByLabel('CVC').fill('123')
    }
    await phone.goto(url)
    await fill()
    await phone.getByRole('radio', { name: /Express/ }).check()
    await phone.getByRole('button', { name: 'Pay €30.00' }).click()
    await phone.getByRole('status').getByText('see the new total').waitFor()
    expect(await shop.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' })
    await phone.getByLabel('CVC').fill('123')
    await phone.getByRole('button', { name: 'Pay €45.00' }).click()
    await phone.waitForURL(`${shop.receiver.url}/success?session_id=${id}`)
    await context.close()
  })

  test('a subscription says what each period costs, and begins with its first payment', async () => {
    const { id, url } = await open(modes.subscription ?? {})
    await page.goto(url)
    expect(await page.getByText('Subscribe to Team plan').isVisible()).toBe(true)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('€40.00 per month')
    await keep(page, 'subscribe')
    await fillCard('4242424242424242')
    await page.getByRole('button', { name: 'Subscribe' }).click()
    await returned(id)
    const session = await shop.stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] })
    expect(session).toMatchObject({
      payment_status: 'paid',
      subscription: { status: 'active', items: { data: [{ quantity: 2 }] } },
    })
  })

  test('a trial is free today, says until when, and can do without a card', async () => {
    const params = modes['subscription in a trial'] ?? {}
    const { id, url } = await open({ ...params, payment_method_collection: 'if_required' })
    await page.goto(url)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('14 days free')
    expect(await page.getByText(/^Then €40.00 per month starting /).isVisible()).toBe(true)
    expect(await page.getByLabel('Card number').count()).toBe(0)
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByRole('button', { name: 'Start trial' }).click()
    await returned(id)
    const session = await shop.stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] })
    expect(session).toMatchObject({
      payment_status: 'no_payment_required',
      subscription: { status: 'trialing', default_payment_method: null },
    })
  })

  test('setup saves a card and charges nothing', async () => {
    const { id, url } = await open(modes.setup ?? {})
    await page.goto(url)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Save your card')
    await keep(page, 'setup')
    await fillCard('4242424242424242')
    await page.getByRole('button', { name: 'Save card' }).click()
    await returned(id)
    const session = await shop.stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent'] })
    expect(session).toMatchObject({
      status: 'complete',
      setup_intent: { status: 'succeeded' },
      payment_intent: null,
    })
  })

  test.each(Object.keys(modes))('3-D Secure in %s: failed, then passed', async (name) => {
    const { id, url } = await open(modes[name] ?? {})
    await page.goto(url)
    await fillCard('4000000000003220')
    await submit()
    await page.getByRole('heading', { name: /^Confirm your (payment|card)$/ }).waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Fail authentication' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('unable to authenticate')
    await fillCard('4000000000003220')
    await submit()
    await page.getByRole('button', { name: 'Complete authentication' }).click()
    await returned(id)
    const { status } = await shop.stripe.checkout.sessions.retrieve(id)
    expect(status).toBe('complete')
  })
})
