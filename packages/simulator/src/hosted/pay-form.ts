/** Judges what a buyer typed as Stripe's own form does, before any payment is tried. */

import { judgeAnswer } from '../checkout/custom-fields.ts'
import type { BuyerEntry } from '../checkout/pay.ts'
import { isIban, normalizeIban } from '../customers/test-banks.ts'
import {
  addressOf,
  billingNames,
  judgeAddress,
  judgePhone,
  shippingNames,
} from './address-entry.ts'
import type { Asks, MethodName } from './asks.ts'
import { type CardNumbers, cardOf, judgeCard } from './card-entry.ts'
import {
  answerName,
  type FieldError,
  type FieldName,
  type FieldValues,
  incomplete,
  type Verdict,
} from './fields.ts'

export type Entry =
  | ({ readonly method: 'card' } & CardNumbers)
  | { readonly method: 'sepa_debit'; readonly iban: string }
  | { readonly method: 'us_bank_account'; readonly accountNumber: string }

export interface Buyer extends BuyerEntry {
  readonly country: string
  readonly postalCode: string
}

type PayForm =
  /** Without an entry there is nothing to pay with, and nothing to pay. */
  | { readonly ok: true; readonly entry: Entry | undefined; readonly buyer: Buyer }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

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
export function judge(asks: Asks, values: FieldValues, now: number): PayForm {
  const rule = ruleOf(asks, values)
  const verdicts = [
    judgeEmail(values.email),
    ...(asks.phone ? [judgePhone(values.phone)] : []),
    ...(asks.shippingCountries ? judgeShipping(values, asks.shippingCountries) : []),
    ...(rule?.judge(values, now) ?? []),
    ...(needsBilling(asks, values) ? judgeAddress(values, billingNames) : []),
    ...asks.customFields.map((field) => judgeCustom(field, values)),
    ...(asks.terms ? [judgeTerms(values.terms)] : []),
  ]
  const errors = verdicts.filter((verdict) => verdict !== undefined)
  if (errors.length > 0) return { ok: false, errors }
  return { ok: true, entry: rule?.entry(values), buyer: buyerOf(asks, values) }
}

/** What the page does not offer cannot be posted into it either. */
function ruleOf({ methods }: Asks, { method }: FieldValues): MethodRules | undefined {
  const chosen = methods.find((name) => name === method) ?? methods[0]
  return chosen && rules[chosen]
}

function buyerOf(asks: Asks, values: FieldValues): Buyer {
  const { email, country, postalCode, phone } = values
  const shipping = asks.shippingCountries
    ? { name: values.shippingName, address: addressOf(values, shippingNames) }
    : undefined
  const named = ruleOf(asks, values)?.name
  const billing = needsBilling(asks, values) ? billingNames : shippingNames
  return {
    email,
    name: (named && values[named]) || (shipping?.name ?? ''),
    country,
    postalCode,
    ...(asks.phone ? { phone } : {}),
    ...(shipping ? { shipping } : {}),
    ...(asks.billingAddress ? { address: addressOf(values, billing) } : {}),
    ...(asks.customFields.length > 0 ? { answers: answersOf(asks, values) } : {}),
  }
}

/** A buyer may say that the bill goes where the goods go. */
function needsBilling(asks: Asks, values: FieldValues): boolean {
  return asks.billingAddress && !(asks.shippingCountries && values.sameAddress !== '')
}

function answersOf({ customFields }: Asks, values: FieldValues): Record<string, string> {
  return Object.fromEntries(customFields.map(({ key }) => [key, values[answerName(key)] ?? '']))
}

export function judgeEmail(email: string): Verdict {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return undefined
  return { field: 'email', code: 'email_invalid', message: 'Your email is incomplete.' }
}

function judgeShipping(values: FieldValues, countries: readonly string[]): Verdict[] {
  const isServed = countries.includes(values.shippingCountry)
  return [
    values.shippingName === '' ? incomplete('shippingName', 'name') : undefined,
    isServed ? undefined : incomplete('shippingCountry', 'country'),
    ...judgeAddress(values, shippingNames),
  ]
}

function judgeCustom(field: Asks['customFields'][number], values: FieldValues): Verdict {
  const name = answerName(field.key)
  const message = judgeAnswer(field, values[name] ?? '')
  return message === undefined ? undefined : { field: name, code: 'custom_field_invalid', message }
}

function judgeTerms(terms: string): Verdict {
  if (terms !== '') return undefined
  const message = 'You must accept the terms to continue.'
  return { field: 'terms', code: 'terms_of_service_required', message }
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
  return values[field] === '' ? incomplete(field, 'name') : undefined
}
