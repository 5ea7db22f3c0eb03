// Opens stripe-node's declarations with the TypeScript checker: what all generators of this package start from.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-6'

export const sdk = dirname(fileURLToPath(import.meta.resolve('stripe')))

export function openSdk() {
  const program = ts.createProgram([join(sdk, 'stripe.esm.node.d.ts')], {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  })
  return { program, checker: program.getTypeChecker() }
}

/** `resources/Checkout/Sessions.d.ts` + `Session.AfterExpiration` → `Checkout.Session.AfterExpiration`. */
export function nameOf(symbol) {
  const [declaration] = symbol.declarations
  const folder = relative(join(sdk, 'resources'), dirname(declaration.getSourceFile().fileName))
  const path = []
  for (let node = declaration; node && !ts.isSourceFile(node); node = node.parent) {
    if (node.name && ts.isIdentifier(node.name)) path.unshift(node.name.text)
  }
  const inResources = folder !== '' && !folder.startsWith('..')
  return [...(inResources ? folder.split(sep) : []), ...path].join('.')
}

export function apiVersion() {
  const found = /'([^']+)'/.exec(readFileSync(join(sdk, 'apiVersion.js'), 'utf8'))
  if (!found) throw new Error('stripe-node no longer names its API version in apiVersion.js')
  return found[1]
}

export function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
