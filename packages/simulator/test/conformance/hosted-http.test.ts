// Goal: the hosted page stands by itself, without a browser's good manners. Method: plain HTTP against it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf, openShop, type Shop } from './shop.ts'

const card = {
  email: 'ada@example.com',
  method: 'card',
  cardNumber: '4242424242424242',
  cardExpiry: '12/34',
  cardCvc: '123',
}

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop?.close())

function post(url: string, form: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
}

describe('paying', () => {
  test('a double click charges once, and both clicks lead back to the shop', async () => {
    const { id, url } = await shop.openSession()
    const answers = await Promise.all([post(url, card), post(url, card), post(url, card)])
    for (const answer of answers) {
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe(`${shop.receiver.url}/success?session_id=${id}`)
    }
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    const charges = await shop.stripe.charges.list({
      payment_intent: String(session.payment_intent),
    })
    expect(charges.data.map((charge) => charge.amount)).toEqual([3000])
  })

  test('an empty form is refused field by field and nothing begins', async () => {
    const { id, url } = await shop.openSession()
    const answer = await post(url, {})
    expect(answer.status).toBe(422)
    const codes = [...(await answer.text()).matchAll(/data-code="([^"]+)"/g)].map(
      ([, code]) => code,
    )
    expect(codes).toEqual([
      'email_invalid',
      'incomplete_number',
      'incomplete_expiry',
      'invalid_cvc',
    ])
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    expect(session).toMatchObject({ status: 'open', payment_intent: null })
  })

  test('a method that the session does not offer cannot be posted', async () => {
    const { url } = await shop.openSession({ line_items: [lineOf('Ink', 900, 1, 'jpy')] })
    const debit = { iban: 'AT611904300234573201', ibanName: 'Ada' }
    const answer = await post(url, { email: 'a@example.com', method: 'sepa_debit', ...debit })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('incomplete_number')
  })

  test('the e-mail that the merchant fixed stays', async () => {
    const { id, url } = await shop.openSession({ customer_email: 'grace@example.com' })
    expect((await post(url, { ...card, email: 'mallory@example.com' })).status).toBe(303)
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    expect(session.customer_details?.email).toBe('grace@example.com')
  })

  test('neither card number nor security code comes back after a decline of another kind', async () => {
    const { url } = await shop.openSession()
    const answer = await post(url, { ...card, cardNumber: '4000000000000127', cardCvc: '987' })
    const body = await answer.text()
    expect(answer.status).toBe(402)
    expect(body).toContain('data-code="incorrect_cvc"')
    expect(body).toContain('id="cardCvc-error"')
    expect(body).not.toContain('987')
  })
})

describe('3-D Secure', () => {
  const challenged = { ...card, cardNumber: '4000000000003220' }

  test('its page can be reloaded, answered once, and leads home when nothing waits', async () => {
    const { id, url } = await shop.openSession()
    const home = new URL(url).pathname
    const early = await fetch(`${url}/challenge`, { redirect: 'manual' })
    expect([early.status, early.headers.get('location')]).toEqual([303, home])
    const begun = await post(url, challenged)
    expect([begun.status, begun.headers.get('location')]).toEqual([303, `${home}/challenge`])
    for (const _reload of [1, 2]) expect((await fetch(`${url}/challenge`)).status).toBe(200)
    const passed = await post(`${url}/challenge`, { outcome: 'complete' })
    expect(passed.headers.get('location')).toContain(`/success?session_id=${id}`)
    const again = await post(`${url}/challenge`, { outcome: 'fail' })
    expect(again.headers.get('location')).toContain(`/success?session_id=${id}`)
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    expect(session.payment_status).toBe('paid')
  })

  test('anything but "complete" fails it', async () => {
    const { url } = await shop.openSession()
    await post(url, challenged)
    const answer = await post(`${url}/challenge`, { outcome: 'maybe' })
    expect(answer.status).toBe(402)
    expect(await answer.text()).toContain('payment_intent_authentication_failure')
  })
})

describe('manners', () => {
  test('the page is not stored, not framed, and runs nothing but its own script', async () => {
    const { url } = await shop.openSession()
    const { headers } = await fetch(url)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  })

  test('what the merchant wrote is text, never markup', async () => {
    const { url } = await shop.openSession({
      line_items: [lineOf('<img src=x onerror=alert(1)>', 900, 1, 'eur')],
      branding_settings: { display_name: '"><script>alert(1)</script>' },
    })
    const body = await (await fetch(url)).text()
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(body).not.toContain('<img')
    expect(body).not.toContain('<script>alert')
  })

  test.each([
    ['GET', '/nonsense', 404],
    ['PUT', '', 404],
    ['HEAD', '', 200],
  ])('%s %s answers %i', async (method, path, status) => {
    const { url } = await shop.openSession()
    expect((await fetch(url + path, { method })).status).toBe(status)
  })

  test('an expired session takes no payment', async () => {
    const { id, url } = await shop.openSession()
    await shop.stripe.checkout.sessions.expire(id)
    expect((await post(url, card)).status).toBe(410)
    const session = await shop.stripe.checkout.sessions.retrieve(id)
    expect(session).toMatchObject({ status: 'expired', payment_intent: null })
  })
})
