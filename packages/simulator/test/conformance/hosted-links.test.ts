// Goal: pages that no session opened: invoices, payment links, recovered sessions, 3-D Secure of direct payments.
// Method: a real browser where somebody types, plain HTTP where only the answer counts.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOf } from '../hosted/faults.ts'
import { browserMissing, keep, launch } from './browser.ts'
import { openShop, type Shop } from './shop.ts'

if (browserMissing) console.log(`skipped: invoices in a browser, because ${browserMissing}`)

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

const get = (url: string) => fetch(url, { redirect: 'manual' })
const post = (url: string, form: Record<string, string>) =>
  fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) })

async function openInvoice() {
  const { stripe } = shop
  const customer = await stripe.customers.create({ name: 'Ada <b>', email: 'ada@example.com' })
  await stripe.invoiceItems.create({
    customer: customer.id,
    amount: 4900,
    currency: 'eur',
    description: 'Design (draft) of a poster — größer',
  })
  const draft = await stripe.invoices.create({
    customer: customer.id,
    collection_method: 'send_invoice',
    days_until_due: 14,
    pending_invoice_items_behavior: 'include',
  })
  const draftPage = await get(`${shop.simulator.url}/i/${draft.id}`)
  expect(draftPage.status).toBe(404)
  const { id, hosted_invoice_url, invoice_pdf, number } = await stripe.invoices.finalizeInvoice(
    draft.id,
  )
  return { id, url: String(hosted_invoice_url), pdf: String(invoice_pdf), number: String(number) }
}

describe.skipIf(browserMissing)('an invoice', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launch()
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    page.setDefaultTimeout(15_000)
  })

  afterAll(() => browser?.close())

  async function pay(number: string): Promise<void> {
    await page.getByLabel('Card number').fill(number)
    await page.getByLabel('Expiration').fill('12 / 34')
    await page.getByLabel('CVC').fill('123')
    await page.getByRole('button', { name: 'Pay €49.00' }).click()
  }

  test('is declined, challenged, and paid at last', async () => {
    const { id, url, number } = await openInvoice()
    await page.goto(url)
    expect(await faultsOf(page)).toEqual([])
    expect(await page.getByText(number).isVisible()).toBe(true)
    expect(await page.getByText('Ada <b>').isVisible()).toBe(true)
    await pay('4000000000000002')
    expect(await page.getByRole('alert').getAttribute('data-code')).toBe('card_declined')
    await pay('4000000000003220')
    await page.getByRole('button', { name: 'Fail authentication' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('unable to authenticate')
    await pay('4000000000003220')
    await page.goto(url)
    await page.getByRole('link', { name: 'Authenticate payment' }).click()
    await page.getByRole('button', { name: 'Complete authentication' }).click()
    await page.getByRole('heading', { name: 'This invoice is paid' }).waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await faultsOf(page)).toEqual([])
    await keep(page, 'invoice-paid')
    await page.setViewportSize({ width: 1280, height: 860 })
    expect(await shop.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid' })
    expect((await post(url, {})).status).toBe(303)
  })
})

describe('the PDF of an invoice', () => {
  test('is one, names the invoice, and points to where its objects are', async () => {
    const { pdf, number } = await openInvoice()
    const answer = await get(pdf)
    expect(answer.headers.get('content-type')).toBe('application/pdf')
    expect(answer.headers.get('content-disposition')).toContain(`Invoice-${number}.pdf`)
    const text = await answer.text()
    expect(text).toContain('Amount due')
    expect(text).toContain('Design \\(draft\\) of a poster \\227 gr\\366\\337er')
    const start = Number(/startxref\n(\d+)/.exec(text)?.[1])
    expect(text.slice(start, start + 4)).toBe('xref')
    const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n/gm)].map(([, at]) => at)
    offsets.forEach((at, index) => {
      expect(text.slice(Number(at))).toMatch(new RegExp(`^${index + 1} 0 obj`))
    })
  })
})

