/** The pages on which nothing is typed: the bank's question, and the ends of a session. */

import type { Session } from '../account/tables.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { type Html, html } from './html.ts'
import { clock, question, shield, tick } from './icons.ts'
import { page, testModeBadge } from './layout.ts'
import { linked } from './linked-text.ts'

interface Notice {
  readonly title: string
  readonly mark: Html
  readonly tone: 'good' | 'wait' | 'bank'
  readonly text: string
}

function notice(
  status: number,
  { title, mark, tone, text }: Notice,
  rest: Html | null,
): HostedResponse {
  const body = html`<body>
<main class="notice"><section class="card">
<div>${testModeBadge}</div>
<div class="mark ${tone}">${mark}</div>
<h1>${title}</h1>
<p>${text}</p>
${rest}
</section></main>
</body>`
  return page(status, title, body)
}

/** What a payment is about; no amount where nothing is paid. */
export interface Facts {
  readonly merchant: string
  readonly amount: string | null
}

function facts({ merchant, amount }: Facts): Html {
  return html`<dl class="facts">
<div><dt>Merchant</dt><dd>${merchant}</dd></div>
${amount !== null && html`<div><dt>Amount</dt><dd>${amount}</dd></div>`}
</dl>`
}

export function challengePage(about: Facts, action: string): HostedResponse {
  return notice(
    200,
    {
      title: about.amount === null ? 'Confirm your card' : 'Confirm your payment',
      mark: shield,
      tone: 'bank',
      text: 'This is the 3-D Secure page of a simulated bank. A real one would ask for a code or a tap in its app; here you decide how it ends.',
    },
    html`${facts(about)}
<form method="post" action="${action}">
<button class="submit" type="submit" name="outcome" value="complete">Complete authentication</button>
<button class="quiet" type="submit" name="outcome" value="fail">Fail authentication</button>
</form>`,
  )
}

interface Choices {
  readonly title: string
  readonly text: string
  /** Where the choice is posted. */
  readonly action: string
  readonly choices: readonly (readonly [outcome: string, label: string])[]
}

export function decisionPage({ title, text, action, choices }: Choices): HostedResponse {
  const buttons = choices.map(
    ([outcome, label], index) =>
      html`<button class="${index === 0 ? 'submit' : 'quiet'}" type="submit" name="outcome" value="${outcome}">${label}</button>`,
  )
  return notice(
    200,
    { title, mark: shield, tone: 'bank', text },
    html`<form method="post" action="${action}">${buttons}</form>`,
  )
}

export function donePage(text = 'You can close this page.'): HostedResponse {
  return notice(200, { title: 'Done', mark: tick, tone: 'good', text }, null)
}

export function unknownLinkPage(): HostedResponse {
  return notice(
    404,
    {
      title: 'This link leads nowhere',
      mark: question,
      tone: 'wait',
      text: 'It has been used, is too old, or the simulator was reset since it was made.',
    },
    null,
  )
}

interface ExpiredView extends Facts {
  readonly cancelUrl: string | null
  /** Where the same order can be opened anew. */
  readonly recoverUrl: string | null
}

export function expiredPage(view: ExpiredView): HostedResponse {
  const { merchant, cancelUrl, recoverUrl } = view
  const again = recoverUrl !== null && link(recoverUrl, 'Continue with this order')
  const back =
    cancelUrl !== null && link(cancelUrl, `Back to ${merchant}`, again ? 'quiet' : 'submit')
  return notice(
    410,
    {
      title: 'This checkout has expired',
      mark: clock,
      tone: 'wait',
      text: again
        ? 'Nothing was charged. You can still continue with the same order.'
        : 'Nothing was charged. Go back and start the checkout again.',
    },
    html`${facts(view)}${again}${back}`,
  )
}

interface CompleteView extends Facts {
  readonly session: Pick<Session, 'mode' | 'payment_status'>
  readonly next: string | null
  /** The merchant's thanks. */
  readonly message: string | null
}

export function completePage(view: CompleteView): HostedResponse {
  const { session, next, message, merchant } = view
  const isOnItsWay = session.mode === 'payment' && session.payment_status === 'unpaid'
  const words = isOnItsWay ? onItsWay : done[session.mode]
  return notice(
    200,
    { mark: isOnItsWay ? clock : tick, tone: isOnItsWay ? 'wait' : 'good', ...words },
    html`${message && html`<p class="message">${linked(message)}</p>`}${facts(view)}${next !== null && link(next, `Return to ${merchant}`)}`,
  )
}

const onItsWay = {
  title: 'Your payment is on its way',
  text: 'This checkout is complete. The bank has not settled the payment yet.',
}

const done: Readonly<Record<Session['mode'], { readonly title: string; readonly text: string }>> = {
  payment: {
    title: 'You have paid',
    text: 'This checkout is complete; there is nothing more to pay.',
  },
  setup: {
    title: 'Your payment method is saved',
    text: 'This checkout is complete. Nothing was charged.',
  },
  subscription: {
    title: 'You are subscribed',
    text: 'This checkout is complete; there is nothing more to do.',
  },
}

/** What somebody followed a link to is not to be had any more; the merchant may say why. */
export function goneLinkPage(message: string): HostedResponse {
  return notice(
    410,
    { title: 'This page is not available', mark: clock, tone: 'wait', text: message },
    null,
  )
}

export function unknownPage(): HostedResponse {
  return notice(
    404,
    {
      title: 'No such checkout',
      mark: question,
      tone: 'wait',
      text: 'The link is wrong, or the simulator was reset since it was made.',
    },
    null,
  )
}

function link(target: string, label: string, look = 'submit'): Html {
  return html`<a class="${look}" href="${target}">${label}</a>`
}
