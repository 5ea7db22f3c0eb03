// Makes one sample of each object that an event may carry: every key that the SDK's type promises, with plain values.

/** `eventTypes` are the members of the SDK's union of events. */
export function sampleObjects(ts, checker, eventTypes) {
  const samples = {}
  const carriedBy = {}
  for (const event of eventTypes) {
    const propertyOf = (owner, name) => checker.getTypeOfSymbol(owner.getProperty(name))
    const payload = propertyOf(propertyOf(event, 'data'), 'object')
    const [object] = payload.isUnion() ? payload.types : [payload]
    const tag = propertyOf(object, 'object').value
    samples[tag] ??= sampleOf(object, [])
    carriedBy[propertyOf(event, 'type').value] = tag
  }
  return { samples, carriedBy }

  function sampleOf(type, above) {
    const sample = {}
    for (const property of type.getProperties()) {
      if (property.flags & ts.SymbolFlags.Optional || property.name === 'lastResponse') continue
      sample[property.name] = sampleValue(property.name, checker.getTypeOfSymbol(property), [
        ...above,
        type,
      ])
    }
    return sample
  }

  function sampleValue(name, type, above) {
    const members = type.isUnion() ? type.types : [type]
    const has = (flag) => members.find((member) => member.flags & flag)
    if (has(ts.TypeFlags.Null)) return null
    const literal = members.find((member) => member.isStringLiteral())
    if (literal) return literal.value
    if (has(ts.TypeFlags.String)) return textOf(name)
    if (has(ts.TypeFlags.Number)) return 0
    const truth = has(ts.TypeFlags.BooleanLike)
    if (truth) return checker.typeToString(type) === 'true'
    const [object] = members
    if (checker.isArrayType(object)) return []
    if ((object.aliasSymbol ?? object.symbol)?.name === 'Decimal') return '0'
    // What contains itself is left to its id.
    return above.includes(object) ? '' : sampleOf(object, above)
  }
}

/** A made-up text of the kind that stands there. */
function textOf(name) {
  if (name === 'currency') return 'usd'
  if (name === 'country') return 'US'
  return ''
}
