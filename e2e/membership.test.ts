// Goal: a person joins, is let in, fails a renewal, is shut out, recovers, and cancels, as Stripe says.
// Method: the built demo as one process, its own controls of time, the system's Chromium, pictures.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DESKTOP, launch, noBrowser, PHONE, picture } from './support/browser.ts'
import { type Demo, startDemo } from './support/demo.ts'
import { choosePlan, fillCard, pay, reached, signIn, subscribe } from './support/shopping.ts'

const MONTHLY = 'reading_room_monthly'
const YEARLY = 'reading_room_yearly'
/** A start may take 20 s by itself. */
const RESTART_MS = 60_000

describe.skipIf(noBrowser !== null)('a member in a browser', () => {
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
    context.setDefaultTimeout(20_000)
    page = await context.newPage()
    failures = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (message) => {
      // A closed door, a refused form and a declined card answer with an error status, as they should.
      const isStatus = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isStatus) failures.push(message.text())
    })
  })
  afterEach(async () => {
    await context.close()
    expect(failures).toEqual([])
  })

  const door = (feature: string) => page.locator(`.doors [data-feature="${feature}"]`)

  /** The page shows it by itself: nothing here loads it anew. */
  const shows = async (feature: string, state: 'open' | 'shut', because: RegExp) => {
    await page.locator(`.doors [data-feature="${feature}"].${state}`).waitFor()
    await door(feature).locator('code').getByText(because).waitFor()
  }

  const enter = async () => (await page.goto(`${demo.url}/reading-room`))?.status()

  const play = async (name: string) => {
    await page.getByRole('button', { name }).click()
    await page.waitForLoadState()
  }

  async function join(name: string, plan: string, number = '4242 4242 4242 4242') {
    await signIn(page, demo.url, name)
    await choosePlan(page, plan)
    await fillCard(page, { number })
    await subscribe(page)
  }

  async function member(name: string) {
    await signIn(page, demo.url, name)
    await page.locator('.pass').waitFor()
  }

  const openPortal = async () => {
    await page.getByRole('button', { name: 'Manage billing' }).click()
    await page.getByRole('heading', { name: 'Your billing' }).waitFor()
  }
  const leavePortal = async () => {
    await page.getByRole('link', { name: /^Return to/ }).click()
    await page.locator('.progress').waitFor()
  }

  it('finds the door closed, signs in and signs up, and is let in', async () => {
    await page.goto(`${demo.url}/membership`)
    await picture(page, '20-membership-offer')
    expect(await enter()).toBe(401)
    await picture(page, '21-door-closed-stranger')
    await signIn(page, demo.url, 'Ada')
    await picture(page, '22-membership-choice')
    expect(await enter()).toBe(403)
    expect(await page.textContent('[data-because]')).toMatch(/nothing gives it/)

    await page.goto(`${demo.url}/membership`)
    await choosePlan(page, MONTHLY)
    await fillCard(page, { number: '4242 4242 4242 4242' })
    await picture(page, '23-hosted-sign-up')
    await subscribe(page)
    await page.waitForURL(/\/success\?session_id=cs_test_/)
    await reached(page, 'fulfilled')
    await picture(page, '24-signed-up')
    await page.getByRole('link', { name: 'See your membership' }).click()
    await reached(page, 'trialing')
    await shows('reading_room', 'open', /^in its trial$/)
    await shows('letters_archive', 'shut', /^nothing gives it$/)
    await picture(page, '25-trialing')
    expect(await enter()).toBe(200)
    expect(await page.textContent('main')).toContain('On the margin')
    expect(await page.textContent('main')).not.toContain('eleven chairs')
    await picture(page, '26-reading-room')
  })

  it('is charged when the free week is over, and again a month later', async () => {
    await member('Ada')
    await play('Let the next renewal come')
    await reached(page, 'active')
    await page.locator('.rows li[data-status="paid"]').filter({ hasText: '$9.00' }).waitFor()
    await shows('reading_room', 'open', /^active$/)
    await play('Let the next renewal come')
    const renewals = page.locator('.rows li[data-status="paid"]').filter({ hasText: 'Renewal' })
    await renewals.nth(1).waitFor()
    expect(await page.textContent('.counter')).toMatch(/3\d days ahead of your clock/)
    await picture(page, '27-renewed')
  })

  it('fails a renewal: let in for the days of grace, then shut out', async () => {
    await member('Ada')
    await play('Let the next renewal fail')
    await reached(page, 'past_due')
    await shows('reading_room', 'open', /^past_due, in grace until 20\d\d-/)
    expect(await page.textContent('.rows li[data-status="open"]')).toMatch(/one attempt failed/)
    await picture(page, '28-past-due-in-grace')
    expect(await enter()).toBe(200)

    await page.goto(`${demo.url}/membership`)
    await play('Let eight days pass')
    await shows('reading_room', 'shut', /^past_due, and the grace is over$/)
    await picture(page, '29-grace-over')
    expect(await enter()).toBe(403)
    expect(await page.textContent('[data-because]')).toMatch(/days of grace are over/)
    await picture(page, '30-door-closed-member')
  })

  it('recovers in the billing portal with a good card', async () => {
    await member('Ada')
    await openPortal()
    await picture(page, '31-portal')
    await page.getByRole('link', { name: 'Add payment method' }).click()
    await fillCard(page, { number: '5555 5555 5555 4444' })
    await page.getByRole('button', { name: 'Save card' }).click()
    await page.getByText('Mastercard •••• 4444').waitFor()
    await page.getByRole('link', { name: 'Pay the open invoice' }).click()
    await fillCard(page, { number: '5555 5555 5555 4444' })
    await pay(page)
    await page.getByText('Paid', { exact: true }).first().waitFor()
    await page.goto(`${demo.url}/membership`)
    await reached(page, 'active')
    await shows('reading_room', 'open', /^active$/)
    await picture(page, '32-recovered')
    expect(await enter()).toBe(200)
  })

  it('cancels in the portal: open until the last day, then closed', async () => {
    await member('Ada')
    await openPortal()
    await page.getByRole('link', { name: /^Cancel plan/ }).click()
    await picture(page, '33-portal-cancel')
    await page.getByRole('button', { name: 'Cancel plan' }).click()
    await page.getByText(/^Ends on /).waitFor()
    await leavePortal()
    await page.locator('p.lead', { hasText: /Your membership ends on \d+ \w+ 20\d\d/ }).waitFor()
    await shows('reading_room', 'open', /^to be canceled at 20\d\d-/)
    await picture(page, '34-ending')
    expect(await enter()).toBe(200)

    await page.goto(`${demo.url}/membership`)
    await play('Let the last day come')
    await reached(page, 'canceled')
    await page.getByText('It ended as you wished.').waitFor()
    await picture(page, '35-ended')
    expect(await enter()).toBe(403)
    expect(await page.textContent('[data-because]')).toMatch(/canceled/)
    // The free week was for the first time: whoever comes back is charged at once.
    await page.goto(`${demo.url}/membership`)
    await choosePlan(page, MONTHLY)
    expect(await page.textContent('body')).not.toMatch(/free/i)
  })

  it('is declined at sign-up, stays out, and comes in with another card', async () => {
    await join('Grace', YEARLY, '4000 0000 0000 0002')
    const error = page.getByRole('alert').filter({ visible: true }).first()
    await error.waitFor()
    expect(await error.textContent()).toMatch(/declined/i)
    await picture(page, '36-sign-up-declined')
    const payment = page.url()
    expect(await enter()).toBe(403)
    await page.goto(payment)
    await fillCard(page, { number: '4242 4242 4242 4242' })
    await subscribe(page)
    await page.waitForURL(/\/success/)
    await reached(page, 'fulfilled')
    await page.getByRole('link', { name: 'See your membership' }).click()
    await reached(page, 'active')
    await shows('letters_archive', 'open', /^active$/)
    await picture(page, '37-yearly')
    expect(await enter()).toBe(200)
    expect(await page.textContent('main')).toContain('eleven chairs')
    await picture(page, '38-archive')
  })

  it('is refused a second membership, in words, and shown the first', async () => {
    await signIn(page, demo.url, 'Iris')
    const other = await context.newPage()
    await other.goto(`${demo.url}/membership`)
    // This tab hears nothing of what the other one does.
    await page.route('**/membership/progress', (route) => route.abort())
    await choosePlan(other, MONTHLY)
    await fillCard(other, { number: '4242 4242 4242 4242' })
    await subscribe(other)
    await other.waitForURL(/\/success/)
    await reached(other, 'fulfilled')

    const form = page.locator(`form.buy[data-item="${YEARLY}"]`)
    await form.getByRole('button').click()
    await form.getByRole('alert').waitFor()
    expect(await form.getByRole('alert').textContent()).toMatch(
      /member already.*nothing was charged/,
    )
    await picture(page, '39-second-refused')
    await page.unroute('**/membership/progress')
    await reached(page, 'trialing')
    expect(await page.locator('form.buy').count()).toBe(0)
  })

  it(
    'goes on after a restart, at the time it had',
    async () => {
      await demo.kill()
      demo = await startDemo(demo.dataDir)
      await member('Iris')
      await shows('reading_room', 'open', /^in its trial$/)
      expect(await page.textContent('.counter')).toMatch(/\d+ days ahead of your clock/)
      await play('Let the next renewal fail')
      await reached(page, 'past_due')
      await play('Pay with a good card')
      await reached(page, 'active')
    },
    RESTART_MS,
  )

  it('fits a phone', async () => {
    await page.setViewportSize(PHONE)
    await page.goto(`${demo.url}/membership`)
    await picture(page, '40-membership-offer-phone')
    await member('Grace')
    await picture(page, '41-membership-phone')
    await enter()
    await picture(page, '42-reading-room-phone')
    for (const path of ['/membership', '/reading-room', '/']) {
      await page.goto(`${demo.url}${path}`)
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(PHONE.width)
    }
  })

  it('knows nobody after signing out, and takes no name that is none', async () => {
    await member('Grace')
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(await enter()).toBe(401)
    await page.goto(`${demo.url}/membership`)
    await page.getByLabel('Your name').fill('<b>')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page
      .getByRole('alert')
      .getByText(/give a name/)
      .waitFor()
  })
})
