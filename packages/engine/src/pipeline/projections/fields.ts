// Owns reading single fields of Stripe's objects: what is not of the kind that it should be is absent.
import { isId, isJsonObject, type JsonObject } from '../inbox/lanes.ts'

/** An id, or the id of an expanded object. */
export const idOf = (value: unknown): string | null => {
  if (isId(value)) return value
  return isJsonObject(value) && isId(value.id) ? value.id : null
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Amounts and counts are whole at Stripe; no currency has digits that are not. */
export const wholeOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null

/** The end of the year 9999, beyond which no date is written with four digits. */
const SECONDS_MAX = 253_402_300_799

/** Stripe's times are unix seconds. */
export const timeOf = (value: unknown): Date | null => {
  const seconds = wholeOf(value)
  return seconds === null || seconds < 0 || seconds > SECONDS_MAX ? null : new Date(seconds * 1000)
}

export const objectOf = (value: unknown): JsonObject | null => (isJsonObject(value) ? value : null)

/** The first page of a list that is part of an object; null when the object does not have it. */
export function listOf(value: unknown): readonly JsonObject[] | null {
  const data = isJsonObject(value) ? value.data : null
  return Array.isArray(data) ? data.filter(isJsonObject) : null
}

export const hasMore = (value: unknown): boolean => isJsonObject(value) && value.has_more === true

export function earliest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : new Date(Math.min(...known.map((time) => time.getTime())))
}

export function latest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : new Date(Math.max(...known.map((time) => time.getTime())))
}
