/** Billing periods: UTC calendar arithmetic from an anchor, where a month that is too short for it ends early. */
import type { Subscription } from '../account/tables.ts'
import { monthsAfter } from '../catalogue/months.ts'

export interface Cadence {
  readonly interval: string
  readonly interval_count: number
}

export interface Period {
  readonly start: number
  readonly end: number
}

const daySeconds = 24 * 60 * 60
/** The least and the most that an interval may last. */
const spans: Readonly<Record<string, readonly [least: number, most: number]>> = {
  day: [daySeconds, daySeconds],
  week: [7 * daySeconds, 7 * daySeconds],
  month: [28 * daySeconds, 31 * daySeconds],
  year: [365 * daySeconds, 366 * daySeconds],
}

/** Where billing periods are counted from. */
export interface Anchor {
  readonly time: number
  /** The day of the month that was asked for, where the month of `time` may be too short for it. */
  readonly day?: number | undefined
}

export function anchorOf(
  of: Pick<Subscription, 'billing_cycle_anchor' | 'billing_cycle_anchor_config'>,
): Anchor {
  return { time: of.billing_cycle_anchor, day: of.billing_cycle_anchor_config?.day_of_month }
}

/** `from` moved by `times` intervals: 31 January and one month is the end of February, and two are 31 March. */
export function addIntervals(from: number, cadence: Cadence, times: number, day?: number): number {
  const count = cadence.interval_count * times
  if (cadence.interval === 'day') return from + count * daySeconds
  if (cadence.interval === 'week') return from + count * 7 * daySeconds
  return monthsAfter(from, cadence.interval === 'year' ? count * 12 : count, day)
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

/** The period that holds `time`, counted from an anchor that may lie before or after it. */
export function periodAt({ time: anchor, day }: Anchor, cadence: Cadence, time: number): Period {
  const [least, most] = spans[cadence.interval] ?? [daySeconds, daySeconds]
  const passed = time - anchor
  // Certainly not past the goal; from there on step by step.
  let times = Math.floor(passed / ((passed > 0 ? most : least) * cadence.interval_count)) - 1
  let start = addIntervals(anchor, cadence, times, day)
  for (;;) {
    times += 1
    const end = addIntervals(anchor, cadence, times, day)
    if (end > time) return { start, end }
    start = end
  }
}

/** The most that a period may last, to tell shorter ones from longer. */
export function spanOf({ interval, interval_count }: Cadence): number {
  const [, most] = spans[interval] ?? [0, daySeconds]
  return most * interval_count
}

export function isSameCadence(a: Cadence, b: Cadence): boolean {
  return a.interval === b.interval && a.interval_count === b.interval_count
}

export interface AnchorConfig {
  readonly day_of_month: number
  readonly hour?: number | null | undefined
  readonly minute?: number | null | undefined
  readonly month?: number | null | undefined
  readonly second?: number | null | undefined
}

/** The next moment that `billing_cycle_anchor_config` describes; what it leaves open is as at `from`. */
export function anchorFrom(config: AnchorConfig, from: number): number {
  const base = new Date(from * 1000)
  const time = [
    config.hour ?? base.getUTCHours(),
    config.minute ?? base.getUTCMinutes(),
    config.second ?? base.getUTCSeconds(),
  ] as const
  for (let ahead = 0; ; ahead += 1) {
    const target = base.getUTCFullYear() * 12 + base.getUTCMonth() + ahead
    const year = Math.floor(target / 12)
    const month = target - year * 12
    if (config.month !== undefined && config.month !== null && config.month !== month + 1) continue
    const day = Math.min(config.day_of_month, daysIn(year, month))
    const moment = Date.UTC(year, month, day, ...time) / 1000
    if (moment > from) return moment
  }
}
