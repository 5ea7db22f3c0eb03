// Goal: the buyer's pages say the status, escape all values, and look again only while it can change.
// Method: the default pages rendered for each status; then pages of the app's own.
import { describe, expect, it } from 'vitest'
import { createFetchHandler } from '../../src/adapters/fetch.ts'
import { formatAmount } from '../../src/adapters/http/money.ts'
import { DEFAULT_PAGES, escapeHtml } from '../../src/adapters/pages.ts'
import type { ShownOrderStatus } from '../../src/types.ts'
import { fakeEngine, ORDER, ORDER_ID, SESSION } from './fake-engine.ts'

const url = (query = '') => new URL(`http://shop.test/success?session_id=${SESSION}${query}`)
const render = (status: ShownOrderStatus, query?: string, order: typeof ORDER | null = null) =>
  DEFAULT_PAGES.success({ orderId: ORDER_ID, status, order }, url(query)).html

describe('the success page', () => {
  it.each<[ShownOrderStatus, boolean]>([
    ['pending', true],
    ['confirmed', true],
    ['awaiting_payment', true],
    ['failed', true],
    ['fulfilled', false],
    ['payment_failed', false],
    ['expired', false],
    ['canceled', false],
  ])('for %s looks again: %s', (status, again) => {
    const html = render(status)
    expect(html).toContain(`data-status="${status}"`)
    expect(html.includes('http-equiv="refresh"')).toBe(again)
  })

  it('looks again more and more rarely, and comes to an end', () => {
    const waits = Array.from({ length: 30 }, (_, poll) => {
      const found = /content="(\d+);url=\?session_id=cs_test_known&amp;poll=(\d+)"/.exec(
        render('confirmed', `&poll=${poll}`),
      )
      if (found !== null) expect(Number(found[2])).toBe(poll + 1)
      return found === null ? null : Number(found[1])
    })
    expect(waits[0]).toBe(1)
    expect(waits[17]).toBe(60)
    expect(waits.slice(18).every((wait) => wait === null)).toBe(true)
  })

  it.each(['-5', 'x', '1.5', '1e999', '9'.repeat(40)])('takes poll=%s for no harm', (poll) => {
    expect(render('confirmed', `&poll=${poll}`)).toContain('data-status="confirmed"')
  })

  it('shows nothing but the status without proof, and the order with it', () => {
    const bare = render('fulfilled')
    for (const never of [ORDER_ID, 'mug', '25.00', SESSION]) expect(bare).not.toContain(never)
    const full = render('fulfilled', '', ORDER)
    for (const shown of [ORDER_ID, 'mug &lt;b&gt;', '€25.00']) expect(full).toContain(shown)
    for (const never of ['<b>', 'user_secret', 'pi_secret', 'price_secret', SESSION]) {
      expect(full).not.toContain(never)
    }
    expect(full).not.toContain('Refunded')
    expect(render('fulfilled', '', { ...ORDER, amountRefunded: 500 })).toContain('€5.00')
  })

  it('has no script, and forbids any', () => {
    const page = DEFAULT_PAGES.success({ orderId: ORDER_ID, status: 'pending', order: null }, url())
    expect(page.html).not.toContain('<script')
    expect(page.contentSecurityPolicy).toContain("default-src 'none'")
    expect(page.contentSecurityPolicy).toContain("frame-ancestors 'none'")
  })

  it('carries the session id of the query escaped', () => {
    const hostile = new URL('http://shop.test/success')
    hostile.searchParams.set('session_id', '"><script>alert(1)</script>')
    const view = { orderId: ORDER_ID, status: 'pending', order: null } as const
    expect(DEFAULT_PAGES.success(view, hostile).html).not.toContain('<script')
  })
})

it("escapes HTML's five characters", () => {
  expect(escapeHtml(`<a href="x" b='y'>&amp;`)).toBe(
    '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;',
  )
})

describe('pages of the app', () => {
  it('stand in for ours one by one, with a policy of their own or none', async () => {
    const handler = createFetchHandler(fakeEngine().engine, {
      pages: { success: (view) => ({ html: `<p>own ${view.status}</p>` }) },
    })
    const own = await handler(new Request(url()))
    expect(await own.text()).toBe('<p>own fulfilled</p>')
    expect(own.headers.get('content-security-policy')).toBeNull()
    const ours = await handler(new Request('http://shop.test/success'))
    expect(await ours.text()).toContain('Nothing here')
    expect(ours.headers.get('content-security-policy')).not.toBeNull()
  })

  it('cost a page and no crash when they throw', async () => {
    const throwing = () => {
      throw new Error('template')
    }
    const handler = createFetchHandler(fakeEngine().engine, {
      pages: { success: throwing, unavailable: throwing },
    })
    const answer = await handler(new Request(url()))
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'INTERNAL' } })
  })
})

it.each([
  [2_500, 'eur', '€25.00'],
  [2_500, 'jpy', '¥2,500'],
  [2_500, 'isk', 'ISK 25'],
  [2_500, 'kwd', 'KWD 2.500'],
  [2_500, 'xx', '2500 XX'],
])('%i %s is %s', (amount, currency, text) => {
  // Intl parts the code and the number by a no-break space.
  expect(formatAmount(amount, currency).replace('\u00a0', ' ')).toBe(text)
})
