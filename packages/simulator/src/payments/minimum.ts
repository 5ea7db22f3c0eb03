/** The least that Stripe charges in each currency. */
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

export function requireMinimum(amount: number, currency: string, param: string): void {
  const least = minimums.get(currency)
  if (least === undefined || amount >= least) return
  const figure = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  const digits = figure.resolvedOptions().maximumFractionDigits ?? 2
  throw refuse(`Amount must be at least ${figure.format(least / 10 ** digits)} ${currency}`, {
    code: 'amount_too_small',
    param,
  })
}
