// Goal: the timeline tells each state as it is, and nothing that a buyer can set becomes markup.
// Method: pages are rendered from made-up orders; no server, no database.
import type { HistoryRow, Order, ShownOrderStatus } from '@quittance/engine'
import { describe, expect, it } from 'vitest'
import { CATALOGUE, GOODS, goodOf } from '../src/goods.ts'
import { textOf } from '../src/storefront/layout.ts'
import {
  cancelPage,
  orderPage,
  ordersPage,
  progress,
  successPage,
} from '../src/storefront/order-pages.ts'
import { shopPage } from '../src/storefront/shop-page.ts'
import { timeline } from '../src/storefront/timeline.ts'

const SIMULATOR = 'http://127.0.0.1:4243'
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second))

const order = (changes: Partial<Order> = {}): Order => ({
  id: 'ord_1',
  kind: 'payment',
  status: 'fulfilled',
  failed: false,
  held: false,
  heldReason: null,
  itemId: 'premium_product_demo',
  quantity: 2,
  priceId: 'price_1',
  currency: 'usd',
  unitAmount: 4_900,
  expectedSubtotal: 9_800,
  trialDays: null,
  userId: null,
  sessionId: 'cs_test_1',
  paymentIntentId: null,
  subscriptionId: null,
  amountSubtotal: 9_800,
  amountDiscount: 0,
  amountShipping: 0,
  amountTax: 0,
  amountTotal: 9_800,
  amountRefunded: 0,
  disputeStatus: null,
  paidAfterEnd: false,
  createdAt: at(0),
  updatedAt: at(9),
  fulfilledAt: at(9),
  ...changes,
})

const moved = (...states: readonly ShownOrderStatus[]): readonly HistoryRow[] =>
  states.map((to, index) => ({
    from: index === 0 ? null : 'pending',
    to,
    cause: 'event',
    eventId: null,
    note: null,
    at: at(index),
  }))

/** The classes of the steps, in order: what a person sees as dots. */
function dots(status: ShownOrderStatus, ...states: readonly ShownOrderStatus[]): string[] {
  const changes = status === 'failed' ? { failed: true } : { status }
  const text = textOf(timeline(status, order(changes), moved('pending', ...states)))
  return [...text.matchAll(/<li class="(\w+)"/g)].map((match) => match[1] ?? '')
}

describe('the timeline', () => {
  it('shows how far an order is', () => {
    expect(dots('pending')).toEqual(['now', 'next', 'next', 'next'])
    expect(dots('confirmed', 'confirmed')).toEqual(['done', 'now', 'next', 'next'])
    expect(dots('awaiting_payment', 'confirmed', 'awaiting_payment')).toEqual([
      'done',
      'done',
      'now',
      'next',
    ])
  })
  it('shows what was not needed as skipped, not as done', () => {
    expect(dots('fulfilled', 'confirmed', 'fulfilled')).toEqual(['done', 'done', 'skipped', 'done'])
    expect(dots('fulfilled', 'fulfilled')).toEqual(['done', 'skipped', 'skipped', 'done'])
  })
  it('ends where the order ended', () => {
    expect(dots('expired', 'expired')).toEqual(['done', 'ended'])
    expect(dots('canceled', 'confirmed', 'canceled')).toEqual(['done', 'done', 'ended'])
    expect(dots('payment_failed', 'confirmed', 'awaiting_payment', 'payment_failed')).toEqual([
      'done',
      'done',
      'done',
      'ended',
    ])
  })
  it('says so when it is our fault', () => {
    const text = textOf(timeline('failed', order({ failed: true, status: 'confirmed' }), []))
    expect(text).toContain('Your payment is safe')
  })
})

describe('pages', () => {
  const story = {
    order: order(),
    history: moved('pending', 'fulfilled'),
    delivery: null,
    isForgotten: false,
  }

  it('escape everything', () => {
    const evil = '<script>alert(1)</script>'
    const hurt = order({ itemId: evil, id: evil })
    const note = [...moved('pending').map((row) => ({ ...row, note: evil, cause: evil }))]
    const delivery = { kind: 'licence', lines: [evil] } as const
    const pages = [
      orderPage({ order: hurt, history: note, delivery, isForgotten: false }, SIMULATOR),
      ordersPage([hurt], SIMULATOR),
    ]
    for (const text of pages.map(textOf)) {
      expect(text).not.toContain(evil)
      expect(text).toContain('&lt;script&gt;')
    }
  })
  it('load nothing from elsewhere', () => {
    const texts = [shopPage(SIMULATOR), orderPage(story, SIMULATOR)].map(textOf)
    for (const text of texts) {
      expect(text).not.toMatch(/(src|href)="(?!\/|#|http:\/\/127\.0\.0\.1:4243)/)
    }
  })
  it('follow an order only while it can still change', () => {
    const live = (status: Order['status']) =>
      textOf(progress({ ...story, order: order({ status }) })).includes('data-final="false"')
    expect(live('confirmed')).toBe(true)
    expect(live('awaiting_payment')).toBe(true)
    expect(live('fulfilled')).toBe(false)
    expect(live('expired')).toBe(false)
  })
  it('say what is not paid, and lead back to the item where it never will be', () => {
    const shown = (status: Order['status'], isForgotten = false) =>
      textOf(progress({ ...story, order: order({ status }), isForgotten }))
    const again = 'href="/#premium_product_demo"'
    expect(shown('pending')).toContain('<h1>Not paid yet</h1>')
    expect(shown('confirmed')).toContain('<h1>One moment</h1>')
    for (const status of ['pending', 'confirmed', 'fulfilled'] as const) {
      expect(shown(status)).not.toContain(again)
    }
    expect(shown('payment_failed')).toContain(again)
    const gone = shown('pending', true)
    expect(gone).toContain('<h1>This payment page is gone</h1>')
    expect(gone).toContain(again)
    expect(gone).not.toMatch(/ask Stripe|waiting for you|<code>gone/)
    expect(textOf(cancelPage(SIMULATOR, 'premium_product_demo'))).toContain(again)
    expect(textOf(shopPage(SIMULATOR))).toContain('id="premium_product_demo"')
  })
  it('tell a stranger the status and nothing else', () => {
    const view = { orderId: 'ord_1', status: 'fulfilled', order: null } as const
    const text = textOf(successPage(view, null, SIMULATOR))
    expect(text).toContain('Thank you')
    expect(text).not.toMatch(/ord_1|98\.00|Quire Premium/)
  })
})

describe('the goods', () => {
  it('have the item that guides name, and each a lookup key of its own', () => {
    expect(goodOf('premium_product_demo')?.name).toBe('Quire Premium')
    const keys = Object.values(CATALOGUE).map((item) => item.lookupKey)
    expect(new Set(keys).size).toBe(GOODS.length)
  })
})

it('both links to the simulator open its page for people', () => {
  const links = [...textOf(shopPage(SIMULATOR)).matchAll(/href="(http[^"]*)"/g)]
  expect(links.map(([, target]) => target)).toEqual([`${SIMULATOR}/`, `${SIMULATOR}/`])
})
