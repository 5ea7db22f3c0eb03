// Owns how the engine's values become JSON: bigints as strings, times as ISO 8601.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_name, each: unknown) => (typeof each === 'bigint' ? each.toString() : each),
    indent,
  )
}
