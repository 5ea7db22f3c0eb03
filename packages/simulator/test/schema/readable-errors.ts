// Turns a schema validator's errors into lines that a person can act on.
import type { ErrorObject } from 'ajv'

const linesMax = 12

/**
 * A value that fits no alternative of an `anyOf` yields an error for each; what a reader needs are those
 * of the alternative that was meant.
 */
export function readable(name: string, errors: readonly ErrorObject[]): string[] {
  const meant = errors.filter((error) => !isOfAnotherAlternative(error, errors))
  const specific = meant.filter((error) => error.keyword !== 'anyOf')
  const shown = joinTypes(specific.length > 0 ? specific : errors)
  const lines = [...new Set(shown.map((error) => `${name}${error.instancePath}: ${phrase(error)}`))]
  const more = lines.length - linesMax
  return more > 0 ? [...lines.slice(0, linesMax), `${name}: ${more} more deviations`] : lines
}

/** Every scalar alternative reports its own type; a reader wants them in one line. */
function joinTypes(errors: readonly ErrorObject[]): ErrorObject[] {
  return errors.map((error) => {
    if (error.keyword !== 'type') return error
    const same = errors.filter((e) => e.keyword === 'type' && e.instancePath === error.instancePath)
    return { ...error, params: { type: [...new Set(same.flatMap((e) => e.params.type))] } }
  })
}

function isOfAnotherAlternative(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  const branch = definitionOf(error)
  return all.some((other) => {
    if (other.keyword !== 'anyOf' || !error.instancePath.startsWith(other.instancePath))
      return false
    const isScalarBranch = error.instancePath === other.instancePath && error.keyword === 'type'
    return (isScalarBranch && isObject(other.data)) || isWrongKind(branch, other, all)
  })
}

/** An alternative is the wrong kind when its `object` differs, or it wants a `deleted` that is not there. */
function isWrongKind(branch: string, anyOf: ErrorObject, all: readonly ErrorObject[]): boolean {
  return all.some(
    (error) =>
      definitionOf(error) === branch &&
      ((error.keyword === 'const' && error.instancePath === `${anyOf.instancePath}/object`) ||
        (error.instancePath === anyOf.instancePath && error.params.missingProperty === 'deleted')),
  )
}

function definitionOf(error: ErrorObject): string {
  return /definitions\/([^/]+)/.exec(error.schemaPath)?.[1] ?? ''
}

const phrases: Record<string, (error: ErrorObject) => string> = {
  additionalProperties: (e) => `has an unknown key '${e.params.additionalProperty}'`,
  required: (e) => `lacks '${e.params.missingProperty}'`,
  type: (e) => `must be ${[e.params.type].flat().join(' or ')}, is ${kindOf(e.data)}`,
  const: (e) => `must be ${JSON.stringify(e.params.allowedValue)}, is ${show(e.data)}`,
  enum: (e) => `must be one of ${list(e.params.allowedValues)}, is ${show(e.data)}`,
  'false schema': (e) =>
    `is an expanded ${definitionOf(e)}, which has no schema; add it to the roots of tools/generate-schemas.mjs`,
}

function phrase(error: ErrorObject): string {
  return (
    phrases[error.keyword]?.(error) ?? `${error.message ?? error.keyword}, is ${show(error.data)}`
  )
}

function list(values: readonly unknown[]): string {
  const shown = values.slice(0, 8).map((value) => JSON.stringify(value))
  return values.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? kindOf(value) : JSON.stringify(value)
}

function isObject(value: unknown): boolean {
  return kindOf(value) === 'object'
}
