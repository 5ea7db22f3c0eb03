/** Proration, to the second: what of a period's amount is still ahead, and how Stripe words it. */
import type { Period } from './periods.ts'

/** The part of `amount`, which pays for the whole period, that pays for the time from `at` on. */
export function prorated(amount: number, period: Period, at: number): number {
  const length = period.end - period.start
  if (length <= 0) return 0
  const ahead = Math.min(Math.max(period.end - at, 0), length)
  return Math.round((amount * ahead) / length)
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** As on Stripe's invoices: `15 Nov 2026`. */
function dayOf(time: number): string {
  const date = new Date(time * 1000)
  const day = String(date.getUTCDate()).padStart(2, '0')
  return `${day} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

export function prorationText(
  part: 'Unused' | 'Remaining',
  product: string,
  quantity: number,
  at: number,
): string {
  const what = quantity === 1 ? product : `${quantity} × ${product}`
  return `${part} time on ${what} after ${dayOf(at)}`
}
