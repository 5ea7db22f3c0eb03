/** The least that Stripe charges in each currency, and the most. */
import { refuse } from '../http/errors.ts'

/** Smallest units; a currency without a row has no minimum here. */
const minimums: ReadonlyMap<string, number> = new Map([
  ['aud', 50],
  ['brl', 50],
  ['cad', 50],
  ['chf', 50],
  ['czk', 1500],
  ['dkk', 250],
  ['eur', 50],
  ['gbp', 30],
  ['hkd', 400],
  ['huf', 17_500],
  ['inr', 50],
  ['jpy', 50],
  ['mxn', 1000],
  ['nok', 300],
  ['nzd', 50],
  ['pln', 200],
  ['sek', 300],
  ['sgd', 50],
  ['usd', 50],
])

/** Nobody is charged more, in any currency. */
const most = 99_999_999

/** Below this nothing can be charged. */
export function leastCharge(currency: string): number {
  return minimums.get(currency) ?? 1
}

export function requireMinimum(amount: number, currency: string, param: string): void {
  const least = minimums.get(currency)
  if (least === undefined || amount >= least) return
  throw refuse(`Amount must be at least ${inFigures(least, currency)} ${currency}`, {
    code: 'amount_too_small',
    param,
  })
}

export function requireMaximum(amount: number, currency: string, param: string): void {
  if (amount <= most) return
  throw refuse(`Amount must be no more than ${inFigures(most, currency)} ${currency}`, {
    code: 'amount_too_large',
    param,
  })
}

function inFigures(amount: number, currency: string): string {
  const figure = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  const digits = figure.resolvedOptions().maximumFractionDigits ?? 2
  return figure.format(amount / 10 ** digits)
}
