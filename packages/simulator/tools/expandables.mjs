// Finds, in every object of stripe-node's types, the fields that hold an id where `expand` may put the object.
import { sep } from 'node:path'

const depthMax = 6

export function expandables(ts, program, checker, resources) {
  const found = {}
  for (const source of program.getSourceFiles()) {
    if (!source.fileName.startsWith(resources + sep)) continue
    const module = checker.getSymbolAtLocation(source)
    for (const symbol of module ? checker.getExportsOfModule(module) : []) {
      if (!symbol.declarations?.some((d) => ts.isInterfaceDeclaration(d))) continue
      const type = checker.getDeclaredTypeOfSymbol(symbol)
      const name = objectName(type)
      if (name === undefined || type.getProperty('deleted')?.flags === ts.SymbolFlags.Property)
        continue
      const paths = {}
      walk(type, '', 0, paths)
      if (Object.keys(paths).length > 0) found[name] = { ...found[name], ...paths }
    }
  }
  return found

  function objectName(type) {
    const property = type.getProperty('object')
    const literal = property && checker.getTypeOfSymbol(property)
    return literal?.isStringLiteral() ? literal.value : undefined
  }

  function walk(type, prefix, depth, paths) {
    if (depth > depthMax) return
    for (const property of type.getProperties()) {
      if (property.name === 'lastResponse') continue
      visit(checker.getTypeOfSymbol(property), `${prefix}${property.name}`, depth, paths)
    }
  }

  function visit(type, path, depth, paths) {
    const members = type.isUnion() ? type.types : [type]
    const names = members.map((m) => (m.flags & ts.TypeFlags.Object ? objectName(m) : undefined))
    const objects = [...new Set(names.filter((name) => name !== undefined && name !== 'list'))]
    if (objects.length > 0 && members.some((m) => m.flags & ts.TypeFlags.String)) {
      paths[path] = objects.sort()
      return
    }
    for (const [index, member] of members.entries()) {
      if (!(member.flags & ts.TypeFlags.Object) || names[index] !== undefined) continue
      if (checker.isArrayType(member))
        visit(checker.getTypeArguments(member)[0], path, depth, paths)
      else if (member.getCallSignatures().length === 0 && member.symbol?.name !== 'Decimal') {
        walk(member, `${path}.`, depth + 1, paths)
      }
    }
  }
}