describe('a payment link', () => {
  test('opens a session of its own for everyone, and thanks them at the end', async () => {
    const { stripe } = shop
    const price = await stripe.prices.create({
      currency: 'eur',
      unit_amount: 1200,
      product_data: { name: 'Poster' },
    })
    const link = await stripe.paymentLinks.create({
      line_items: [{ price: price.id, quantity: 1 }],
      after_completion: {
        type: 'hosted_confirmation',
        hosted_confirmation: { custom_message: 'Your poster is on its way.' },
      },
    })
    expect((await fetch(link.url, { method: 'HEAD' })).status).toBe(404)
    const query = '?prefilled_email=grace%40example.com&client_reference_id=order_7'
    const visits = [await get(link.url + query), await get(link.url)]
    const [first, second] = visits.map((visit) => visit.headers.get('location') ?? '')
    expect(visits.map(({ status }) => status)).toEqual([303, 303])
    expect(first).not.toBe(second)
    const url = shop.simulator.url + first
    expect(await (await get(url)).text()).toContain('value="grace@example.com"')
    const home = url.replace(/\?.*/, '')
    const card = { cardNumber: '4242424242424242', cardExpiry: '12/34', cardCvc: '123' }
    const paid = await post(home, { email: 'grace@example.com', ...card })
    expect(paid.headers.get('location')).toBe(new URL(home).pathname)
    expect(await (await get(home)).text()).toContain('Your poster is on its way.')
    const [, session] = (await stripe.checkout.sessions.list({ payment_link: link.id })).data
    expect(session).toMatchObject({ status: 'complete', client_reference_id: 'order_7' })
    await stripe.paymentLinks.update(link.id, { active: false })
    const gone = await get(link.url)
    expect(gone.status).toBe(410)
    expect(await gone.text()).toContain('This link is no longer active.')
  })

  test('that nobody made leads nowhere', async () => {
    expect((await get(`${shop.simulator.url}/b/plink_none`)).status).toBe(404)
  })
})

test('an expired session can be taken up again where the merchant allows it', async () => {
  const { id, url } = await shop.openSession({
    after_expiration: { recovery: { enabled: true } },
  })
  await shop.stripe.checkout.sessions.expire(id)
  const expired = await get(url)
  expect(expired.status).toBe(410)
  const [, again = ''] = /href="([^"]+)">Continue with this order/.exec(await expired.text()) ?? []
  const visit = await get(again)
  const fresh = await get(shop.simulator.url + visit.headers.get('location'))
  expect(await fresh.text()).toContain('Pay €30.00')
  const [session] = (await shop.stripe.checkout.sessions.list()).data
  expect(session).toMatchObject({ status: 'open', recovered_from: id })
})

describe('3-D Secure of a direct payment', () => {
  const start = () =>
    shop.stripe.paymentIntents.create({
      amount: 2500,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'https://shop.example/back?order=7',
    })

  test.each([
    ['complete', 'succeeded', 'succeeded'],
    ['fail', 'failed', 'requires_payment_method'],
  ])('%s: the buyer comes back with %s', async (outcome, redirectStatus, status) => {
    const intent = await start()
    const url = String(intent.next_action?.redirect_to_url?.url)
    const asked = await (await get(url)).text()
    expect(asked).toContain('Confirm your payment')
    expect(asked).toContain('€25.00')
    const answer = await post(url, { outcome })
    expect(answer.status).toBe(303)
    const back = new URL(answer.headers.get('location') ?? '')
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      order: '7',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: redirectStatus,
    })
    expect(await shop.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status })
    expect((await get(url)).status).toBe(404)
  })

  test('of a setup the same', async () => {
    const intent = await shop.stripe.setupIntents.create({
      confirm: true,
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'https://shop.example/back',
    })
    const url = String(intent.next_action?.redirect_to_url?.url)
    expect(await (await get(url)).text()).toContain('Confirm your card')
    const answer = await post(url, { outcome: 'complete' })
    const back = new URL(answer.headers.get('location') ?? '')
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      setup_intent: intent.id,
      redirect_status: 'succeeded',
    })
  })
})
