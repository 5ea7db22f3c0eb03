/** Writes an amount in its currency, as Stripe counts the smallest units. */

/** Currencies without cents: the amount is the number of whole units. */
const zeroDecimal = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
)
const threeDecimal = new Set('bhd jod kwd omr tnd'.split(' '))
/** Without cents for people, yet Stripe keeps counting them in hundredths. */
const hundredthsUnseen = new Set(['isk', 'ugx'])

/** One a currency: they are costly to make. */
const formatters = new Map<string, Intl.NumberFormat>()

export function formatMoney(amount: number, currency: string): string {
  const code = currency.toLowerCase()
  const formatter = formatters.get(code) ?? newFormatter(code)
  formatters.set(code, formatter)
  return formatter.format(amount / 10 ** digitsOf(code))
}

function newFormatter(code: string): Intl.NumberFormat {
  const shownDigits = hundredthsUnseen.has(code) ? 0 : digitsOf(code)
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: code.toUpperCase(),
    minimumFractionDigits: shownDigits,
    maximumFractionDigits: shownDigits,
  })
}

function digitsOf(code: string): number {
  if (zeroDecimal.has(code)) return 0
  return threeDecimal.has(code) ? 3 : 2
}
