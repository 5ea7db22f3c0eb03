/** Decodes form bodies and query strings with Stripe's three styles of arrays. */

/** A node's keys stay text: whether `a[0]` is a list or a map is for the parameter's spec to say. */
export type FormNode = Map<string, FormValue>
export type FormValue = string | FormNode

const pairsMax = 5000
const depthMax = 12

export class FormError extends Error {
  override readonly name = 'FormError'
}

export function decodeForm(text: string): FormNode {
  const root: FormNode = new Map()
  if (text === '') return root
  const pairs = text.split('&')
  if (pairs.length > pairsMax) throw new FormError(`More than ${pairsMax} parameters.`)
  for (const pair of pairs) {
    if (pair === '') continue
    const cut = pair.indexOf('=')
    const key = decode(cut < 0 ? pair : pair.slice(0, cut))
    place(root, splitKey(key), cut < 0 ? '' : decode(pair.slice(cut + 1)))
  }
  return root
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new FormError('The request is not valid percent-encoded UTF-8.')
  }
}

/** `a[b][][0]` → `['a', 'b', '', '0']`. */
function splitKey(key: string): string[] {
  const open = key.indexOf('[')
  if (open <= 0) return [key]
  const path = [key.slice(0, open)]
  for (const match of key.slice(open).matchAll(/\[([^\]]*)\]/g)) path.push(match[1] ?? '')
  if (path.length > depthMax) throw new FormError(`Parameters are nested deeper than ${depthMax}.`)
  return path
}

function place(root: FormNode, path: string[], value: string): void {
  let node = root
  for (let i = 0; i < path.length - 1; i += 1) {
    const key = keyIn(node, path[i] ?? '', path[i + 1])
    const child = node.get(key)
    if (child instanceof Map) {
      node = child
      continue
    }
    const made: FormNode = new Map()
    node.set(key, made)
    node = made
  }
  node.set(keyIn(node, path.at(-1) ?? '', undefined), value)
}

/** `[]` opens the next element, or continues the last one while its members do not repeat. */
function keyIn(node: FormNode, key: string, following: string | undefined): string {
  if (key !== '') return key
  const next = nextIndex(node)
  const last = node.get(String(next - 1))
  const continues =
    following !== undefined && following !== '' && last instanceof Map && !last.has(following)
  return String(continues ? next - 1 : next)
}

/** After every element so far: some may have named their index. */
function nextIndex(node: FormNode): number {
  let next = 0
  for (const key of node.keys()) {
    const index = Number(key)
    if (Number.isSafeInteger(index)) next = Math.max(next, index + 1)
  }
  return next
}

/** The same parameters give the same text, whatever their order on the wire. */
export function canonicalForm(value: FormValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalForm(v)}`).join(',')}}`
}
