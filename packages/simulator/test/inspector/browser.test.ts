// Goal: a person does with the inspector what tests do with /_sim, by mouse and by keys. Method: a real browser, screenshots kept.
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { browserMissing, keep, launch } from '../conformance/browser.ts'
import { type Bench, bench, endpoint } from '../support.ts'
import { idOf } from './support.ts'

if (browserMissing) console.log(`skipped: the inspector in a browser, because ${browserMissing}`)

/** Both sides of each step of the layout, and what people have. */
const widths = [1920, 1280, 1100, 1099, 820, 819, 390, 320]

describe.skipIf(browserMissing)('the inspector', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
  })

  interface Visit extends Bench {
    readonly page: Page
    /** Opens a view of the account. */
    go(tab: string): Promise<void>
    /** Waits until the page has said so. */
    told(text: string): Promise<void>
  }

  async function visit(delivery: 'auto' | 'manual' = 'auto'): Promise<Visit> {
    const b = await bench({ delivery })
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    const complaints: string[] = []
    page.on('console', (message) => {
      // Refusals and lost connections are what some tests are after.
      const isOfNetwork = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isOfNetwork) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.setDefaultTimeout(10_000)
    onTestFinished(async () => {
      await page.close()
      expect(complaints).toEqual([])
    })
    return {
      ...b,
      page,
      go: async (tab) => {
        await page.goto(`${b.simulator.url}/?account=${idOf(b)}&tab=${tab}`)
        await page.getByText('Live', { exact: true }).waitFor()
      },
      told: (text) => page.getByRole('status').getByText(text).waitFor(),
    }
  }

  test('follows what happens; focus, what is opened and what is typed stay', async () => {
    const { page, go, stripe, account } = await visit()
    const hook = await endpoint(() => 500)
    account.addWebhookEndpoint({ url: hook.url })
    await go('deliveries')
    await stripe.products.create({ name: 'a' })
    const row = page.locator('details').filter({ hasText: 'product.created' })
    await row.locator('summary').click()
    await stripe.customers.create({})
    await page.getByText('customer.created').waitFor()
    expect(await row.getAttribute('open')).toBe('')
    expect(await page.evaluate('document.activeElement.textContent')).toContain('product.created')
    await page.getByRole('link', { name: 'Endpoints' }).click()
    await page.getByLabel('URL').fill('http://127.0.0.1:1/typed')
    await stripe.customers.create({})
    await page.getByRole('link', { name: 'Events 3' }).waitFor()
    expect(await page.getByLabel('URL').inputValue()).toBe('http://127.0.0.1:1/typed')
  })

  test('does not move what is being read when news comes above it', async () => {
    const { page, go, stripe } = await visit()
    for (let n = 0; n < 60; n += 1) await stripe.products.create({ name: `Product ${n}` })
    await go('requests')
    await page.getByRole('link', { name: '/v1/products' }).nth(30).click()
    await page.getByText('"Product 29"').first().waitFor()
    const place = () => page.evaluate('document.querySelector("tr.on").getBoundingClientRect().top')
    const before = await place()
    expect(before).toBeLessThan(800)
    await stripe.customers.create({ name: 'Ada' })
    await page.getByRole('link', { name: 'Requests 61' }).waitFor()
    expect(Math.abs(Number(await place()) - Number(before))).toBeLessThan(1)
  })

  test('opens a row by keys, says what it is, and closes back to the row', async () => {
    const { page, go, stripe } = await visit()
    await stripe.products.create({ name: 'a' })
    await stripe.customers.create({ name: 'Ada' })
    await go('requests')
    await page.getByRole('link', { name: 'POST /v1/customers' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Parameters' }).getByText('"Ada"').waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('opened')
    expect(page.url()).toContain('open=req_')
    await page.keyboard.press('Escape')
    await page.getByRole('region', { name: 'Parameters' }).waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.outerHTML')).toMatch(
      /^<a class="row".*customers/,
    )
    await page.goBack()
    await page.getByRole('region', { name: 'Answer' }).waitFor()
  })

  test('sends an event again, and a test webhook', async () => {
    const { page, go, stripe, account, told, simulator } = await visit()
    const hook = await endpoint()
    account.addWebhookEndpoint({ url: hook.url })
    await stripe.products.create({ name: 'a' })
    await simulator.drain()
    await go('events')
    await page.getByRole('link', { name: 'product.created' }).click()
    await page.getByLabel('Send it again to').selectOption({ label: hook.url })
    await page.getByRole('button', { name: 'Resend' }).click()
    await told('Event is on its way')
    await expect.poll(() => hook.received.length).toBe(2)
    await page.getByRole('link', { name: 'Endpoints' }).click()
    await page.getByText('Send test webhook…').click()
    await page.getByLabel('Event type').fill('invoice.paid')
    await page.getByRole('button', { name: 'Send test webhook' }).click()
    await told('Test webhook is on its way')
    await expect.poll(() => hook.types().at(-1)).toBe('invoice.paid')
    await page.getByText('Send test webhook…').click()
    await page.getByLabel('Event type').fill('invoice.pain')
    await page.getByRole('button', { name: 'Send test webhook' }).click()
    await told("'invoice.pain' is no type of event")
  })

  test('adds an endpoint, rolls its secret and shows the new one once, disables it', async () => {
    const { page, go, account, told } = await visit()
    await go('endpoints')
    await page.getByLabel('URL').fill('http://127.0.0.1:1/hook')
    await page.getByRole('button', { name: 'Add endpoint' }).click()
    await told('Endpoint added')
    const shown = page.locator('#notice-secret')
    expect(await shown.textContent()).toBe(account.webhookEndpoints()[0]?.secret)
    await page.getByText('Roll secret…').click()
    await page.getByLabel('The old secret').selectOption('3600')
    await page.getByRole('button', { name: 'Roll secret' }).click()
    await told('Secret rolled')
    expect(await shown.textContent()).toBe(account.webhookEndpoints()[0]?.secret)
    expect(await page.getByRole('button', { name: 'Copy the secret' }).isVisible()).toBe(true)
    await page.getByText('2 secrets sign').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('disabled', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Enable', exact: true }).waitFor()
    await go('endpoints')
    expect(await page.content()).not.toContain(account.webhookEndpoints()[0]?.secret)
  })

  test('moves the clock and a test clock, and sets the billing rules', async () => {
    const { page, go, account, stripe, told, simulator } = await visit()
    const clock = await stripe.testHelpers.testClocks.create({
      frozen_time: account.now(),
      name: 'Year',
    })
    await go('clock')
    const start = account.now()
    const own = page.getByRole('region', { name: 'This account' })
    await own.getByRole('button', { name: '+ 1 day' }).click()
    await told('Clock moved')
    await own.getByText('1 d ahead').waitFor()
    expect(account.now() - start).toBeGreaterThanOrEqual(86_400)
    await own.getByLabel('To (UTC)').fill('2031-05-01T10:00:00')
    await own.getByRole('button', { name: 'Move' }).click()
    await own.getByText('2031-05-01 10:00').waitFor()
    const year = page.getByRole('region', { name: 'Year' })
    await year.getByRole('button', { name: '+ 1 hour' }).click()
    await expect
      .poll(async () => (await stripe.testHelpers.testClocks.retrieve(clock.id)).frozen_time)
      .toBe(clock.frozen_time + 3600)
    await page.getByRole('link', { name: 'Billing' }).click()
    await page.getByLabel('Days between retries').fill('1, 2')
    await page.getByLabel('When the last retry failed').selectOption('unpaid')
    await page.getByRole('button', { name: 'Save' }).click()
    await told('Billing rules saved')
    const [kept] = simulator.snapshot().accounts
    expect([kept?.rules.retryDays, kept?.rules.afterRetries]).toEqual([[1, 2], 'unpaid'])
  })

  test('turns chaos on, and off by one click', async () => {
    const { page, go, told, sim } = await visit()
    await go('chaos')
    await page.getByLabel('Duplicate').fill('40')
    expect(await page.locator('output').first().textContent()).toBe('40 %')
    await page.getByLabel('Only these events').fill('invoice.*')
    await page.getByLabel('Seed').fill('storm')
    await page.getByLabel('Fail the next').fill('2')
    await page.getByRole('button', { name: 'Turn chaos on' }).click()
    await told('Chaos set')
    await page.getByRole('link', { name: 'Chaos on' }).waitFor()
    expect(await sim('chaos')).toMatchObject({
      chaos: [
        {
          isOn: true,
          deliveries: { seed: 'storm', duplicate: 0.4, only: { events: ['invoice.*'] } },
          api: { failNext: 2 },
        },
      ],
    })
    await page.getByRole('button', { name: 'Turn chaos off' }).click()
    await page.getByText('Nothing goes wrong').waitFor()
    expect(await page.getByLabel('Duplicate').inputValue()).toBe('0')
    expect(await sim('chaos')).toMatchObject({ chaos: [{ isOn: false, deliveries: null }] })
  })

  test('keeps a snapshot, forgets everything after a question, and restores it', async () => {
    const { page, go, stripe, told, account } = await visit()
    await stripe.products.create({ name: 'a' })
    await go('state')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download this account' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('simulator-snapshot.json')
    const file = await download.path()
    expect(JSON.parse(await readFile(file, 'utf8')).accounts).toHaveLength(1)
    await page.getByText('Reset this account…').click()
    expect(account.events()).toHaveLength(1)
    await page.getByRole('button', { name: 'Yes, reset this account' }).click()
    await told('Reset this account')
    expect(account.events()).toHaveLength(0)
    await page.getByText('None yet.').waitFor()
    await page.getByLabel('Snapshot file').setInputFiles(file)
    await page.getByRole('button', { name: 'Restore' }).click()
    await told('Snapshot restored')
    expect(account.events()).toHaveLength(1)
    await page.locator('dt').getByText('product', { exact: true }).waitFor()
  })

  test('fits every width, and says when nobody answers', async () => {
    const { page, go, stripe, account, simulator } = await visit()
    account.addWebhookEndpoint({ url: `http://127.0.0.1:1/${'a-long-path/'.repeat(8)}` })
    const { id } = await stripe.customers.create({ name: 'Ada' })
    await stripe.customers.update(id, { name: 'Ada Lovelace' })
    await stripe.accounts.create({ type: 'express' })
    await stripe.testHelpers.testClocks.create({ frozen_time: account.now() })
    await simulator.drain()
    const event = Object(account.events().find((one) => Object(one).type === 'customer.updated'))
    for (const tab of [
      'requests',
      `events&open=${event.id}`,
      'deliveries',
      'endpoints',
      'clock',
      'billing',
      'chaos',
      'state',
      'start',
    ]) {
      await go(tab)
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 })
        const cut = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect({ tab, width, isCut: Number(cut) > 0 }).toEqual({ tab, width, isCut: false })
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await go(`events&open=${event.id}`)
    await keep(page, 'inspector')
    await page.setViewportSize({ width: 390, height: 844 })
    await keep(page, 'inspector-phone')
    await simulator.close()
    await page.getByText('Not answering').waitFor()
  })
})
