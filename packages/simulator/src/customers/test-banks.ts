/** Stripe's test bank accounts, one row each: when a debit settles and how. */

export interface SettlePlan {
  readonly outcome: 'succeeds' | 'fails' | 'stays'
  readonly afterMs: number
  readonly failureCode?: 'account_closed' | 'debit_not_authorized' | 'insufficient_funds'
  /** The payer takes the money back afterwards. */
  readonly isDisputed?: true
}

/** The accounts that settle "at once" still settle after the session was answered as processing. */
const soonMs = 500
const laterMs = 180_000

const soon: SettlePlan = { outcome: 'succeeds', afterMs: soonMs }
const later: SettlePlan = { outcome: 'succeeds', afterMs: laterMs }
const failsSoon: SettlePlan = {
  outcome: 'fails',
  afterMs: soonMs,
  failureCode: 'insufficient_funds',
}
const failsLater: SettlePlan = { ...failsSoon, afterMs: laterMs }

const ibans: ReadonlyMap<string, SettlePlan> = new Map([
  ['AT611904300234573201', soon],
  ['AT321904300235473204', later],
  ['AT861904300235473202', failsSoon],
  ['AT051904300235473205', failsLater],
  ['AT591904300235473203', { ...soon, isDisputed: true }],
  // What the official CLI's trigger for async_payment_failed pays with.
  ['IT60X0542811101000000123456', failsSoon],
])

const usAccounts: ReadonlyMap<string, SettlePlan> = new Map([
  ['000123456789', soon],
  ['000111111113', { ...failsSoon, failureCode: 'account_closed' }],
  ['000222222227', failsSoon],
  ['000333333335', { ...failsSoon, failureCode: 'debit_not_authorized' }],
  ['000555555559', { ...soon, isDisputed: true }],
  ['000000000009', { outcome: 'stays', afterMs: 0 }],
])

/** A well-formed account without a row behaves as the slow, honest majority does. */
export function planOfIban(iban: string): SettlePlan {
  return ibans.get(iban) ?? later
}

export function planOfUsAccount(accountNumber: string): SettlePlan {
  return usAccounts.get(accountNumber) ?? later
}

export function normalizeIban(entered: string): string {
  return entered.replaceAll(/\s/g, '').toUpperCase()
}

/** ISO 13616: the rearranged number, letters as 10–35, leaves 1 modulo 97. Test numbers are exempt. */
export function isIban(iban: string): boolean {
  if (ibans.has(iban)) return true
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false
  const digits = [...(iban.slice(4) + iban.slice(0, 4))].map((c) => Number.parseInt(c, 36)).join('')
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1
}
