// Derives wrong requests from the SDK's parameter schemas, each with the refusal that Stripe answers to it.
import { paramNodes, routeParams } from '../../src/generated/params.ts'
import type { ParamNode } from '../../src/http/param-node.ts'
import { routes } from '../../src/routes.ts'
import { blamedForPath } from './path-params.ts'

export interface Refusal {
  readonly status: 400 | 403 | 404
  readonly code?: string
  readonly param?: string
  readonly message: RegExp
}

export interface NegativeCase {
  readonly kind: Kind
  readonly method: string
  readonly path: string
  /** Form keys and values, in the order in which they are sent. */
  readonly form: Readonly<Record<string, string>>
  readonly refusal: Refusal
}

export const kinds = [
  'unknown parameter',
  'nested unknown parameter',
  'bad enum',
  'missing required',
  'nested missing required',
  'unknown id',
  'wrong method',
] as const
type Kind = (typeof kinds)[number]

interface Endpoint {
  readonly method: string
  readonly path: string
  readonly root: ParamNode
}

const missingId = 'missing_0123456789'

/** What the simulator serves and the SDK describes. */
const endpoints: readonly Endpoint[] = routes.flatMap(({ method, path }) => {
  const known = normal(path)
  const id = routeParams[`${method} ${known}`]
  const root = id === undefined ? undefined : paramNodes[id]
  return root === undefined || !known.startsWith('/v1/') ? [] : [{ method, path: known, root }]
})

function normal(path: string): string {
  return path.replaceAll(/:[a-z_]+/g, ':id')
}

export const endpointCount = endpoints.length

export function negativeCases(): NegativeCase[] {
  return [...endpoints.flatMap(casesOf), ...wrongMethods()]
}

function casesOf(endpoint: Endpoint): NegativeCase[] {
  const { method, path, root } = endpoint
  const needed = requiredOf(root)
  const make = (kind: Kind, form: Record<string, string>, refusal: Refusal): NegativeCase => ({
    kind,
    method,
    path: path.replaceAll(':id', missingId),
    form,
    refusal,
  })
  const withRequired = (at: string, form: Record<string, string>) => {
    const top = head(at)
    const rest = Object.entries(needed).filter(([key]) => head(key) !== top)
    return { ...Object.fromEntries(rest), ...form }
  }
  const cases = [
    make('unknown parameter', { ...needed, nonsense: '1' }, unknownParameter('nonsense')),
  ]
  const object = find(root, '', (node) => branch(node).o !== undefined)
  if (object) {
    const at = `${object.path}[nonsense]`
    const form = withRequired(at, { [at]: '1' })
    cases.push(make('nested unknown parameter', form, unknownParameter(at)))
  }
  const choice = find(root, '', (node) => branch(node).e !== undefined)
  if (choice) {
    const form = withRequired(choice.path, { ...choice.beside, [choice.path]: 'nonsense' })
    const message = new RegExp(`^Invalid ${escaped(choice.path)}: must be `)
    cases.push(make('bad enum', form, { status: 400, param: choice.path, message }))
  }
  for (const name of branch(root).r ?? []) {
    const rest = Object.entries(needed).filter(([key]) => head(key) !== name)
    cases.push(make('missing required', Object.fromEntries(rest), missing(name)))
  }
  const nested = find(root, '', (node) => (branch(node).r ?? []).length > 0)
  if (nested) {
    // Some other member makes the object be there at all.
    const { o = {}, r = [] } = branch(nested.node)
    const [lacking = ''] = r
    const [other, id] = Object.entries(o).find(([name]) => name !== lacking) ?? []
    if (other !== undefined && id !== undefined && r.length > 0) {
      const given = valuesOf(paramNodes[id], `${nested.path}[${other}]`)
      const at = `${nested.path}[${lacking}]`
      cases.push(make('nested missing required', withRequired(at, given), missing(at)))
    }
  }
  if (path.includes(':id')) {
    const form = { ...needed, ...neededBeyond[`${method} ${path}`] }
    cases.push(make('unknown id', form, unknownId(path)))
  }
  return cases
}

export interface KnownCase {
  readonly method: string
  readonly path: string
  readonly param: string
  readonly form: Readonly<Record<string, string>>
}

/** Every parameter that Stripe knows, two levels deep, each sent with what else is needed. */
export function knownCases(): KnownCase[] {
  return endpoints.flatMap(({ method, path, root }) => {
    const needed = requiredOf(root)
    const top = membersOf({ path: '', node: root, beside: {} })
    return [...top, ...top.flatMap(membersOf)].map(({ path: param, node, beside }) => {
      const rest = Object.entries(needed).filter(([key]) => head(key) !== head(param))
      const form = { ...Object.fromEntries(rest), ...beside, ...valuesOf(node, param) }
      return { method, path: path.replaceAll(':id', missingId), param, form }
    })
  })
}

function head(param: string): string {
  return param.split('[')[0] ?? ''
}

function unknownParameter(param: string): Refusal {
  const message = new RegExp(`^Received unknown parameter: ${escaped(param)}`)
  return { status: 400, code: 'parameter_unknown', param, message }
}

function missing(param: string): Refusal {
  const message = new RegExp(`^Missing required param: ${escaped(param)}\\.`)
  return { status: 400, code: 'parameter_missing', param, message }
}

