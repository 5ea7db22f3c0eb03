// Decides whether a value fits a schema, at once: the compiler of schemas takes seconds before its first answer, in each
// test file. It is asked for words where something does not fit. Every answer and event of every test passes here, so
// the judges walk in plain loops.
export type Schema = boolean | object

export type Definitions = ReadonlyMap<string, Schema>

type Judge = (value: unknown) => boolean
/** Makes the judge of one keyword from its argument and the schema around it. */
type Rule = (argument: unknown, schema: object) => Judge

export function createFits(definitions: Definitions): (schema: Schema, value: unknown) => boolean {
  /** JSON Schema's keywords, as far as the generated schemas use them. */
  const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
    ['type', (types) => anyOf([types].flat().map((type) => judgeOfType(String(type))))],
    ['const', (wanted) => (value) => value === wanted],
    ['enum', (values) => isAmong(new Set(listOf(values)))],
    ['minLength', (least) => (value) => typeof value !== 'string' || value.length >= Number(least)],
    ['pattern', (pattern) => matches(new RegExp(String(pattern), 'u'))],
    ['anyOf', (schemas) => anyOf(listOf(schemas).map((schema) => judgeOf(asSchema(schema))))],
    ['items', (schema) => itemsFit(judgeOf(asSchema(schema)))],
    ['required', (keys) => hasAll(listOf(keys).map(String))],
    ['properties', (_, schema) => membersFit(schema)],
    ['additionalProperties', (_, schema) => ('properties' in schema ? passes : membersFit(schema))],
    // Definitions refer to each other in circles: what is behind is made when a value gets there.
    ['$ref', (reference) => whenMet(() => judgeOf(definitionOf(String(reference))))],
  ])

  function definitionOf(reference: string): Schema {
    const found = definitions.get(reference.replace(/^.*#\/definitions\//, ''))
    if (found === undefined) throw new Error(`The schemas have no ${reference}.`)
    return found
  }

  /** Both keywords in one walk, over the members that the value has: schemas name many that are mostly absent. */
  function membersFit(schema: object): Judge {
    const { properties, additionalProperties = true } = recordOf(schema)
    const named = new Map(
      Object.entries(recordOf(properties)).map(([key, own]) => [key, judgeOf(asSchema(own))]),
    )
    const others = judgeOf(asSchema(additionalProperties))
    return (value) => {
      if (!isRecord(value)) return true
      for (const key in value) {
        const member = value[key]
        const judge = named.get(key)
        if (judge ? member !== undefined && !judge(member) : !others(member)) return false
      }
      return true
    }
  }

  const judges = new Map<object, Judge>()

  function judgeOf(schema: Schema): Judge {
    if (typeof schema === 'boolean') return () => schema
    const known = judges.get(schema)
    if (known) return known
    const parts = Object.entries(schema).map(([keyword, argument]) => {
      const rule = rules.get(keyword)
      // A keyword that is passed over would let everything through.
      if (!rule)
        throw new Error(`The schemas use the keyword '${keyword}', which has no rule here.`)
      return rule(argument, schema)
    })
    const judge = allOf(parts)
    judges.set(schema, judge)
    return judge
  }

  return (schema, value) => judgeOf(schema)(value)
}

function allOf(judges: readonly Judge[]): Judge {
  const [only] = judges
  if (only && judges.length === 1) return only
  return (value) => {
    for (const judge of judges) if (!judge(value)) return false
    return true
  }
}

function anyOf(judges: readonly Judge[]): Judge {
  const [only] = judges
  if (only && judges.length === 1) return only
  return (value) => {
    for (const judge of judges) if (judge(value)) return true
    return false
  }
}

function whenMet(make: () => Judge): Judge {
  let made: Judge | undefined
  return (value) => {
    made ??= make()
    return made(value)
  }
}

const passes: Judge = () => true

const isAmong =
  (values: ReadonlySet<unknown>): Judge =>
  (value) =>
    values.has(value)

const matches =
  (pattern: RegExp): Judge =>
  (value) =>
    typeof value !== 'string' || pattern.test(value)

const itemsFit =
  (judge: Judge): Judge =>
  (value) => {
    if (!Array.isArray(value)) return true
    for (const item of value) if (!judge(item)) return false
    return true
  }

const hasAll =
  (keys: readonly string[]): Judge =>
  (value) => {
    if (!isRecord(value)) return true
    for (const key of keys) if (value[key] === undefined) return false
    return true
  }

const judgesOfTypes: Readonly<Record<string, Judge>> = {
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: isRecord,
  number: (value) => Number.isFinite(value),
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
}

function judgeOfType(type: string): Judge {
  const judge = judgesOfTypes[type]
  if (!judge) throw new Error(`The schemas use the type '${type}', which is not told apart here.`)
  return judge
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function asSchema(value: unknown): Schema {
  if (typeof value === 'boolean' || isRecord(value)) return value
  throw new Error('The schemas hold something that is no schema.')
}
