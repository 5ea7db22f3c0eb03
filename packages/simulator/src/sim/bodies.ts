/** Reads the JSON bodies of `/_sim/…` and refuses what they cannot hold. */

export type Json = Readonly<Record<string, unknown>>

export class BadSimRequest extends Error {
  override readonly name = 'BadSimRequest'
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

export function jsonOf(text: string): Json {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isJson(value)) return value
  } catch {
    // Falls through to the one refusal for whatever is no JSON object.
  }
  throw new BadSimRequest('The body must be a JSON object.')
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function numberIn(body: Json, key: string): number | undefined {
  const value = body[key]
  if (value === undefined || typeof value === 'number') return value
  throw new BadSimRequest(`${key} must be a number.`)
}

export function textIn(body: Json, key: string): string | undefined {
  const value = body[key]
  if (value === undefined || typeof value === 'string') return value
  throw new BadSimRequest(`${key} must be text.`)
}
