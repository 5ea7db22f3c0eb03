/** Says in words how often something is paid, and how long it is free. */
import { formatMoney } from '../catalogue/money.ts'

interface Recurring {
  readonly interval: string
  readonly interval_count: number
}

export interface Renewal {
  readonly amount: string
  /** `per month`, `every 3 months`. */
  readonly every: string
  readonly trial: { readonly text: string; readonly end: number } | null
}

export function everyText({ interval, interval_count: count }: Recurring): string {
  return count === 1 ? `per ${interval}` : `every ${count} ${interval}s`
}

const daySeconds = 24 * 60 * 60

export function renewalOf(
  recurring: Recurring,
  { amount, currency }: { readonly amount: number; readonly currency: string },
  trial: { readonly now: number; readonly end: number } | null,
): Renewal {
  return {
    amount: formatMoney(amount, currency),
    every: everyText(recurring),
    trial: trial && { text: freeText(trial.end - trial.now), end: trial.end },
  }
}

function freeText(seconds: number): string {
  const days = Math.max(1, Math.round(seconds / daySeconds))
  return days === 1 ? '1 day free' : `${days} days free`
}

const dates = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })

export function shownDate(seconds: number): string {
  return dates.format(new Date(seconds * 1000))
}
