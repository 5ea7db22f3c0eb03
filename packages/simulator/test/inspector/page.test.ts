// Goal: a person who opens the address finds every view, readable without JavaScript. Method: plain HTTP at `/`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { prefersHtml } from '../../src/edge/prefers-html.ts'
import { apiKey, bench, endpoint } from '../support.ts'
import { browserAccept, idOf, open, post, rowsOf, textOf, view } from './support.ts'

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
    const head = await open(simulator.url, '/', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await open(simulator.url, '/', { method: 'POST' })).status).toBe(401)
  })

  test('an API client hears what Stripe says: 401 without a key, 404 with one', async () => {
    const { simulator } = await bench()
    const bare = await fetch(`${simulator.url}/`)
    expect([bare.status, bare.headers.get('content-type')]).toEqual([401, 'application/json'])
    const authorization = `Bearer ${apiKey}`
    const keyed = await fetch(`${simulator.url}/`, { headers: { authorization } })
    expect(keyed.status).toBe(404)
    expect((await open(simulator.url, '/', { headers: { authorization } })).status).toBe(404)
  })

  test('fetches from nowhere, is not stored, not framed, runs its own script alone', async () => {
    const page = await open((await bench()).simulator.url)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(await page.text()).not.toMatch(/(?:src|href|action)="(?!\/|data:,|#main)/)
  })
})

describe('how to reach it', () => {
  const start = async (url: string) => (await open(url, '/?tab=start')).text()

  test('names its own address; no socket where there is none', async () => {
    const { simulator } = await bench()
    const page = await start(simulator.url)
    expect(page).toContain(`port: ${simulator.port},`)
    expect(page).toContain(`--api-base ${simulator.url}`)
    expect(page).not.toContain('STRIPE_CLI_UNIX_SOCKET')
  })

  test('names its socket as a shell takes it', async () => {
    const directory = mkdtempSync(join(tmpdir(), "a <b> 'c' "))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const { simulator } = await bench({ socketPath: join(directory, 's.sock') })
    const page = await start(simulator.url)
    expect(page).toContain('STRIPE_CLI_UNIX_SOCKET=&#39;/')
    expect(page).toContain('a &lt;b&gt; &#39;\\&#39;&#39;c&#39;\\&#39;&#39; ')
  })

  test('offers the test numbers', async () => {
    const page = await start((await bench()).simulator.url)
    for (const number of ['4242 4242 4242 4242', 'AT61 1904 3002 3457 3201', '000123456789']) {
      expect(page).toContain(`<code>${number}</code>`)
    }
  })
})

