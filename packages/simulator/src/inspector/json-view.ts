/** Draws JSON in lines, and marks those that an event says have changed. */
import { type Html, html } from '../hosted/html.ts'

/** What of an object has changed: names, each with what of it has changed in turn. */
export type Changes = ReadonlyMap<string, Changes>

const none: Changes = new Map()

/** The members of `previous_attributes` that are maps themselves name what changed inside. */
export function changesOf(previous: unknown, object: unknown): Changes {
  if (!isMap(previous) || !isMap(object)) return none
  return new Map(
    Object.entries(previous).map(([key, own]) => [key, changesOf(own, object[key])] as const),
  )
}

export interface Change {
  /** Such as `metadata.order`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** The same in words: each thing that changed, with what it was and is. */
export function changeList(previous: unknown, object: unknown, below = ''): Change[] {
  if (!isMap(previous) || !isMap(object)) return []
  return Object.entries(previous).flatMap(([key, before]) => {
    const path = below + key
    const after = object[key]
    const inside = changeList(before, after, `${path}.`)
    return inside.length > 0 ? inside : [{ path, before, after }]
  })
}

export function jsonView(value: unknown, name: string, changes: Changes = none): Html {
  const text = html`${[...lines(value, { depth: 0, before: html``, after: '', changes, isHit: false })]}`
  return html`<pre class="json" tabindex="0" role="region" aria-label="${name}">${text}</pre>`
}

interface Spot {
  readonly depth: number
  /** The key, when there is one. */
  readonly before: Html
  /** The comma, when something follows. */
  readonly after: string
  readonly changes: Changes
  readonly isHit: boolean
}

function* lines(value: unknown, spot: Spot): Generator<Html> {
  const entries = entriesOf(value)
  if (entries.length === 0) {
    yield line(spot, html`${spot.before}${scalar(value)}${spot.after}`)
    return
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  yield line(spot, html`${spot.before}${open}`)
  for (const [index, [key, own]] of entries.entries()) {
    const changed = spot.changes.get(key)
    yield* lines(own, {
      depth: spot.depth + 1,
      before: Array.isArray(value) ? html`` : html`<span class="k">${JSON.stringify(key)}</span>: `,
      after: index < entries.length - 1 ? ',' : '',
      changes: changed ?? none,
      isHit: spot.isHit || (changed !== undefined && changed.size === 0),
    })
  }
  yield line(spot, html`${close}${spot.after}`)
}

function line({ depth, isHit }: Spot, content: Html): Html {
  const indent = '  '.repeat(depth)
  return isHit ? html`<mark>${indent}${content}</mark>\n` : html`${indent}${content}\n`
}

function scalar(value: unknown): Html {
  const text = JSON.stringify(value) ?? 'null'
  if (typeof value === 'string') return html`<span class="t">${text}</span>`
  return typeof value === 'object' && value !== null
    ? html`${text}`
    : html`<span class="n">${text}</span>`
}

function entriesOf(value: unknown): (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
