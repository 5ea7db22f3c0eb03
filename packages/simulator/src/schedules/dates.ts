/** When the phases of a schedule end, so that they meet the periods that are billed in them. */
import type { Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { priceAmount } from '../catalogue/amounts.ts'
import { monthsAfter } from '../catalogue/months.ts'
import { badParam } from '../http/errors.ts'
import { type Anchor, addIntervals, type Cadence, isSameCadence } from '../subscriptions/periods.ts'
import { cadenceOf, isMetered } from '../subscriptions/prices.ts'
import type { PhaseEntry } from './params.ts'

/** Where a phase begins, and the moment from which the billing in it is counted. */
export interface Place {
  readonly start: number
  readonly anchor: Anchor
}

/** What a phase bills. */
export interface Billed {
  readonly price: Price
  readonly quantity: number | undefined
}

export function phaseEnd(
  tx: Transaction,
  entry: PhaseEntry,
  { start, anchor }: Place,
  cadence: Cadence,
  path: string,
): number {
  const told = (['end_date', 'duration', 'iterations'] as const).filter(
    (name) => entry[name] !== undefined,
  )
  if (told.length > 1) {
    throw badParam(`You may only specify one of these parameters: ${told.join(', ')}.`, path)
  }
  const { end_date: given, duration, iterations = 1 } = entry
  const end = given === 'now' ? tx.now : given
  if (end !== undefined) {
    if (end > start) return end
    throw badParam('The end of a phase must come after its start.', `${path}[end_date]`)
  }
  if (!duration) return along(anchor, start, cadence, iterations)
  const { interval, interval_count: count = 1 } = duration
  return along(anchor, start, { interval, interval_count: 1 }, count)
}

/**
 * So many intervals after `start`. A phase that begins where a period does ends where one does: with an anchor on
 * the 31st, a month from 28 February is 31 March.
 */
function along(anchor: Anchor, start: number, cadence: Cadence, times: number): number {
  const periodStart = (months: number) => monthsAfter(anchor.time, months, anchor.day)
  const months = { month: 1, year: 12 }[cadence.interval]
  if (months === undefined) return addIntervals(start, cadence, times)
  const passed = monthOf(start) - monthOf(anchor.time)
  const count = months * cadence.interval_count * times
  return periodStart(passed) === start ? periodStart(passed + count) : monthsAfter(start, count)
}

function monthOf(time: number): number {
  const date = new Date(time * 1000)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** Whether billing starts anew with a phase: at another interval, or with the first that costs anything. */
export function resetsBilling(before: readonly Billed[], after: readonly Billed[]): boolean {
  const [old] = before
  const [fresh] = after
  if (!old || !fresh) return false
  const becomesPaid = !before.some(costs) && after.some(costs)
  return becomesPaid || !isSameCadence(cadenceOf(old.price), cadenceOf(fresh.price))
}

function costs({ price, quantity }: Billed): boolean {
  return isMetered(price) || priceAmount(price, quantity ?? 1).amount > 0
}
