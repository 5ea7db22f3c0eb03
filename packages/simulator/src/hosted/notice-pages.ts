/** The pages on which nothing is typed: the bank's question, and the ends of a session. */
import type { HostedResponse } from '../http/hosted-port.ts'
import type { OrderView } from './checkout-page.ts'
import { type Html, html } from './html.ts'
import { clock, question, shield, tick } from './icons.ts'
import { page, testModeBadge } from './layout.ts'
import { formatMoney } from './money.ts'

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

function facts(order: OrderView): Html {
  return html`<dl class="facts">
<div><dt>Merchant</dt><dd>${order.merchant}</dd></div>
<div><dt>Amount</dt><dd>${formatMoney(order.total, order.currency)}</dd></div>
</dl>`
}

export function challengePage(order: OrderView, action: string): HostedResponse {
  return notice(
    200,
    {
      title: 'Confirm your payment',
      mark: shield,
      tone: 'bank',
      text: 'This is the 3-D Secure page of a simulated bank. A real one would ask for a code or a tap in its app; here you decide how it ends.',
    },
    html`${facts(order)}
<form method="post" action="${action}">
<button class="submit" type="submit" name="outcome" value="complete">Complete authentication</button>
<button class="quiet" type="submit" name="outcome" value="fail">Fail authentication</button>
</form>`,
  )
}

export function expiredPage(order: OrderView): HostedResponse {
  const back = order.cancelUrl !== null && link(order.cancelUrl, `Back to ${order.merchant}`)
  return notice(
    410,
    {
      title: 'This checkout has expired',
      mark: clock,
      tone: 'wait',
      text: 'Nothing was charged. Go back and start the checkout again.',
    },
    html`${facts(order)}${back}`,
  )
}

export function completePage(
  order: OrderView,
  isPaid: boolean,
  next: string | null,
): HostedResponse {
  return notice(
    200,
    {
      title: isPaid ? 'You have already paid' : 'Your payment is on its way',
      mark: isPaid ? tick : clock,
      tone: isPaid ? 'good' : 'wait',
      text: isPaid
        ? 'This checkout is complete; there is nothing more to pay.'
        : 'This checkout is complete. The bank has not settled the payment yet.',
    },
    html`${facts(order)}${next !== null && link(next, `Return to ${order.merchant}`)}`,
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

function link(target: string, label: string): Html {
  return html`<a class="submit" href="${target}">${label}</a>`
}
