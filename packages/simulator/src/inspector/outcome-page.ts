/** What a browser without JavaScript sees after an action that cannot just lead back. */
import { html } from '../hosted/html.ts'
import { page } from '../hosted/layout.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { look } from './look.ts'

type Outcome = { readonly back: string } & (
  | { readonly error: string }
  | { readonly secret: string }
)

export function outcomePage(status: number, outcome: Outcome): HostedResponse {
  const told =
    'error' in outcome
      ? html`<h1>Not done</h1><p role="alert">${outcome.error}</p>`
      : html`<h1>Done</h1><p>The signing secret, shown this once:</p><pre class="json">${outcome.secret}</pre>`
  const body = html`<body class="outcome"><main>${told}<p><a href="${outcome.back}">Back</a></p></main></body>`
  return page(status, 'Stripe simulator', body, look)
}
