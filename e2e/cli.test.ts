// Goal: the command line works beside a running demo, the official Stripe CLI included.
// Method: HTTP and processes only: the built demo, `quittance …` as processes of their own.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Demo, startDemo, until } from './support/demo.ts'

interface EventJson {
  readonly eventId: string
  readonly type: string
  readonly state: string
  readonly reason: string | null
  readonly generation: number
}

let demo: Demo
beforeAll(async () => {
  demo = await startDemo()
})
afterAll(async () => {
  await demo?.stop()
})

async function json(...args: string[]) {
  const { code, out, err } = await demo.cli(...args, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

/** The newest event of the type that has ended. */
const endedEvent = (type: string): Promise<EventJson> =>
  until(`an ended ${type}`, async () => {
    const events: readonly EventJson[] = await json('events', 'list', '--type', type)
    return events.find(({ state }) => state !== 'ready' && state !== 'waiting') ?? null
  })

describe('what it says when it is ready', () => {
  it('is exactly one line of JSON with its addresses', () => {
    expect(demo.stdout().trim().split('\n')).toHaveLength(1)
    expect(demo.webhook).toBe(`${demo.url}/webhooks/stripe`)
    expect(demo.success).toBe(`${demo.url}/success`)
    expect(demo.simulator).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
  it('is true: alive, ready, and a shop', async () => {
    for (const path of ['/healthz', '/readyz', '/', '/assets/shop.css']) {
      expect((await fetch(`${demo.url}${path}`)).status).toBe(200)
    }
  })
  it('answers an unknown address with a page for people and JSON for programs', async () => {
    const ask = (path: string, accept: string) =>
      fetch(`${demo.url}${path}`, { headers: { accept } })
    const page = await ask('/nope', 'text/html,application/xhtml+xml,*/*;q=0.8')
    expect(page.status).toBe(404)
    expect(page.headers.get('content-type')).toMatch(/text\/html/)
    expect(await page.text()).toContain('Back to the shop')
    const refusals = [await ask('/nope', 'application/json'), await ask('/api/nope', 'text/html')]
    for (const refusal of refusals) {
      expect(refusal.status).toBe(404)
      expect(JSON.parse(await refusal.text()).error.code).toBe('ROUTE_UNKNOWN')
    }
    expect((await ask('/healthz', 'text/html')).status).toBe(200)
    expect((await ask('/favicon.ico', 'image/*')).headers.get('content-type')).toMatch(/svg/)
  })
  it('has nothing at an address that cannot be an order’s', async () => {
    for (const path of ['/orders/%00', '/orders/%00/progress', '/orders/ord_none']) {
      expect((await fetch(`${demo.url}${path}`)).status, path).toBe(404)
    }
  })
})

describe('quittance stripe', () => {
  it('triggers an event that arrives signed, is recorded, and touches nothing', async () => {
    const { code } = await demo.cli('stripe', 'trigger', 'customer.created')
    expect(code).toBe(0)
    expect(await endedEvent('customer.created')).toMatchObject({
      state: 'ignored',
      reason: 'unhandled',
    })
  })
  it('completes a checkout that is not ours, and the log names the cure', async () => {
    const { code } = await demo.cli('stripe', 'trigger', 'checkout.session.completed')
    expect(code).toBe(0)
    const event = await endedEvent('checkout.session.completed')
    expect(event).toMatchObject({ state: 'ignored', reason: 'not_ours' })
    expect(demo.log()).toMatch(/not_ours.*metadata\.quittance_order/)
  })
  it('hands the exit code on', async () => {
    expect((await demo.cli('stripe', 'trigger', 'no.such.event')).code).not.toBe(0)
  })
})

describe('orders and events', () => {
  let orderId: string
  let cookie: string

  const orderPage = async () => {
    const headers = { cookie, accept: 'text/html' }
    return await (await fetch(`${demo.url}/orders/${orderId}`, { headers })).text()
  }

  it('shows an order that was made over HTTP', async () => {
    const response = await fetch(`${demo.url}/api/checkout/create-session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ itemId: 'premium_product_demo', quantity: 3 }),
    })
    expect(response.status).toBe(201)
    const made: { orderId: string; url: string } = JSON.parse(await response.text())
    orderId = made.orderId
    const given = response.headers.get('set-cookie') ?? ''
    expect(given).toMatch(/HttpOnly/)
    cookie = given.split(';')[0] ?? ''
    expect(await orderPage()).toContain('Not paid yet')
    expect(await json('orders', 'show', orderId)).toMatchObject({
      id: orderId,
      status: 'pending',
      quantity: 3,
      expectedSubtotal: 14_700,
      history: [{ from: null, to: 'pending' }],
    })
    const table = await demo.cli('orders', 'show', orderId)
    expect(table.out).toMatch(/expectedSubtotal +\$147\.00/)
    expect(table.out).not.toContain(made.url)
  })

  it('refuses what only a tampered page would send', async () => {
    const response = await fetch(`${demo.url}/api/checkout/create-session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ itemId: 'premium_product_demo', quantity: 1, price: 1 }),
    })
    expect(response.status).toBe(422)
  })

  it('replays an event without doing anything twice', async () => {
    const before = await endedEvent('customer.created')
    expect(await json('replay', before.eventId)).toMatchObject({ generation: 2 })
    const after = await until('the second generation', async () => {
      const event: EventJson = await json('events', 'show', before.eventId)
      return event.generation === 2 && event.state === 'ignored' ? event : null
    })
    expect(after.reason).toBe('unhandled')
  })

  it('survives a killed process: the next one has everything', async () => {
    const events: readonly EventJson[] = await json('events', 'list')
    await demo.kill()
    const gone = await demo.cli('events', 'list')
    expect(gone.code).toBe(1)
    expect(gone.err).toMatch(/no server is running/)
    // What the simulator knew is lost, too: the database has to do without.
    rmSync(join(demo.dataDir, 'simulator.json'))
    demo = await startDemo(demo.dataDir)
    const again: readonly EventJson[] = await json('events', 'list')
    const ids = new Set(again.map(({ eventId }) => eventId))
    for (const { eventId } of events) expect(ids).toContain(eventId)
    expect((await json('orders', 'show', orderId)).status).toBe('pending')
    expect(await orderPage()).toMatch(/This payment page is gone[\s\S]*\/#premium_product_demo/)
    const { code } = await demo.cli('stripe', 'trigger', 'product.created')
    expect(code).toBe(0)
    expect(await endedEvent('product.created')).toMatchObject({ state: 'ignored' })
  })

  it('stops on SIGTERM with exit code 0', async () => {
    expect(await demo.stop()).toBe(0)
  })
})
