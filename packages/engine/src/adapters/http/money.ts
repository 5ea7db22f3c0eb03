// Owns how an amount of Stripe's becomes text for a person.

/** Stripe counts these in hundredths although the currency itself has no such unit any more. */
const HUNDREDTHS = new Set(['ISK', 'UGX'])

/** `amount` is in Stripe's smallest unit of the currency. */
export function formatAmount(amount: number, currency: string): string {
  const code = currency.toUpperCase()
  if (!/^[A-Z]{3}$/.test(code)) return `${amount} ${code}`
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: code })
  const digits = HUNDREDTHS.has(code) ? 2 : (format.resolvedOptions().maximumFractionDigits ?? 2)
  return format.format(amount / 10 ** digits)
}
