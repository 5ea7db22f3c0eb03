/** Escapes everything that enters a page; only what this tag made itself is taken as markup. */

export interface Html {
  readonly markup: string
}

type Part = Html | string | number | null | undefined | false | readonly Part[]

export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const [first = '', ...rest] = literals
  return { markup: rest.reduce((text, literal, i) => text + render(parts[i]) + literal, first) }
}

/** For the constants of this room (style, script) that contain no data. */
export function trusted(markup: string): Html {
  return { markup }
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (isList(part)) return part.map(render).join('')
  return typeof part === 'object' ? part.markup : escaped(String(part))
}

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char)
}
