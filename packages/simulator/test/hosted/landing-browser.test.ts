// Goal: the landing page follows what happens without a reload. Method: a real browser, screenshots kept.
import type { Browser } from 'playwright-core'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, keep, launch } from '../conformance/browser.ts'
import { lineOf, openShop, type Shop } from '../conformance/shop.ts'

if (browserMissing) console.log(`skipped: the landing page in a browser, because ${browserMissing}`)

/** Both sides of each step of the layout, and what people have: the last is kept as a picture. */
const widths = [1920, 1440, 1400, 1399, 1200, 1199, 820, 819, 320, 375]

/** The page and its tables, where something lies outside of what is seen; and cut event types. */
const clipped = `[document.documentElement, ...document.querySelectorAll('.scroll, td.type')]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => box.textContent.slice(0, 40))`

/** What makes wide rows: the longest type, a delivery without an answer, a key whose end is shown. */
async function failDebit({ simulator }: Shop): Promise<void> {
  const key = 'sk_test_a_key_long_enough_9876'
  const account = simulator.account(key)
  account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/' })
  const stripe = new Stripe(key, { host: '127.0.0.1', port: simulator.port, protocol: 'http' })
  const { url } = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [lineOf('Premium notebook', 1500, 2, 'usd')],
    success_url: 'http://127.0.0.1:1/',
  })
  const debit = { method: 'us_bank_account', accountNumber: '000111111113', accountName: 'Ada' }
  const body = new URLSearchParams({ email: 'ada@example.com', ...debit })
  expect((await fetch(String(url), { method: 'POST', body, redirect: 'manual' })).status).toBe(303)
}

describe.skipIf(browserMissing)('the landing page', () => {
  let shop: Shop
  let browser: Browser

  beforeAll(async () => {
    shop = await openShop()
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    await shop?.close()
  })

  test('fills in as events come, keeps the reader’s place, cuts nothing off, and says when nobody answers', async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(15_000)
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(`${shop.simulator.url}/`)
    const events = page.getByRole('table', { name: 'Recent events' })
    expect(await page.getByRole('status').textContent()).toBe('Live')
    await events.getByText('None yet').waitFor()
    await page.getByText('US bank account').click()
    const { id } = await shop.openSession()
    const body = 'payment_method=pm_card_visa&expected_amount=3000'
    const headers = { authorization: 'Bearer sk_test_hosted_pages' }
    const confirm = `${shop.simulator.url}/v1/payment_pages/${id}/confirm`
    expect(
      (await fetch(confirm, { method: 'POST', body: new URLSearchParams(body), headers })).ok,
    ).toBe(true)
    await events.getByText('checkout.session.completed').waitFor()
    await failDebit(shop)
    const deliveries = page.getByRole('table', { name: 'Webhook deliveries' })
    await deliveries.getByText('checkout.session.async_payment_failed').first().waitFor()
    await deliveries.getByText('econnrefused').first().waitFor()
    await deliveries.getByText('200', { exact: true }).first().waitFor()
    expect(await page.getByText('000123456789').isVisible()).toBe(true)
    expect(complaints).toEqual([])
    await page.getByText('US bank account').click()
    await keep(page, 'landing')
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      expect({ width, clipped: await page.evaluate(clipped) }).toEqual({ width, clipped: [] })
    }
    await keep(page, 'landing-phone')
    await page.route('**/*', (route) => route.abort())
    await page.getByText('Not answering').waitFor()
    await page.close()
  })
})
