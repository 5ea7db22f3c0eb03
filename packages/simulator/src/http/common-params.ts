/** Parameter shapes that many endpoints share: addresses, ranges, pages. */
import type { FormValue } from './form.ts'
import { integer, list, type Spec, shape, text, unsettable } from './params.ts'

export const addressFields = {
  city: unsettable(text()),
  country: unsettable(text()),
  line1: unsettable(text()),
  line2: unsettable(text()),
  postal_code: unsettable(text()),
  state: unsettable(text()),
}

export interface AddressEntry {
  readonly city?: string | null | undefined
  readonly country?: string | null | undefined
  readonly line1?: string | null | undefined
  readonly line2?: string | null | undefined
  readonly postal_code?: string | null | undefined
  readonly state?: string | null | undefined
}

export function fullAddress(entry: AddressEntry | null | undefined) {
  return {
    city: entry?.city ?? null,
    country: entry?.country ?? null,
    line1: entry?.line1 ?? null,
    line2: entry?.line2 ?? null,
    postal_code: entry?.postal_code ?? null,
    state: entry?.state ?? null,
  }
}

export const shippingFields = {
  address: shape(addressFields),
  carrier: text(),
  name: text(),
  phone: text(),
  tracking_number: text(),
}

export const billingDetailsFields = {
  address: unsettable(shape(addressFields)),
  email: unsettable(text()),
  name: unsettable(text()),
  phone: unsettable(text()),
  tax_id: text(),
}

/** Bounds of a time; the exact form `created=123` is both bounds at once. */
export interface TimeRange {
  readonly gte: number
  readonly lte: number
}

const boundsSpec = shape({ gt: integer(), gte: integer(), lt: integer(), lte: integer() })

export function timeRange(): Spec<TimeRange> {
  return {
    read(value: FormValue, path: string) {
      if (typeof value === 'string') {
        const exact = integer().read(value, path)
        return { gte: exact, lte: exact }
      }
      const { gt, gte, lt, lte } = boundsSpec.read(value, path)
      return {
        gte: Math.max(gte ?? -Infinity, gt === undefined ? -Infinity : gt + 1),
        lte: Math.min(lte ?? Infinity, lt === undefined ? Infinity : lt - 1),
      }
    },
  }
}

export function within(time: number, range: TimeRange | undefined): boolean {
  return range === undefined || (time >= range.gte && time <= range.lte)
}

export const pageFields = {
  limit: integer(1, 100),
  starting_after: text(),
  ending_before: text(),
}

export const expandField = { expand: list(text()) }
