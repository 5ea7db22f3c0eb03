// Owns what answers look like: JSON for programs, aligned columns for people.
import { type Json, type JsonObject, toJson } from '../control/json.ts'

export interface Column {
  readonly title: string
  readonly cell: (row: JsonObject) => string
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function rowsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((each): each is JsonObject => isObject(each)) : []
}

/** A value as one cell; a dash for what is absent. */
export function cellOf(value: Json | undefined): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'string') return timeOf(value) ?? value
  return typeof value === 'object' ? toJson(value) : String(value)
}

/** Shortens ISO 8601 to what a person reads; UTC, and said so. */
function timeOf(text: string): string | null {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(text)
  return match === null ? null : `${match[1]} ${match[2]}Z`
}

/** A column that shows one field under its own or another title. */
export function field(name: string, title: string = name): Column {
  return { title, cell: (row) => cellOf(row[name]) }
}

/** Stripe counts these in hundredths although the currency itself has no such unit any more. */
const HUNDREDTHS = new Set(['isk', 'ugx'])

/** An amount in Stripe's smallest unit, as the currency is written. */
export function moneyOf(amount: Json | undefined, currency: Json | undefined): string {
  if (typeof amount !== 'number' || typeof currency !== 'string') return '–'
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const own = format.resolvedOptions().maximumFractionDigits ?? 2
  const digits = HUNDREDTHS.has(currency.toLowerCase()) ? 2 : own
  return format.format(amount / 10 ** digits)
}

export function renderTable(
  columns: readonly Column[],
  rows: readonly JsonObject[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`
  const titles = columns.map((column) => column.title.toUpperCase())
  const cells = rows.map((row) => columns.map((column) => column.cell(row)))
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return `${[titles, ...cells].map(line).join('\n')}\n`
}

/** One thing's fields, a line each. */
export function renderFields(fields: readonly (readonly [string, string])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length))
  return `${fields.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`
}
