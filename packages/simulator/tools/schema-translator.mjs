// Translates a TypeScript type of stripe-node's declarations into JSON Schema (draft 7).

/**
 * `listed` holds the symbols that get a definition of their own; every other resource becomes `false`,
 * so that an object without a schema can never pass for a checked one.
 */
export function createTranslator(ts, checker, { listed, nameOf }) {
  const definitions = {}
  const owners = new Map()
  const absent = ts.TypeFlags.Void | ts.TypeFlags.Undefined

  function define(type) {
    const symbol = type.symbol
    const name = nameOf(symbol)
    const owner = owners.get(name)
    if (owner && owner !== symbol) throw new Error(`two types are called ${name}`)
    if (!owner) {
      owners.set(name, symbol)
      definitions[name] = isResource(type) && !listed.has(symbol) ? false : objectSchema(type)
    }
    return name
  }

  function isResource(type) {
    const property = type.getProperty('object')
    return property !== undefined && isTopLevel(type.symbol) && literalOf(property) !== undefined
  }

  function literalOf(property) {
    const type = checker.getTypeOfSymbol(property)
    return type.isStringLiteral() ? type.value : undefined
  }

  function objectSchema(type) {
    const map = checker
      .getIndexInfosOfType(type)
      .find((info) => info.keyType.flags & ts.TypeFlags.String)
    const properties = {}
    const required = []
    for (const property of type.getProperties()) {
      const schema = propertySchema(property)
      if (schema === undefined) continue
      properties[property.name] = schema
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name)
    }
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      additionalProperties: map ? schemaOf(map.type) : false,
    }
  }

  // `deleted?: void` marks what a living object never has; `lastResponse` is the SDK's, not the wire's.
  function propertySchema(property) {
    if (property.name === 'lastResponse') return undefined
    const type = checker.getTypeOfSymbol(property)
    const present = (type.isUnion() ? type.types : [type]).filter((t) => !(t.flags & absent))
    if (present.length === 0) return undefined
    return present.length === 1 ? schemaOf(present[0]) : unionSchema(present)
  }

  function schemaOf(type) {
    if (type.isUnion()) return unionSchema(type.types)
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value }
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: type.intrinsicName === 'true' }
    const primitive = primitives.find(([flag]) => type.flags & flag)
    if (primitive) return { ...primitive[1] }
    if (checker.isArrayType(type)) {
      return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) }
    }
    const special = specials.get(type.aliasSymbol?.name ?? type.symbol?.name)
    if (special) return special(type)
    if (isOtherString(type)) return { type: 'string' }
    if (type.isIntersection()) return objectSchema(type)
    if (type.flags & ts.TypeFlags.Object && type.getCallSignatures().length === 0)
      return { $ref: `#/definitions/${define(type)}` }
    throw new Error(`no translation for the type ${checker.typeToString(type)}`)
  }

  const primitives = [
    [ts.TypeFlags.String, { type: 'string' }],
    [ts.TypeFlags.Number, { type: 'number' }],
    [ts.TypeFlags.Null, { type: 'null' }],
    [ts.TypeFlags.Any | ts.TypeFlags.Unknown, {}],
  ]

  const specials = new Map([
    // The SDK parses decimals; on the wire they are text.
    ['Decimal', () => ({ type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' })],
    // A generic has one symbol for every element type, so a definition by name would mix them up.
    ['ApiList', (type) => objectSchema(type)],
  ])

  /** Literals join into one enum, the primitive kinds into one `type`; objects stay alternatives. */
  function unionSchema(types) {
    const literals = types.filter((t) => t.isStringLiteral() || t.isNumberLiteral())
    const closed = types.filter(
      (t) => !literals.includes(t) && !(literals.length > 0 && isOtherString(t)),
    )
    const booleans = closed.filter((t) => t.flags & ts.TypeFlags.BooleanLiteral)
    const rest = booleans.length === 2 ? closed.filter((t) => !booleans.includes(t)) : closed
    const nullable = rest.some((t) => t.flags & ts.TypeFlags.Null)
    const alternatives = []
    if (literals.length > 0) {
      const values = literals.map((t) => t.value).sort()
      alternatives.push({ enum: nullable ? [...values, null] : values })
    }
    if (booleans.length === 2) alternatives.push({ type: 'boolean' })
    const others = rest
      .filter((t) => !(literals.length > 0 && t.flags & ts.TypeFlags.Null))
      .map(schemaOf)
    return joined([...alternatives, ...others])
  }

  /** Stripe's open enums are `'a' | 'b' | OtherString`; keeping the last would accept any misspelling. */
  function isOtherString(type) {
    return type.isIntersection() && type.types.some((t) => t.flags & ts.TypeFlags.String)
  }

  function joined(schemas) {
    const isPlain = (s) => Object.keys(s).length === 1 && typeof s.type === 'string'
    const plain = schemas
      .filter(isPlain)
      .map((s) => s.type)
      .sort()
    const others = unique(schemas.filter((s) => !isPlain(s)))
    const types = [...new Set(plain)]
    const all =
      types.length === 0 ? others : [{ type: types.length === 1 ? types[0] : types }, ...others]
    return all.length === 1 ? all[0] : { anyOf: all }
  }

  function unique(schemas) {
    const byText = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]))
    return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, schema]) => schema)
  }

  function isTopLevel(symbol) {
    return symbol.declarations.some(
      (d) => ts.isInterfaceDeclaration(d) && ts.isSourceFile(d.parent),
    )
  }

  return { define, inline: objectSchema, definitions: () => definitions }
}
