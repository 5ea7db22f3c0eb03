/** A list of rows, and beside it the row that is open. */
import { type Html, html, trusted } from '../hosted/html.ts'
import { hrefOf, type Place } from './place.ts'

interface List {
  readonly place: Place
  readonly name: string
  readonly tools: Html
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Said instead of rows. */
  readonly empty: string
  readonly detail: Detail | undefined
}

export interface Row {
  readonly id: string
  /** The cells; the first is the link that opens the row. */
  readonly link: Html
  readonly cells: readonly Html[]
}

export interface Detail {
  readonly title: Html
  readonly content: Html
}

export function split({ place, name, tools, columns, rows, empty, detail }: List): Html {
  const closed = hrefOf({ ...place, open: '' })
  return html`<div class="split${detail && ' opened'}">
<section class="list" aria-label="${name}">
<div class="tools">${tools}</div>
<div class="scroll"><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => rowView(row, place))}</tbody></table>
${rows.length === 0 && html`<p class="empty">${empty}</p>`}</div></section>
${
  detail &&
  html`<section class="detail" aria-label="Opened" data-key="detail-${place.open}">
<div class="detail-head"><h2 id="opened" tabindex="-1">${detail.title}</h2><a class="close" href="${closed}" data-close="${place.open}" aria-label="Close">✕</a></div>
${detail.content}</section>`
}</div>`
}

function rowView({ id, link, cells }: Row, place: Place): Html {
  const isOpen = id === place.open
  const href = hrefOf({ ...place, open: id })
  return html`<tr data-key="row-${id}"${isOpen && trusted(' class="on"')}><td><a class="row" href="${href}"${isOpen && trusted(' aria-current="true"')}>${link}</a></td>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`
}

/** A choice among a few filters, as links. */
export function filters(
  place: Place,
  choices: readonly (readonly [string, string])[],
  name: string,
): Html {
  return html`<nav class="filters" aria-label="${name}">${choices.map(
    ([only, text]) =>
      html`<a href="${hrefOf({ ...place, only, open: '' })}"${only === place.only && trusted(' aria-current="true"')}>${text}</a>`,
  )}</nav>`
}

export function facts(entries: readonly (readonly [string, Html | string | null])[]): Html {
  const known = entries.filter(([, value]) => value !== null && value !== '')
  return html`<dl class="facts">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}
