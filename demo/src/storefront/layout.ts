// Owns the frame of every page: head, header, footer; text is escaped by the template itself.
import { html } from 'hono/html'
import { SHOP_NAME } from '../goods.ts'

export type Html = ReturnType<typeof html>

export interface Frame {
  readonly title: string
  readonly simulatorUrl: string
  /** Which entry of the navigation is this page. */
  readonly here: 'shop' | 'membership' | 'orders' | null
  /** Scripts of this page, by their file names. */
  readonly scripts?: readonly string[]
}

/** Nothing comes from elsewhere, so a page that was tampered with can load nothing either. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
} as const

export function page(frame: Frame, body: Html): Html {
  const current = (entry: Frame['here']) =>
    entry === frame.here ? html` aria-current="page"` : html``
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${frame.title} · ${SHOP_NAME}</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
${(frame.scripts ?? []).map((name) => html`<script type="module" src="/assets/${name}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/"><img src="/assets/mark.svg" alt="" width="30" height="30"><span>${SHOP_NAME}</span></a>
<nav aria-label="Main">
<a href="/"${current('shop')}>Shop</a>
<a href="/membership"${current('membership')}>Membership</a>
<a href="/orders"${current('orders')}>Your orders</a>
</nav>
</header>
<main id="main">${body}</main>
<footer>
<p>A demonstration shop: nothing is charged and nothing is sent. Payments go through a
<a href="${frame.simulatorUrl}/">local simulator</a>, orders through Quittance.</p>
</footer>
</body>
</html>`
}

/** The text of a page. The template answers a promise only for promises inside, and none is. */
export function textOf(content: Html): string {
  if (content instanceof Promise) throw new TypeError('a page holds a promise')
  return String(content)
}

export function dateText(at: Date): string {
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
}

export function timeText(at: Date): string {
  return at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}
