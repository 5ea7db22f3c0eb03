// Goal: a person can pay on the hosted page, and every way it can end is right. Method: a real browser, the
// official SDK before and after, screenshots kept.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, keep, launch } from './browser.ts'
import { lineOf, openShop, type Shop } from './shop.ts'

if (browserMissing) console.log(`skipped: the hosted pages in a browser, because ${browserMissing}`)

const minutesToSettle = 3

describe.skipIf(browserMissing)('the hosted checkout page', () => {
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

  const alerts = () => page.getByRole('alert').allTextContents()
  const pay = () => page.getByRole('button', { name: /^Pay / }).click()
  const returned = (id: string) => page.waitForURL(`${shop.receiver.url}/success?session_id=${id}`)

  async function fillCard(number: string, expiry = '12 / 34', cvc = '123'): Promise<void> {
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Card number').pressSequentially(number)
    await page.getByLabel('Expiration').fill(expiry)
    await page.getByLabel('CVC').fill(cvc)
    await page.getByLabel('Name on card').fill('Ada Lovelace')
    await page.getByLabel('Postal code', { exact: true }).fill('10001')
  }

  test('shows the order and takes 4242; the webhook has arrived before the buyer is back', async () => {
    const { id, url } = await shop.openSession({
      line_items: [
        lineOf('Premium notebook', 1500, 2, 'eur'),
        lineOf('Fountain pen', 4900, 1, 'eur'),
      ],
      branding_settings: { display_name: 'Paper & Ink' },
    })
    await page.goto(url)
    await keep(page, 'pay')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('€79.00')
    expect(await page.getByText('TEST MODE — simulator').isVisible()).toBe(true)
    expect(await page.locator('.line').first().textContent()).toMatch(
      /Premium notebook[\s\S]*Qty 2[\s\S]*€30.00[\s\S]*€15.00 each/,
    )
    expect(await page.getByText('Pay Paper & Ink').isVisible()).toBe(true)
    await fillCard('4242424242424242')
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242')
    await pay()
    await returned(id)
    const webhooks = shop.receiver.at('/hook').filter(({ body }) => body.includes(id))
    expect(webhooks).toHaveLength(1)
    expect(await page.locator('p').textContent()).not.toBe('0 events before you')
    const session = await shop.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
    expect(session).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      customer_details: {
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        address: { country: 'US', postal_code: '10001', line1: null },
      },
      payment_intent: { status: 'succeeded', amount_received: 7900 },
    })
  })

  test.each([
    ['4000000000000002', 'Your card was declined.', 'card_declined'],
    ['4000000000009995', 'Your card has insufficient funds.', 'card_declined'],
  ])('%s is declined with Stripe’s words, then another card pays', async (number, words, code) => {
    const { id, url } = await shop.openSession()
    await page.goto(url)
    await fillCard(number)
    await pay()
    await page.getByRole('alert').waitFor()
    await keep(page, `declined-${number.slice(-4)}`)
    expect(await alerts()).toEqual([words])
    expect(await page.getByRole('alert').getAttribute('data-code')).toBe(code)
    const cardNumber = page.getByLabel('Card number')
    expect(await cardNumber.getAttribute('aria-invalid')).toBe('true')
    expect(await cardNumber.getAttribute('aria-describedby')).toBe('cardNumber-error')
    expect((await cardNumber.inputValue()).replace(/ /g, '')).toBe(number)
    expect(await page.getByLabel('Email').inputValue()).toBe('ada@example.com')
    expect(await page.getByLabel('CVC').inputValue()).toBe('')
    expect(await shop.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' })
    await cardNumber.fill('4242 4242 4242 4242')
    await page.getByLabel('CVC').fill('123')
    await pay()
    await returned(id)
  })

  test('3-D Secure: failing it returns to the form, completing it pays', async () => {
    const { id, url } = await shop.openSession()
    await page.goto(url)
    await fillCard('4000000000003220')
    await pay()
    await page.getByRole('heading', { name: 'Confirm your payment' }).waitFor()
    await keep(page, 'challenge')
    await page.getByRole('button', { name: 'Fail authentication' }).click()
    await page.getByRole('alert').waitFor()
    expect(await alerts()).toEqual([
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    ])
    expect(await page.getByLabel('Email').inputValue()).toBe('ada@example.com')
    await fillCard('')
    await page.getByLabel('Card number').fill('4000 0000 0000 3220')
    await pay()
    await page.getByRole('button', { name: 'Complete authentication' }).click()
    await returned(id)
    expect(await shop.stripe.checkout.sessions.retrieve(id)).toMatchObject({
      payment_status: 'paid',
    })
  })

  test.each([
    ['Settles after', 'paid', 'checkout.session.async_payment_succeeded'],
    ['Fails after', 'unpaid', 'checkout.session.async_payment_failed'],
  ])('a direct debit comes back unpaid, then %s', async (does, status, eventType) => {
    const { id, url } = await shop.openSession()
    await page.goto(url)
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('SEPA Direct Debit').check()
    await page.getByText('Test accounts').click()
    await page.getByRole('button', { name: new RegExp(does) }).click()
    await keep(page, `debit-${status}`)
    await pay()
    await returned(id)
    const before = await shop.stripe.checkout.sessions.retrieve(id)
    expect(before).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
    shop.account.advance(minutesToSettle * 60)
    const after = await shop.stripe.checkout.sessions.retrieve(id)
    expect(after).toMatchObject({ status: 'complete', payment_status: status })
    const types = shop.account.events().map((event) => (event as { type: string }).type)
    expect(types).toContain(eventType)
  })

  test('in dollars a US bank account is offered; the buyer returns before it settles', async () => {
    const { id, url } = await shop.openSession({ line_items: [lineOf('Ink', 900, 1, 'usd')] })
    await page.goto(url)
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('US bank account').check()
    await pay()
    await page.getByRole('alert').first().waitFor()
    expect(await alerts()).toEqual([
      'The account number you entered is invalid.',
      'Your name is incomplete.',
    ])
    await page.getByLabel('Account number').fill('000000000009')
    await page.getByLabel('Name on account').fill('Ada Lovelace')
    await keep(page, 'bank-account')
    await pay()
    await returned(id)
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    expect(session).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
  })

  test('with nothing to pay it asks for no card', async () => {
    const { id, url } = await shop.openSession({ line_items: [lineOf('Sample', 0, 1, 'eur')] })
    await page.goto(url)
    expect(await page.getByLabel('Card number').count()).toBe(0)
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByRole('button', { name: 'Complete order' }).click()
    await returned(id)
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    expect(session).toMatchObject({
      payment_status: 'no_payment_required',
      payment_intent: null,
      customer_details: { email: 'ada@example.com' },
    })
  })

  test('wrong entries are named beside their fields, all at once', async () => {
    const { url } = await shop.openSession()
    await page.goto(url)
    await fillCard('4242424242424241', '12 / 20', '1')
    await page.getByLabel('Email').fill('ada')
    await pay()
    await page.getByRole('alert').first().waitFor()
    await keep(page, 'errors')
    const shown = await page.getByRole('alert').all()
    const codes = await Promise.all(shown.map((alert) => alert.getAttribute('data-code')))
    expect(codes).toEqual([
      'email_invalid',
      'incorrect_number',
      'invalid_expiry_year',
      'invalid_cvc',
    ])
    const focused = await page.evaluate('document.activeElement.id')
    expect(focused).toBe('email')
  })

  test('one click on a test card fills the form; the keyboard alone pays', async () => {
    const { id, url } = await shop.openSession()
    await page.goto(url)
    await page.getByText('Test cards').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /Fill in 4242/ }).focus()
    await keep(page, 'test-cards')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await returned(id)
  })

  test('cancel, expired, complete and unknown have pages of their own', async () => {
    const { id, url } = await shop.openSession()
    await page.goto(url)
    await page.getByRole('link', { name: /^Back/ }).click()
    await page.waitForURL(`${shop.receiver.url}/cancel`)
    expect(await shop.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' })
    await shop.stripe.checkout.sessions.expire(id)
    expect((await page.goto(url))?.status()).toBe(410)
    await page.getByRole('heading', { name: 'This checkout has expired' }).waitFor()
    await keep(page, 'expired')
    const missing = await page.goto(url.replace(id, 'cs_test_nobody'))
    expect(missing?.status()).toBe(404)
    await page.getByRole('heading', { name: 'No such checkout' }).waitFor()
  })

  test('without JavaScript, on a phone, in yen: the same form pays; afterwards it says so', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    const phone = await context.newPage()
    const { id, url } = await shop.openSession({
      line_items: [lineOf('Brush <b>', 1500, 2, 'jpy')],
      customer_email: 'grace@example.com',
    })
    await phone.goto(url)
    await keep(phone, 'phone')
    expect(await phone.getByText('Brush <b>').isVisible()).toBe(true)
    expect(await phone.getByLabel('Email').inputValue()).toBe('grace@example.com')
    await phone.getByLabel('Card number').fill('4242424242424242')
    await phone.getByLabel('Expiration').fill('1234')
    await phone.getByLabel('CVC').fill('123')
    await phone.getByRole('button', { name: 'Pay ¥3,000' }).click()
    await phone.waitForURL(`${shop.receiver.url}/success?session_id=${id}`)
    await phone.goto(url)
    await phone.getByRole('heading', { name: 'You have paid' }).waitFor()
    await keep(phone, 'complete')
    await context.close()
  })

  test('every visible control has a name, and nothing is fetched from anywhere else', async () => {
    const { url } = await shop.openSession()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(shop.simulator.url)) foreign.push(request.url())
    })
    await page.goto(url)
    const controls = (await page.locator('body').ariaSnapshot())
      .split('\n')
      .filter((line) => /- (textbox|radio|combobox|button|link)\b/.test(line))
    expect(controls.length).toBeGreaterThan(8)
    for (const control of controls) expect(control).toMatch(/- \w+ "[^"]+"/)
    expect(foreign.filter((target) => !target.startsWith('data:'))).toEqual([])
  })
})
