/** The shell of every hosted page: document, headers, test-mode badge. */
import { createHash } from 'node:crypto'
import type { HostedResponse } from '../http/hosted-port.ts'
import { type Html, html, trusted } from './html.ts'
import { script } from './script.ts'
import { styles } from './styles.ts'

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export interface Look {
  readonly styles: string
  readonly policy: string
}

interface LookParts {
  readonly styles: string
  readonly script: string
  /** The page may ask this simulator for news of itself. */
  readonly mayFetchItself?: boolean
}

/** No form-action: Chromium would apply it to the redirect back to the merchant as well. */
export function lookOf({ styles, script, mayFetchItself = false }: LookParts): Look {
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(styles)}`,
    `script-src ${hashOf(script)}`,
    'img-src data:',
    ...(mayFetchItself ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return { styles, policy }
}

const checkoutLook = lookOf({ styles, script })

export const testModeBadge = html`<span class="badge">TEST MODE — simulator</span>`

export function page(
  status: number,
  title: string,
  body: Html,
  look: Look = checkoutLook,
): HostedResponse {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(look.styles)}</style>
</head>
${body}
</html>
`
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': look.policy,
      // Not no-referrer: a form's own post would then come from `Origin: null`, as a stranger's does.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
    body: document.markup,
  }
}

export const scriptTag = html`<script>${trusted(script)}</script>`

/** 303: the browser fetches the target with GET, whatever brought it here. */
export function seeOther(location: string): HostedResponse {
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' }
}
