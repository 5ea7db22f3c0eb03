/** The frame of every page of the portal: whose it is on the left, what is to do on the right. */
import { type Html, html } from '../hosted/html.ts'
import { arrowLeft } from '../hosted/icons.ts'
import { lookOf, page, scriptTag, testModeBadge } from '../hosted/layout.ts'
import { footer } from '../hosted/order-summary.ts'
import { webUrl } from '../hosted/order-view.ts'
import { script } from '../hosted/script.ts'
import { styles } from '../hosted/styles.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { portalStyles } from './styles.ts'
import type { Visit } from './visit.ts'

const look = lookOf({ styles: styles + portalStyles, script })

interface Framed {
  readonly title: string
  readonly body: Html
  readonly status?: number
  /** Where a page below the portal leads back to; null in a flow, which has no portal around it. */
  readonly backTo?: string | null
  /** What went wrong, for the customer. */
  readonly error?: string | undefined
}

export function frame(visit: Visit, framed: Framed): HostedResponse {
  const { title, body, status = 200, backTo = null, error } = framed
  const document = html`<body>
<div class="page portal">
<header class="summary">${aside(visit)}</header>
<main class="pay"><div class="column">
${backTo !== null && html`<a class="back" href="${backTo}">${arrowLeft}<span>Back to your billing</span></a>`}
<h1>${title}</h1>
${error !== undefined && html`<p class="error" role="alert" tabindex="-1" autofocus>${error}</p>`}
${body}
${footer}
</div></main>
</div>
${scriptTag}
</body>`
  const isWrong = status >= 400
  return page(status, `${isWrong ? 'Error: ' : ''}${title} · ${visit.merchant}`, document, look)
}

function aside({ merchant, configuration, customer, returnUrl }: Visit): Html {
  const { headline, privacy_policy_url, terms_of_service_url } = configuration.business_profile
  const link = (url: string | null, label: string) => {
    const target = webUrl(url)
    return target !== null && html`<a href="${target}">${label}</a>`
  }
  return html`<div class="column">
<div class="merchant"><strong>${merchant}</strong> ${testModeBadge}</div>
<p class="total-large">${headline || 'Manage your billing'}</p>
<p class="heading-note">${customer.name || customer.email || customer.id}</p>
${returnUrl !== null && html`<a class="back return" href="${returnUrl}">${arrowLeft}<span>Return to ${merchant}</span></a>`}
<p class="legal">${link(terms_of_service_url, 'Terms')} ${link(privacy_policy_url, 'Privacy')}</p>
${footer}
</div>`
}

export function section(id: string, title: string, body: Html): Html {
  return html`<section class="section" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`
}

interface Action {
  readonly path: string
  readonly label: string
  readonly look?: 'submit' | 'quiet' | 'plain'
  /** Says which one, where several look alike. */
  readonly of?: string
  readonly fields?: Readonly<Record<string, string>>
}

/** A button that does something at once. */
export function button({ path, label, look: kind = 'plain', of, fields = {} }: Action): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${path}">${hidden}<button class="${kind === 'plain' ? 'mini' : kind}" type="submit">${label}${of && html`<span class="hidden"> ${of}</span>`}</button></form>`
}
