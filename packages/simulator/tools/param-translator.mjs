// Translates the types of request parameters into the small interned language that http/generated-params.ts reads.
//
// A node is 's' (text), 'n' (number), 'b' (boolean), 'd' (decimal text), 'm' (metadata), '*' (anything), or
// {e: [values]} enum, {a: node} array, {o: {key: node}, r: [required keys]} object, {k: node} map,
// {u: [nodes]} alternatives, {z: node} may be emptied. Nodes refer to each other by number.

export function createParamTranslator(ts, checker) {
  const nodes = []
  const numbers = new Map()
  const absent = ts.TypeFlags.Void | ts.TypeFlags.Undefined

  function intern(node) {
    const text = JSON.stringify(node)
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, nodes.length)
    nodes.push(node)
    return nodes.length - 1
  }

  function node(type) {
    return intern(type === undefined ? { o: {} } : shapeOf(type))
  }

  function shapeOf(type) {
    if (type.isUnion()) return unionOf(type.types)
    if (type.isStringLiteral()) return { e: [type.value] }
    if (type.flags & (ts.TypeFlags.Boolean | ts.TypeFlags.BooleanLiteral)) return 'b'
    if (type.flags & ts.TypeFlags.String) return 's'
    if (type.flags & ts.TypeFlags.Number) return 'n'
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return '*'
    if (checker.isArrayType(type)) return { a: node(checker.getTypeArguments(type)[0]) }
    const name = type.aliasSymbol?.name ?? type.symbol?.name
    if (name === 'Decimal') return 'd'
    if (name === 'Date') return 'n'
    if (name === 'MetadataParam') return 'm'
    if (isOtherString(type)) return 's'
    if (name === 'FileData' || type.getProperty('byteLength') || type.getProperty('pipe'))
      return '*'
    return objectOf(type)
  }

  function objectOf(type) {
    const properties = type.getProperties()
    const index = checker
      .getIndexInfosOfType(type)
      .find((i) => i.keyType.flags & ts.TypeFlags.String)
    if (properties.length === 0 && index) return { k: node(index.type) }
    const members = {}
    const required = []
    for (const property of properties) {
      const present = checker.getTypeOfSymbol(property)
      const types = (present.isUnion() ? present.types : [present]).filter(
        (t) => !(t.flags & absent),
      )
      if (types.length === 0) continue
      members[property.name] = intern(types.length === 1 ? shapeOf(types[0]) : unionOf(types))
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name)
    }
    return required.length === 0 ? { o: members } : { o: members, r: required }
  }

  /** Stripe's open enums are `'a' | 'b' | OtherString`; the open end would let misspellings pass. */
  function isOtherString(type) {
    return type.isIntersection() && type.types.some((t) => t.flags & ts.TypeFlags.String)
  }

  function unionOf(types) {
    const solid = types.filter((t) => !(t.flags & absent))
    const isEmpty = (t) => t.flags & ts.TypeFlags.Null || (t.isStringLiteral() && t.value === '')
    const values = solid.filter((t) => t.isStringLiteral() && t.value !== '').map((t) => t.value)
    const others = solid.filter((t) => !isEmpty(t) && !t.isStringLiteral())
    const shapes = new Map()
    if (values.length > 0) keep({ e: values.sort() })
    for (const other of others) {
      if (values.length > 0 && isOtherString(other)) continue
      keep(shapeOf(other))
    }
    function keep(shape) {
      shapes.set(JSON.stringify(shape), shape)
    }
    const all = [...shapes.values()]
    const one = all.length === 1 ? all[0] : { u: all.map(intern) }
    return solid.some(isEmpty) ? { z: intern(one) } : one
  }

  return { node, nodes: () => nodes }
}
