/** Reads how far a clock is to be moved. */
import { monthsAfter } from '../catalogue/months.ts'
import { BadSimRequest, type Json } from './bodies.ts'

/** The moment that `{advance}`, `{months}` or `{to}` means, seen from `now`. */
export function momentOf(now: number, { advance, months, to }: Json): number {
  if (typeof advance === 'number') return now + advance
  if (typeof months === 'number') return monthsAfter(now, months)
  if (typeof to === 'number') return to
  throw new BadSimRequest('Pass {"advance": seconds}, {"months": number} or {"to": unix seconds}.')
}
