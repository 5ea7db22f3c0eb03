// Goal: a person who opens the address sees what is going on, and nobody sees a secret. Method: plain HTTP at `/`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { maskedKey } from '../../src/hosted/landing-view.ts'
import { prefersHtml } from '../../src/http/prefers-html.ts'
import { apiKey, bench, endpoint } from '../support.ts'

const browserAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

function open(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/`, { ...init, headers: { accept: browserAccept, ...init.headers } })
}

const textOf = async (url: string) => (await open(url)).text()

/** The rows of one table, each as its cells' text. */
function rowsOf(page: string, id: string): string[][] {
  const body = page.match(new RegExp(`<tbody id="${id}"[^>]*>([\\s\\S]*?)</tbody>`))?.[1] ?? ''
  return [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) =>
      cell.replace(/<[^>]+>/g, ''),
    ),
  )
}

describe('who gets the page', () => {
  test.each([
    [browserAccept, true],
    ['text/html', true],
    ['application/json, text/html', true],
    ['application/json, text/html;q=0.5', false],
    ['text/html;q=0', false],
    ['application/json', false],
    ['*/*', false],
    ['', false],
  ])('Accept: %s → %s', (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected)
  })

  test('a browser does, by GET and by HEAD; a POST is an API call', async () => {
    const { simulator } = await bench()
    const page = await open(simulator.url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const head = await open(simulator.url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await open(simulator.url, { method: 'POST' })).status).toBe(401)
  })

  test('an API client hears what Stripe says: 401 without a key, 404 with one', async () => {
    const { simulator } = await bench()
    const bare = await fetch(`${simulator.url}/`)
    expect([bare.status, bare.headers.get('content-type')]).toEqual([401, 'application/json'])
    const authorization = `Bearer ${apiKey}`
    const keyed = await fetch(`${simulator.url}/`, { headers: { authorization } })
    expect(keyed.status).toBe(404)
    expect((await open(simulator.url, { headers: { authorization } })).status).toBe(404)
  })
})

describe('how to reach it', () => {
  test('names its own address; no socket where there is none', async () => {
    const { simulator } = await bench()
    const page = await textOf(simulator.url)
    expect(page).toContain(`port: ${simulator.port},`)
    expect(page).toContain(`--api-base ${simulator.url}`)
    expect(page).not.toContain('STRIPE_CLI_UNIX_SOCKET')
  })

  test('names its socket as a shell takes it', async () => {
    const directory = mkdtempSync(join(tmpdir(), "a <b> 'c' "))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const { simulator } = await bench({ socketPath: join(directory, 's.sock') })
    const page = await textOf(simulator.url)
    expect(page).toContain('STRIPE_CLI_UNIX_SOCKET=&#39;/')
    expect(page).toContain('a &lt;b&gt; &#39;\\&#39;&#39;c&#39;\\&#39;&#39; ')
  })

  test('offers the test numbers', async () => {
    const page = await textOf((await bench()).simulator.url)
    for (const number of ['4242 4242 4242 4242', 'AT61 1904 3002 3457 3201', '000123456789']) {
      expect(page).toContain(`<code>${number}</code>`)
    }
  })
})

describe('what happened', () => {
  test('nothing yet, and what to do about it', async () => {
    const { simulator } = await bench()
    const page = await textOf(simulator.url)
    expect(rowsOf(page, 'events')).toEqual([[expect.stringContaining('None yet')]])
    expect(rowsOf(page, 'attempts')).toEqual([[expect.stringContaining('None yet')]])
  })

  test('accounts, events and deliveries with answer, attempt and host, newest first', async () => {
    const b = await bench()
    const hook = await endpoint((index) => (index === 0 ? 503 : 200))
    b.account.addWebhookEndpoint({ url: hook.url })
    await b.call('POST', '/v1/products', 'name=Notebook')
    await b.simulator.drain()
    const failed = await textOf(b.simulator.url)
    expect(rowsOf(failed, 'events')[0]?.slice(1, 3)).toEqual(['product.created', '1 pending'])
    b.account.advance(60)
    await b.simulator.drain()
    const page = await textOf(b.simulator.url)
    const host = new URL(hook.url).host
    expect(rowsOf(page, 'attempts').map((row) => row.slice(1, 5))).toEqual([
      ['200', 'product.created', '2', host],
      ['503', 'product.created', '1', host],
    ])
    expect(rowsOf(page, 'events')[0]?.[2]).toBe('none pending')
    expect(rowsOf(page, 'accounts').map((row) => [row[0], row[2], row[3]])).toEqual([
      ['sk_test_••••', '1', '1'],
    ])
  })

  test('no more than the newest twenty', async () => {
    const b = await bench()
    const hook = await endpoint()
    b.account.addWebhookEndpoint({ url: hook.url })
    for (let n = 0; n < 23; n += 1) {
      await b.call('POST', '/v1/products', `name=Notebook&id=prod_${n}`)
      b.account.advance(1)
    }
    await b.simulator.drain()
    const newest = b.account.events().slice(-20).reverse()
    const ids = newest.map((event) => Object(event).id)
    const page = await textOf(b.simulator.url)
    expect(rowsOf(page, 'events').map((row) => row[4])).toEqual(ids)
    expect(rowsOf(page, 'attempts').map((row) => row[6])).toEqual(ids)
  })

  test('a clock beyond all dates does not break the page', async () => {
    const b = await bench()
    b.account.advance(1e14)
    expect(await textOf(b.simulator.url)).toContain('1000017')
  })
})

describe('discretion', () => {
  test('shows no key, secret, payload, or more of an endpoint than its host', async () => {
    const b = await bench()
    const key = 'sk_test_51HsesameSesame9876'
    const account = b.simulator.account(key)
    const { secret } = account.addWebhookEndpoint({
      url: 'http://user:hush@127.0.0.1:1/hook-path?token=zephyr',
      secret: 'whsec_murmur',
    })
    await b.call('POST', '/v1/customers', 'email=ada@example.com&name=<b>Ada</b>', {
      authorization: `Bearer ${key}`,
    })
    await b.simulator.drain()
    const page = await textOf(b.simulator.url)
    expect(rowsOf(page, 'events')[0]?.[1]).toBe('customer.created')
    expect(page).toContain('sk_test_••••9876')
    expect(rowsOf(page, 'attempts')[0]?.slice(1, 5)).toEqual([
      'econnrefused',
      'customer.created',
      '1',
      '127.0.0.1:1',
    ])
    for (const hidden of [key, secret, 'hush', 'hook-path', 'zephyr', 'ada@example', 'Ada']) {
      expect(page).not.toContain(hidden)
    }
  })

  test.each([
    ['sk_test_51HabcdEfghIjkl', 'sk_test_••••Ijkl'],
    ['sk_live_51HabcdEfghIjkl', 'sk_live_••••Ijkl'],
    ['sk_test_short', 'sk_test_••••'],
    ['whatever', '••••'],
  ])('%s is shown as %s', (key, shown) => {
    expect(maskedKey(key)).toBe(shown)
  })

  test('what names itself in markup stays text', async () => {
    const b = await bench()
    b.simulator.account('sk_test_<img src=x onerror=alert(1)><i>')
    b.simulator.account('<script>alert(1)</script>')
    const page = await textOf(b.simulator.url)
    expect(page).not.toContain('<img')
    expect(page).toContain('••••&gt;&lt;i&gt;')
  })

  test('fetches from nowhere, is not stored, not framed, runs its own script alone', async () => {
    const page = await open((await bench()).simulator.url)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(await page.text()).not.toMatch(/(?:src|href)="(?!\/|data:,)/)
  })
})
