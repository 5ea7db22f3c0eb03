// Owns the pages that a buyer sees: small, self-contained, without script, every value escaped.

import type { SuccessView } from '../checkout/return.ts'
import type { Order } from '../model.ts'
import type { ShownOrderStatus } from '../types.ts'
import { formatAmount } from './http/money.ts'

export interface Page {
  readonly html: string
  /** Sent as the header of that name; without it the page has none. */
  readonly contentSecurityPolicy?: string
}

/** Whole documents. Escape what you put into them: `escapeHtml` is exported for that. */
export interface Pages {
  /** `view.order` is null for a visitor who proved nothing: show the status and nothing else. */
  success(view: SuccessView, url: URL): Page | Promise<Page>
  cancel(): Page
  /** For unknown, malformed and foreign sessions alike. */
  notFound(): Page
  /** The order cannot be shown now, through no fault of the buyer. */
  unavailable(): Page
}

type Tone = 'good' | 'wait' | 'bad'

interface Wording {
  readonly title: string
  readonly text: string
  readonly tone: Tone
  /** Nothing more will happen by itself, so the page need not look again. */
  readonly ended: boolean
}

const WORDS: Readonly<Record<ShownOrderStatus, Wording>> = {
  pending: {
    title: 'Waiting for your payment',
    text: 'We have not heard of a payment yet. This page looks again by itself.',
    tone: 'wait',
    ended: false,
  },
  confirmed: {
    title: 'Confirming your payment',
    text: 'Welcome back. We are asking for the payment now; this takes a moment.',
    tone: 'wait',
    ended: false,
  },
  awaiting_payment: {
    title: 'Your payment is on its way',
    text: 'Your bank needs some time, for some methods a few days. You need not pay again.',
    tone: 'wait',
    ended: false,
  },
  fulfilled: {
    title: 'Paid. Thank you!',
    text: 'Your payment has arrived and your order is complete.',
    tone: 'good',
    ended: true,
  },
  payment_failed: {
    title: 'The payment did not go through',
    text: 'Your bank did not complete it. You can order again and pay another way.',
    tone: 'bad',
    ended: true,
  },
  expired: {
    title: 'This checkout has expired',
    text: 'It was open for too long and no payment arrived. You can order again.',
    tone: 'bad',
    ended: true,
  },
  canceled: {
    title: 'This order was canceled',
    text: 'It was closed before a payment arrived. You can order again.',
    tone: 'bad',
    ended: true,
  },
  failed: {
    title: 'Something went wrong on our side',
    text: 'Your order is safe and we are looking at it. Please do not pay again.',
    tone: 'wait',
    ended: false,
  },
}

/** Seconds between looks. Each asks the server anew, so they thin out and come to an end. */
const POLL_SECONDS = [1, 1, 1, 2, 2, 2, 3, 3, 5, 5, 10, 10, 15, 15, 30, 30, 60, 60] as const

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c1b22;--soft:#66636f;--card:#fff;--back:#f4f2ee;--line:#e4e0d8}
@media(prefers-color-scheme:dark){:root{--ink:#f0eef4;--soft:#a9a5b5;--card:#24222b;--back:#17161b;--line:#383541}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);color:var(--ink);font:1rem/1.55 ui-sans-serif,system-ui,sans-serif}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;box-shadow:0 1rem 3rem #0000000f}
h1{margin:1rem 0 .5rem;font-size:1.4rem;line-height:1.25;letter-spacing:-.01em}
p{margin:0;color:var(--soft)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1.5rem;margin:1.5rem 0 0;padding-top:1.5rem;border-top:1px solid var(--line)}
dt{color:var(--soft)}dd{margin:0;text-align:right;overflow-wrap:anywhere}
a{color:inherit}.back{margin-top:1.5rem}
.mark{width:2.75rem;height:2.75rem;border-radius:50%;display:grid;place-items:center;font-size:1.25rem;font-weight:600;color:#fff}
.good{background:#15803d}.wait{background:#a16207}.bad{background:#b91c1c}
`
const MARKS: Readonly<Record<Tone, string>> = { good: '✓', wait: '…', bad: '!' }

/** No script, no request to anywhere, and in nobody's frame. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

interface Content {
  readonly title: string
  readonly text: string
  readonly tone: Tone
  readonly head?: string
  readonly after?: string
  readonly status?: string
}

function page({ title, text, tone, head = '', after = '', status }: Content): Page {
  const attribute = status === undefined ? '' : ` data-status="${escapeHtml(status)}"`
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
${head}<style>${STYLE}</style>
</head>
<body>
<main${attribute}>
<div class="mark ${tone}" aria-hidden="true">${MARKS[tone]}</div>
<h1 role="status">${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
${after}</main>
</body>
</html>
`
  return { html, contentSecurityPolicy: POLICY }
}

/** Where and when the page looks again, or nothing once it has looked often enough. */
function refresh(url: URL): string {
  const looked = Number(url.searchParams.get('poll') ?? 0)
  const seconds = Number.isSafeInteger(looked) ? POLL_SECONDS[Math.max(looked, 0)] : undefined
  if (seconds === undefined) return ''
  const next = new URLSearchParams({
    session_id: url.searchParams.get('session_id') ?? '',
    poll: String(Math.max(looked, 0) + 1),
  })
  return `<meta http-equiv="refresh" content="${seconds};url=?${escapeHtml(next.toString())}">\n`
}

function details(order: Order): string {
  const amount = order.amountTotal ?? order.expectedSubtotal
  const rows: readonly (readonly [string, string])[] = [
    ['Order', order.id],
    ['Item', order.itemId],
    ['Quantity', String(order.quantity)],
    [order.amountTotal === null ? 'Price' : 'Total', formatAmount(amount, order.currency)],
    ...(order.amountRefunded > 0
      ? [['Refunded', formatAmount(order.amountRefunded, order.currency)] as const]
      : []),
  ]
  const items = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
  return `<dl>${items.join('')}</dl>\n`
}

export const DEFAULT_PAGES = {
  success({ status, order }, url) {
    const words = WORDS[status]
    return page({
      ...words,
      status,
      head: words.ended ? '' : refresh(url),
      after: order === null ? '' : details(order),
    })
  },
  cancel: () =>
    page({
      title: 'You turned back',
      text: 'You left the payment page. Your order is still open; if you paid after all, it will be completed.',
      tone: 'wait',
    }),
  notFound: () =>
    page({
      title: 'Nothing here',
      text: 'There is no order to show at this address.',
      tone: 'bad',
    }),
  unavailable: () =>
    page({
      title: 'We cannot show your order right now',
      text: 'Nothing is lost. Please reload this page in a moment, and do not pay again.',
      tone: 'wait',
    }),
} satisfies Pages
