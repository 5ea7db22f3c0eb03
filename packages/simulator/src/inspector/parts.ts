/** The small pieces of which the inspector's views are made: times, pills, forms that act, fields. */
import { type Html, html, trusted } from '../hosted/html.ts'

/** An account's clock can be moved past what a date can hold. */
export function moment(seconds: number, now?: number): Html {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return html`${seconds}`
  const iso = date.toISOString()
  const [day, time] = iso.slice(-24, -5).split('T')
  const isToday = now !== undefined && Math.floor(now / 86_400) === Math.floor(seconds / 86_400)
  return html`<time datetime="${iso}" title="${day} ${time} UTC">${!isToday && html`<span class="day">${day}</span> `}${time}</time>`
}

/** A span of time in its two largest units. */
export function span(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const
  let left = Math.round(Math.abs(seconds))
  const parts: string[] = []
  for (const [name, size] of units) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count > 0 || (parts.length === 0 && size === 1)) parts.push(`${count} ${name}`)
  }
  return parts.slice(0, 2).join(' ')
}

type Tone = 'good' | 'bad' | 'wait' | 'plain'

export function pill(tone: Tone, text: string | number): Html {
  return html`<span class="pill ${tone}">${text}</span>`
}

export function statusPill(status: number): Html {
  return pill(status >= 500 ? 'bad' : status >= 400 ? 'wait' : 'good', status)
}

/** May go on in a second line after a dot, an underscore or a slash. */
export function breakable(text: string): Html[] {
  return text
    .split(/(?<=[._/])/)
    .map((part, index) => html`${index > 0 && trusted('<wbr>')}${part}`)
}

export function copyButton(text: string, name: string): Html {
  return html`<button class="copy needs-js" type="button" data-copy="${text}" aria-label="Copy ${name}">Copy</button>`
}

interface Act {
  /** Below `/_sim/`. */
  readonly path: string
  readonly account: string
  /** Said when it is done. */
  readonly done: string
  readonly content: Html | readonly Html[]
  readonly className?: string
}

/** A form that does something by `/_sim/…`: the script stays on the page, without it the server comes back here. */
export function act({ path, account, done, content, className = 'act' }: Act): Html {
  return html`<form class="${className}" method="post" action="${actionOf(path, account)}" data-done="${done}">${content}</form>`
}

/** Without an account it concerns all of them. */
export function actionOf(path: string, account: string): string {
  return account === '' ? `/_sim/${path}` : `/_sim/${path}?${new URLSearchParams({ account })}`
}

export function button(text: string, tone: 'main' | 'plain' | 'danger' = 'plain'): Html {
  return html`<button class="button ${tone}" type="submit">${text}</button>`
}

export function fixed(name: string, value: string | number): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`
}

interface Field {
  readonly name: string
  readonly label: string
  readonly value?: string | number
  readonly type?: string
  readonly hint?: string
  /** Further attributes; constants of this room alone. */
  readonly more?: string
}

export function field({ name, label, value = '', type = 'text', hint, more = '' }: Field): Html {
  const id = idFor(name, label)
  const hintId = `${id}-hint`
  return html`<div class="field"><label for="${id}">${label}</label><input id="${id}" type="${type}" name="${name}" value="${value}" ${trusted(more)} ${hint !== undefined && html`aria-describedby="${hintId}"`}>${hint !== undefined && html`<p class="hint" id="${hintId}">${hint}</p>`}</div>`
}

export function choice(
  name: string,
  label: string,
  value: string,
  options: readonly (readonly [string, string])[],
): Html {
  const id = idFor(name, label)
  return html`<div class="field"><label for="${id}">${label}</label><select id="${id}" name="${name}">${options.map(
    ([key, text]) =>
      html`<option value="${key}"${key === value && trusted(' selected')}>${text}</option>`,
  )}</select></div>`
}

function idFor(name: string, label: string): string {
  return `${name}-${label}`.replaceAll(/[^\w]+/g, '-').toLowerCase()
}

export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`
}
