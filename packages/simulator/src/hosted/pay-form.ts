/** Reads what a buyer typed and judges it as Stripe's own form does, before any payment is tried. */
import { isIban, normalizeIban } from '../customers/test-banks.ts'
import { type CardNumbers, cardOf, judgeCard } from './card-entry.ts'
import type { MethodName } from './checkout-page.ts'

export const fieldNames = [
  'email',
  'method',
  'cardNumber',
  'cardExpiry',
  'cardCvc',
  'billingName',
  'country',
  'postalCode',
  'iban',
  'ibanName',
  'accountNumber',
  'accountName',
] as const

export type FieldName = (typeof fieldNames)[number]
export type FieldValues = Readonly<Record<FieldName, string>>

export interface FieldError {
  readonly field: FieldName
  /** Stripe's error code. */
  readonly code: string
  readonly message: string
}

export type Verdict = FieldError | undefined

export type Entry =
  | ({ readonly method: 'card' } & CardNumbers)
  | { readonly method: 'sepa_debit'; readonly iban: string }
  | { readonly method: 'us_bank_account'; readonly accountNumber: string }

export interface Buyer {
  readonly email: string
  readonly name: string
  readonly country: string
  readonly postalCode: string
}

export type PayForm =
  | { readonly ok: true; readonly entry: Entry; readonly buyer: Buyer }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

const fieldLengthMax = 200

export function readFields(form: URLSearchParams, fallback: Partial<FieldValues>): FieldValues {
  const read = (name: FieldName) =>
    (form.get(name) ?? fallback[name] ?? '').trim().slice(0, fieldLengthMax)
  return {
    email: read('email'),
    method: read('method'),
    cardNumber: read('cardNumber'),
    cardExpiry: read('cardExpiry'),
    cardCvc: read('cardCvc'),
    billingName: read('billingName'),
    country: read('country'),
    postalCode: read('postalCode'),
    iban: read('iban'),
    ibanName: read('ibanName'),
    accountNumber: read('accountNumber'),
    accountName: read('accountName'),
  }
}

interface MethodRules {
  readonly judge: (values: FieldValues, now: number) => readonly Verdict[]
  readonly entry: (values: FieldValues) => Entry
  readonly name: FieldName
}

const rules: Readonly<Record<MethodName, MethodRules>> = {
  card: {
    judge: judgeCard,
    entry: (values) => ({ method: 'card', ...cardOf(values) }),
    name: 'billingName',
  },
  sepa_debit: {
    judge: (values) => [judgeIban(values.iban), judgeName(values, 'ibanName')],
    entry: (values) => ({ method: 'sepa_debit', iban: normalizeIban(values.iban) }),
    name: 'ibanName',
  },
  us_bank_account: {
    judge: (values) => [judgeAccount(values.accountNumber), judgeName(values, 'accountName')],
    entry: ({ accountNumber }) => ({ method: 'us_bank_account', accountNumber }),
    name: 'accountName',
  },
}

/** `now` in unix seconds of the account, whose clock tests may have moved. */
export function judge(method: MethodName, values: FieldValues, now: number): PayForm {
  const rule = rules[method]
  const verdicts = [judgeEmail(values.email), ...rule.judge(values, now)]
  const errors = verdicts.filter((verdict) => verdict !== undefined)
  if (errors.length > 0) return { ok: false, errors }
  const { email, country, postalCode } = values
  const buyer = { email, name: values[rule.name], country, postalCode }
  return { ok: true, entry: rule.entry(values), buyer }
}

export function judgeEmail(email: string): Verdict {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return undefined
  return { field: 'email', code: 'email_invalid', message: 'Your email is incomplete.' }
}

function judgeIban(iban: string): Verdict {
  if (isIban(normalizeIban(iban))) return undefined
  const code = 'invalid_bank_account_iban'
  return { field: 'iban', code, message: 'The IBAN you entered is invalid.' }
}

function judgeAccount(accountNumber: string): Verdict {
  if (/^\d{4,17}$/.test(accountNumber)) return undefined
  const message = 'The account number you entered is invalid.'
  return { field: 'accountNumber', code: 'account_number_invalid', message }
}

/** A mandate names a person; a card does without. */
function judgeName(values: FieldValues, field: FieldName): Verdict {
  if (values[field] !== '') return undefined
  return { field, code: 'parameter_missing', message: 'Your name is incomplete.' }
}
