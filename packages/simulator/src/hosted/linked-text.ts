/** A merchant's own words: plain text in which `[text](https://…)` is a link. */
import { type Html, html } from './html.ts'
import { webUrl } from './order-view.ts'

const link = /\[([^\]]+)\]\(([^)\s]+)\)/g

export function linked(text: string): Html {
  const parts: (Html | string)[] = []
  let at = 0
  for (const match of text.matchAll(link)) {
    const [whole, shown = '', target] = match
    const url = webUrl(target)
    parts.push(text.slice(at, match.index))
    parts.push(
      url === null ? shown : html`<a href="${url}" target="_blank" rel="noopener">${shown}</a>`,
    )
    at = match.index + whole.length
  }
  return html`${[...parts, text.slice(at)]}`
}