/** A value that stands for the id of a customer who is there. */
export const someCustomer = '{customer}'

/** What Stripe insists on though the schema lets it be left out: one of two parameters. */
const neededBeyond: Readonly<Record<string, Record<string, string>>> = {
  'POST /v1/payment_methods/:id/attach': { customer: someCustomer },
}

function unknownId(path: string): Refusal {
  // Whether somebody else's account exists is nothing that a key may learn.
  if (path.startsWith('/v1/accounts/')) {
    const message = /^The provided key does not have access to account '/
    return { status: 403, code: 'account_invalid', message }
  }
  const message = new RegExp(`^No such .+: '${missingId}'`)
  return { status: 404, code: 'resource_missing', param: blamedForPath(path), message }
}

/** A method that Stripe itself does not have there. */
function wrongMethods(): NegativeCase[] {
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  return paths.flatMap((path) => {
    const isThere = (method: string) =>
      Object.keys(routeParams).some((key) => {
        const [known, other = ''] = key.split(' ')
        return known === method && covers(other, path)
      })
    const concrete = path.replaceAll(':id', missingId)
    return ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']
      .filter((method) => !isThere(method))
      .map((method) => {
        const message = new RegExp(
          `^Unrecognized request URL \\(${method}: ${escaped(concrete)}\\)`,
        )
        const refusal: Refusal = { status: 404, message }
        return { kind: 'wrong method' as const, method, path: concrete, form: {}, refusal }
      })
  })
}

/** `/v1/customers/:id` covers `/v1/customers/search`. */
function covers(pattern: string, path: string): boolean {
  const [a, b] = [pattern.split('/'), path.split('/')]
  return a.length === b.length && a.every((part, index) => part === ':id' || part === b[index])
}

interface Found {
  readonly path: string
  readonly node: ParamNode
  /** What the objects around it need, so that nothing else is wrong. */
  readonly beside: Record<string, string>
}

const depthMax = 4

/** The first parameter, searched breadth-first below the root, that is what `wanted` says. */
function find(
  root: ParamNode,
  from: string,
  wanted: (node: ParamNode) => boolean,
): Found | undefined {
  let level: Found[] = membersOf({ path: from, node: root, beside: {} })
  for (let depth = 0; depth < depthMax && level.length > 0; depth += 1) {
    const found = level.find(({ node }) => wanted(node))
    if (found) return found
    level = level.flatMap(membersOf)
  }
  return undefined
}

function membersOf({ path, node, beside }: Found): Found[] {
  const { o = {}, r = [] } = branch(node)
  return Object.entries(o)
    .filter(([name]) => name !== 'expand')
    .flatMap(([name, id]) => {
      const at = path === '' ? name : `${path}[${name}]`
      const others = r.filter((other) => other !== name && path !== '')
      const needed = others.flatMap((other) =>
        Object.entries(valuesOf(paramNodes[o[other] ?? 0], `${path}[${other}]`)),
      )
      return unwrapped(paramNodes[id], at).map(([inner, target]) => ({
        path: target,
        node: inner,
        beside: { ...beside, ...Object.fromEntries(needed) },
      }))
    })
}

/** What stands behind "or empty" and in a list; what has several forms is judged by none of them. */
function unwrapped(node: ParamNode | undefined, path: string): [ParamNode, string][] {
  if (node === undefined) return []
  const { z, a } = branch(node)
  if (z !== undefined) return unwrapped(paramNodes[z], path)
  if (a !== undefined) return unwrapped(paramNodes[a], `${path}[0]`)
  return [[node, path]]
}

function branch(node: ParamNode): Exclude<ParamNode, string> {
  return typeof node === 'string' ? {} : node
}

function requiredOf(root: ParamNode): Record<string, string> {
  const { o = {}, r = [] } = branch(root)
  return Object.assign({}, ...r.map((name) => valuesOf(paramNodes[o[name] ?? 0], name)))
}

const byName: readonly (readonly [RegExp, string])[] = [
  [/currency\]?$/, 'usd'],
  [/url\]?$/, 'https://shop.example/'],
  [/country\]?$/, 'US'],
]
const byLeaf = { s: 'x', n: '1', b: 'true', d: '1', '*': 'x' } as const

/** Form values of the right form, as few as the node needs. */
function valuesOf(node: ParamNode | undefined, path: string): Record<string, string> {
  if (node === undefined) return {}
  if (node === 'm') return { [`${path}[key]`]: 'x' }
  if (typeof node === 'string') {
    const named = node === 's' ? byName.find(([name]) => name.test(path)) : undefined
    return { [path]: named?.[1] ?? byLeaf[node] }
  }
  const { e, a, o, r = [], k, u, z } = node
  if (e) return { [path]: e[0] ?? '' }
  if (a !== undefined) return valuesOf(paramNodes[a], `${path}[0]`)
  if (z !== undefined) return valuesOf(paramNodes[z], path)
  if (k !== undefined) return valuesOf(paramNodes[k], `${path}[key]`)
  if (u) return valuesOf(paramNodes[u[0] ?? 0], path)
  const names = r.length > 0 ? r : Object.keys(o ?? {}).slice(0, 1)
  return Object.assign(
    {},
    ...names.map((name) => valuesOf(paramNodes[o?.[name] ?? 0], `${path}[${name}]`)),
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[[\]().*+?^$|\\]/g, '\\$&')
}
