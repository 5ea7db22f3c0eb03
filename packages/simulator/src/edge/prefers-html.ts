/** Tells a person's browser from an API client by what it would rather read. */

/** The SDK and the CLI send no Accept or a wildcard: only who names text/html gets a page. */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map(rangeOf)
  const weightOf = (name: string) => ranges.find((range) => range.name === name)?.weight
  const html = weightOf('text/html') ?? 0
  return html > 0 && html >= (weightOf('application/json') ?? 0)
}

function rangeOf(text: string): { readonly name: string; readonly weight: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  return { name, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
}
