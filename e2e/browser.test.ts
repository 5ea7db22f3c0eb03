// Goal: a person buys, is declined, is challenged, pays later, and sees the order arrive live.
// Method: the built demo as one process, the system's Chromium, pictures of every page.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DESKTOP, launch, noBrowser, PHONE, picture } from './support/browser.ts'
import { type Demo, startDemo } from './support/demo.ts'
import { choose, fillCard, pay, reached, shownStatus } from './support/shopping.ts'

describe.skipIf(noBrowser !== null)('a buyer in a browser', () => {
  let demo: Demo
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let failures: string[]

  beforeAll(async () => {
    demo = await startDemo()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    expect(await demo?.stop()).toBe(0)
  })
  beforeEach(async () => {
    context = await browser.newContext({ viewport: DESKTOP })
    context.setDefaultTimeout(15_000)
    page = await context.newPage()
    failures = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (message) => {
      // A refused form and a shop without Stripe answer with an error status, as they should.
      const isStatus = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isStatus) failures.push(message.text())
    })
  })
  afterEach(async () => {
    await context.close()
    expect(failures).toEqual([])
  })

  async function orderOf(status: string) {
    const { out } = await demo.cli('orders', 'list', '--status', status, '--json')
    return JSON.parse(out)[0]
  }

  it('buys with 4242 and gets the licence at once', async () => {
    await page.goto(demo.url)
    await picture(page, '01-storefront')
    await choose(page, demo.url, 'premium_product_demo', 2)
    await picture(page, '02-hosted-page')
    await fillCard(page, { number: '4242 4242 4242 4242' })
    expect(await page.getByRole('button', { name: /^Pay/ }).textContent()).toContain('$98.00')
    await pay(page)
    await page.waitForURL(/\/success\?session_id=cs_test_/)
    await reached(page, 'fulfilled')
    await page.locator('.delivery').waitFor()
    expect(await page.locator('.delivery code').count()).toBe(2)
    expect(await page.locator('.delivery').textContent()).toMatch(/QUIRE-[0-9A-Z-]{19}/)
    await picture(page, '03-success')

    await page.locator('.receipt a').click()
    await page.waitForURL(/\/orders\/ord_/)
    const history = await page.locator('.history tbody').textContent()
    expect(history).toMatch(/pending[\s\S]*fulfilled/)
    await picture(page, '04-order')
    await page.getByRole('link', { name: 'Your orders' }).click()
    expect(await page.locator('.orders li').count()).toBe(1)
    await picture(page, '05-orders')
    expect(await orderOf('fulfilled')).toMatchObject({ quantity: 2, amountTotal: 9800 })
  })

  it('shows an order to nobody else', async () => {
    const order = await orderOf('fulfilled')
    const answer = await page.goto(`${demo.url}/orders/${order.id}`)
    expect(answer?.status()).toBe(404)
    expect(await page.textContent('body')).not.toContain('QUIRE-')
    await page.goto(`${demo.url}/orders`)
    expect(await page.textContent('main')).toContain('not ordered anything')
    await page.goto(`${demo.url}/success?session_id=${order.sessionId}`)
    expect(await page.textContent('main')).not.toContain('QUIRE-')
  })

  it('is declined with 0002, stays on the page, and then pays', async () => {
    await choose(page, demo.url, 'inkwell_mug')
    await fillCard(page, { number: '4000 0000 0000 0002' })
    await pay(page)
    const error = page.getByRole('alert').filter({ visible: true }).first()
    await error.waitFor()
    expect(await error.textContent()).toMatch(/declined/i)
    await picture(page, '06-decline')
    await fillCard(page, { number: '4242 4242 4242 4242' })
    await pay(page)
    await page.waitForURL(/\/success/)
    await reached(page, 'fulfilled')
    expect(await page.locator('.delivery').textContent()).toMatch(/1 × Inkwell Mug, parcel HQ/)
  })

  it('passes 3-D Secure', async () => {
    await choose(page, demo.url, 'harbour_poster')
    await fillCard(page, { number: '4000 0000 0000 3220' })
    await pay(page)
    const complete = page.getByRole('button', { name: 'Complete authentication' })
    await complete.waitFor()
    await picture(page, '07-challenge')
    await complete.click()
    await page.waitForURL(/\/success/)
    await reached(page, 'fulfilled')
  })

  it('pays by a debit that settles later, and sees it arrive without a reload', async () => {
    await choose(page, demo.url, 'book_of_tides')
    await page.getByLabel(/SEPA/).check()
    await page.locator('[name=email]').fill('jenny@example.com')
    await page.locator('[name=iban]').fill('AT321904300235473204')
    await page.locator('[name=ibanName]').fill('Jenny Rosen')
    await picture(page, '08-hosted-debit')
    await pay(page)
    await page.waitForURL(/\/success/)
    await reached(page, 'awaiting_payment')
    await picture(page, '09-awaiting-payment')
    expect((await orderOf('awaiting_payment')).currency).toBe('eur')
    expect(await page.locator('.delivery').count()).toBe(0)

    let reloads = 0
    page.on('framenavigated', () => {
      reloads += 1
    })
    const moved = await fetch(`${demo.simulator}/_sim/clock`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_quittance_demo' },
      body: JSON.stringify({ advance: 240 }),
    })
    expect(moved.status).toBe(200)
    await reached(page, 'fulfilled')
    expect(await shownStatus(page)).toBe('fulfilled')
    expect(await page.title()).toMatch(/^Thank you/)
    expect(reloads).toBe(0)
    await picture(page, '10-settled')
  })

  it('turns back without being charged', async () => {
    await choose(page, demo.url, 'inkwell_mug')
    const order = await orderOf('pending')
    await page.getByRole('link', { name: /^Back to/ }).click()
    await page.waitForURL(/\/cancel/)
    expect(await page.textContent('h1')).toBe('You turned back')
    const again = page.getByRole('link', { name: 'Buy it again' })
    expect(await again.getAttribute('href')).toBe('/#inkwell_mug')
    await picture(page, '11-cancel')
    await page.goto(`${demo.url}/orders/${order.id}`)
    expect(await page.textContent('h1')).toBe('Not paid yet')
    await picture(page, '11b-not-paid-yet')
    expect((await page.goto(`${demo.url}/nope`))?.status()).toBe(404)
    expect(await page.textContent('h1')).toBe('Nothing here')
    await picture(page, '11c-not-found')
    expect((await orderOf('pending')).id).toBe(order.id)
    const { out } = await demo.cli('orders', 'show', order.id)
    expect(out).toMatch(/the buyer turned back/)
  })

  it('says so when Stripe cannot be reached, and a repeat makes no second order', async () => {
    const chaos = (body: object) =>
      fetch(`${demo.simulator}/_sim/chaos`, { method: 'POST', body: JSON.stringify(body) })
    const before = JSON.parse((await demo.cli('orders', 'list', '--json')).out).length
    await chaos({ api: { failNext: 100, status: 503 } })
    await page.goto(demo.url)
    const form = page.locator('form.buy[data-item="premium_product_demo"]')
    await form.getByRole('button').click()
    await form.getByRole('alert').waitFor()
    expect(await form.getByRole('alert').textContent()).toMatch(/cannot be reached.*Nothing was/)
    await picture(page, '12-stripe-down')
    await chaos({})
    await form.getByRole('button').click()
    await page.waitForURL(/\/c\/pay\/cs_test_/)
    const after = JSON.parse((await demo.cli('orders', 'list', '--json')).out).length
    expect(after).toBe(before + 1)
  })

  it('fits a phone', async () => {
    await page.setViewportSize(PHONE)
    await choose(page, demo.url, 'harbour_poster')
    await picture(page, '13-hosted-page-phone')
    await fillCard(page, { number: '4242 4242 4242 4242' })
    await pay(page)
    await page.waitForURL(/\/success/)
    await reached(page, 'fulfilled')
    await picture(page, '14-success-phone')
    for (const [path, name] of [
      ['/', '15-storefront-phone'],
      ['/orders', '16-orders-phone'],
    ] as const) {
      await page.goto(`${demo.url}${path}`)
      await picture(page, name)
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(PHONE.width)
    }
  })
})
