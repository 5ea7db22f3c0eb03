/** The request log of an account, and one request with what was sent and answered. */
import { type Html, html } from '../hosted/html.ts'
import { jsonView } from './json-view.ts'
import { breakable, copyButton, empty, moment, statusPill } from './parts.ts'
import {
  type RequestOpened,
  type RequestSeen,
  requestOpened,
  requestsSeen,
} from './read-requests.ts'
import { type Detail, facts, filters, type Row, split } from './split.ts'
import type { View } from './view.ts'

export function requestsView({ account, place }: View): Html {
  const all = requestsSeen(account)
  const shown = place.only === 'errors' ? all.filter(({ status }) => status >= 400) : all
  const opened = requestOpened(account, place.open)
  return split({
    place,
    name: 'Requests',
    tools: html`${filters(
      place,
      [
        ['', 'All'],
        ['errors', 'Errors'],
      ],
      'Which requests',
    )}<span class="note">the newest 200</span>`,
    columns: ['Request', 'Status', 'Time'],
    rows: shown.map((request) => row(request, account.now())),
    empty:
      all.length > 0
        ? 'No request has failed.'
        : 'None yet. What your code or the Stripe CLI asks of this account shows up here.',
    detail: opened ? detail(opened) : gone(place.open, 'request'),
  })
}

function row({ id, method, path, status, at, account, error }: RequestSeen, now: number): Row {
  return {
    id,
    link: html`<span class="verb">${method}</span><span class="what"><span>${breakable(path)}</span>${error && html`<span class="sub bad">${error.code ?? error.type}${error.param !== undefined && html` · <code>${error.param}</code>`}</span>`}${account !== null && html`<span class="sub">for ${account}</span>`}</span>`,
    cells: [statusPill(status), moment(at, now)],
  }
}

function detail(request: RequestOpened): Detail {
  const { id, method, path, status, at, version, idempotencyKey, account, error } = request
  return {
    title: html`<span class="verb">${method}</span> ${breakable(path)}`,
    content: html`${facts([
      ['Status', statusPill(status)],
      ['Time', moment(at)],
      ['Request', html`<code>${id}</code>`],
      ['Version', version],
      ['Idempotency key', idempotencyKey],
      ['For', account],
    ])}
${error && html`<div class="fault"><strong>${error.code ?? error.type}${error.decline_code !== undefined && ` · ${error.decline_code}`}</strong>${error.param !== undefined && html` <code>${error.param}</code>`}<p>${error.message}</p></div>`}
${block('Parameters', request.params)}${block('Answer', request.answer)}`,
  }
}

function block(name: string, value: unknown): Html {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  const text = JSON.stringify(value, null, 2)
  return html`<div class="block-head"><h3>${name}</h3>${!isEmpty && copyButton(text, name)}</div>
${isEmpty ? empty('None.') : jsonView(value, name)}`
}

/** A row that was opened and is no more. */
export function gone(open: string, what: string): Detail | undefined {
  if (open === '') return undefined
  return {
    title: html`Gone`,
    content: empty(
      `There is no ${what} ${open} any more: it was the oldest, or of before a reset.`,
    ),
  }
}
