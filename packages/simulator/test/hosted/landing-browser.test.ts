// Goal: the landing page follows what happens without a reload. Method: a real browser, screenshots kept.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, keep, launch } from '../conformance/browser.ts'
import { openShop, type Shop } from '../conformance/shop.ts'

if (browserMissing) console.log(`skipped: the landing page in a browser, because ${browserMissing}`)

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

  test('fills in as events come, keeps the reader’s place, and says when nobody answers', async () => {
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
    const deliveries = page.getByRole('table', { name: 'Webhook deliveries' })
    await deliveries.getByText('200', { exact: true }).waitFor()
    expect(await page.getByText('000123456789').isVisible()).toBe(true)
    expect(complaints).toEqual([])
    await page.getByText('US bank account').click()
    await keep(page, 'landing')
    await page.setViewportSize({ width: 390, height: 844 })
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBe(0)
    await keep(page, 'landing-phone')
    await page.route('**/*', (route) => route.abort())
    await page.getByText('Not answering').waitFor()
    await page.close()
  })
})