describe('what happened', () => {
  test('requests, newest first, with what was wrong; one opened shows what was sent and answered', async () => {
    const b = await bench()
    await b.stripe.products.create({ name: 'Notebook' })
    await b.call('POST', '/v1/products', 'nmae=x')
    expect(rowsOf(await view(b, 'requests')).map((row) => row.slice(0, 2))).toEqual([
      ['POST/v1/productsparameter_unknown · nmae', '400'],
      ['POST/v1/products', '200'],
    ])
    expect(rowsOf(await view(b, 'requests', { only: 'errors' }))).toHaveLength(1)
    const { requests } = await b.sim('requests')
    const [failed] = Array.isArray(requests) ? requests : []
    const opened = textOf(await view(b, 'requests', { open: failed.id }))
    expect(opened).toContain('"nmae": "x"')
    expect(opened).toContain('Received unknown parameter: nmae')
    expect(await view(b, 'requests', { open: 'req_gone' })).toContain(
      'no request req_gone any more',
    )
  })

  test('events: what changed is marked, where it went is told, a type filters', async () => {
    const b = await bench()
    const hook = await endpoint()
    b.account.addWebhookEndpoint({ url: hook.url })
    const { id } = await b.stripe.products.create({ name: 'Notebook' })
    await b.stripe.products.update(id, { name: 'Book' })
    expect(rowsOf(await view(b, 'events')).map((row) => row.slice(0, 2))).toEqual([
      [`product.updated${id}`, '1 pending'],
      [`product.created${id}`, '1 pending'],
    ])
    expect(rowsOf(await view(b, 'events', { only: 'product.cre*' }))).toHaveLength(1)
    await b.simulator.drain()
    const event = Object(b.account.events().at(-1))
    const page = await view(b, 'events', { open: event.id })
    const marked = [...page.matchAll(/<mark>([\s\S]*?)<\/mark>/g)].map(([, line = '']) =>
      textOf(line),
    )
    expect(marked.join()).toMatch(/"name": "Book".*"name": "Notebook"/)
    expect(marked).not.toContain(`"id": "${id}",`)
    expect(textOf(page)).toContain('name "Notebook" → "Book"')
    expect(textOf(page)).toContain(`delivered ${hook.url} 1 attempt`)
  })

  test('deliveries by endpoint, with every attempt and the time of the next', async () => {
    const b = await bench()
    const hook = await endpoint((index) => (index === 0 ? 503 : 200))
    b.account.addWebhookEndpoint({ url: hook.url })
    await b.stripe.products.create({ name: 'Notebook' })
    await b.simulator.drain()
    const failed = textOf(await view(b, 'deliveries'))
    expect(failed).toContain('waitingproduct.created503next in')
    expect(failed).toContain('1 not delivered')
    b.account.advance(60)
    await b.simulator.drain()
    expect(textOf(await view(b, 'deliveries'))).toContain('deliveredproduct.created503200')
    expect(await view(b, 'deliveries', { only: 'failed' })).not.toContain('<details')
  })

  test('an account that is connected stands below its platform, with its own requests', async () => {
    const b = await bench()
    const { id } = await b.stripe.accounts.create({ type: 'express' })
    await b.stripe.products.create({ name: 'theirs' }, { stripeAccount: id })
    const page = await (await open(b.simulator.url, `/?account=${id}`)).text()
    expect(page).toContain('class="below"')
    expect(rowsOf(page).map(([link]) => link)).toEqual([`POST/v1/productsfor ${id}`])
    const clock = await (await open(b.simulator.url, `/?account=${id}&tab=clock`)).text()
    expect(clock).toContain('its platform’s clock')
    const state = await (await open(b.simulator.url, `/?account=${id}&tab=state`)).text()
    expect(state).not.toContain('/_sim/reset')
  })

  test('a clock beyond all dates does not break a view', async () => {
    const b = await bench({ now: () => 1e17 })
    await b.stripe.products.create({ name: 'a' })
    for (const tab of ['requests', 'events', 'clock']) {
      expect(await view(b, tab)).toContain('100000000000000')
    }
  })
})

describe('without JavaScript', () => {
  test('a form does its work and leads back to the view', async () => {
    const b = await bench()
    const start = b.account.now()
    const account = idOf(b)
    const back = `/?account=${account}&tab=clock`
    const moved = await post(
      b.simulator.url,
      `/_sim/clock?account=${account}`,
      'months%3Anumber=1',
      back,
    )
    expect([moved.status, moved.headers.get('location')]).toEqual([303, back])
    expect(b.account.now() - start).toBeGreaterThan(27 * 86_400)
  })

  test('what cannot be done is said, and a new secret is shown', async () => {
    const b = await bench()
    const account = idOf(b)
    const refused = await post(
      b.simulator.url,
      `/_sim/clock?account=${account}`,
      'advance%3Anumber=-5',
    )
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('only moves forward')
    const { id } = b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/' })
    const path = `/_sim/webhook_endpoints/${id}/roll?account=${account}`
    const rolled = await (await post(b.simulator.url, path, 'overlap%3Anumber=3600')).text()
    expect(rolled).toContain(b.account.webhookEndpoints()[0]?.secret)
  })

  test('a page of another site cannot post one', async () => {
    const b = await bench()
    const answer = await fetch(`${b.simulator.url}/_sim/reset`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(answer.status).toBe(403)
  })
})
