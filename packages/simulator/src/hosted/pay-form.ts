/** Reads what a buyer typed and judges it as Stripe's own form does, before any payment is tried. */

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

export interface CardEntry {
  readonly kind: 'card'
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  readonly cvc: string
}

export interface DebitEntry {
  readonly kind: 'sepa_debit'
  readonly iban: string
}

export interface Buyer {
  readonly email: string
  readonly name: string | null
  readonly country: string
  readonly postalCode: string | null
}

export type PayForm =
  | { readonly ok: true; readonly entry: CardEntry | DebitEntry; readonly buyer: Buyer }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

const fieldLengthMax = 200
const cardYearsAheadMax = 50

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
    accountName: read('accountName'),
  }
}

/** `now` in unix seconds of the account, whose clock tests may have moved. */
export function judge(values: FieldValues, now: number): PayForm {
  const isDebit = values.method === 'sepa_debit'
  const errors = [
    judgeEmail(values.email),
    ...(isDebit ? judgeDebit(values) : judgeCard(values, now)),
  ]
  const found = errors.filter((error) => error !== undefined)
  if (found.length > 0) return { ok: false, errors: found }
  return {
    ok: true,
    entry: isDebit ? debitOf(values) : cardOf(values),
    buyer: buyerOf(values, isDebit),
  }
}

type Verdict = FieldError | undefined

function judgeEmail(email: string): Verdict {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return undefined
  return { field: 'email', code: 'email_invalid', message: 'Your email is incomplete.' }
}

function judgeCard(values: FieldValues, now: number): Verdict[] {
  return [
    judgeNumber(digitsOf(values.cardNumber)),
    judgeExpiry(expiryOf(values.cardExpiry), now),
    judgeCvc(digitsOf(values.cardCvc), digitsOf(values.cardNumber)),
  ]
}

/** Brands whose numbers or security codes differ from sixteen and three digits. */
const brands = [
  { starts: /^3[47]/, length: 15, cvc: 4 },
  { starts: /^3[068]/, length: 14, cvc: 3 },
] as const
const usualBrand = { length: 16, cvc: 3 }

function brandOf(number: string) {
  return brands.find((brand) => brand.starts.test(number)) ?? usualBrand
}

function judgeNumber(number: string): Verdict {
  const field = 'cardNumber'
  if (number.length < brandOf(number).length) {
    return { field, code: 'incomplete_number', message: 'Your card number is incomplete.' }
  }
  if (passesLuhn(number)) return undefined
  return { field, code: 'incorrect_number', message: 'Your card number is invalid.' }
}

function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

interface Expiry {
  readonly month: number
  readonly year: number
}

function expiryOf(text: string): Expiry | undefined {
  const found = /^(\d{1,2})\s*[/-]?\s*(\d{2}|\d{4})$/.exec(text)
  if (!found) return undefined
  const year = Number(found[2])
  return { month: Number(found[1]), year: year < 100 ? 2000 + year : year }
}

function judgeExpiry(expiry: Expiry | undefined, now: number): Verdict {
  const field = 'cardExpiry'
  const today = new Date(now * 1000)
  const thisYear = today.getUTCFullYear()
  if (!expiry) {
    return {
      field,
      code: 'incomplete_expiry',
      message: "Your card's expiration date is incomplete.",
    }
  }
  if (expiry.month < 1 || expiry.month > 12) {
    return {
      field,
      code: 'invalid_expiry_month',
      message: "Your card's expiration date is invalid.",
    }
  }
  if (expiry.year < thisYear) {
    return {
      field,
      code: 'invalid_expiry_year',
      message: "Your card's expiration year is in the past.",
    }
  }
  if (expiry.year > thisYear + cardYearsAheadMax) {
    return {
      field,
      code: 'invalid_expiry_year',
      message: "Your card's expiration year is invalid.",
    }
  }
  if (expiry.year === thisYear && expiry.month < today.getUTCMonth() + 1) {
    return {
      field,
      code: 'invalid_expiry_month',
      message: "Your card's expiration date is in the past.",
    }
  }
  return undefined
}

function judgeCvc(cvc: string, number: string): Verdict {
  if (cvc.length === brandOf(number).cvc) return undefined
  const message = "Your card's security code is incomplete."
  return { field: 'cardCvc', code: 'invalid_cvc', message }
}

function judgeDebit(values: FieldValues): Verdict[] {
  const iban = ibanOf(values.iban)
  const isValid = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban) && remainderOf97(iban) === 1
  return [
    isValid
      ? undefined
      : {
          field: 'iban',
          code: 'invalid_bank_account_iban',
          message: 'The IBAN you entered is invalid.',
        },
    values.accountName === ''
      ? { field: 'accountName', code: 'parameter_missing', message: 'Your name is incomplete.' }
      : undefined,
  ]
}

/** ISO 13616: the first four characters move to the end, letters count from 10. */
function remainderOf97(iban: string): number {
  const moved = iban.slice(4) + iban.slice(0, 4)
  const digits = [...moved].map((char) => Number.parseInt(char, 36).toString()).join('')
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0)
}

function cardOf(values: FieldValues): CardEntry {
  const expiry = expiryOf(values.cardExpiry)
  if (!expiry) throw new TypeError('cardOf needs a judged form')
  return {
    kind: 'card',
    number: digitsOf(values.cardNumber),
    expMonth: expiry.month,
    expYear: expiry.year,
    cvc: digitsOf(values.cardCvc),
  }
}

function debitOf(values: FieldValues): DebitEntry {
  return { kind: 'sepa_debit', iban: ibanOf(values.iban) }
}

function buyerOf(values: FieldValues, isDebit: boolean): Buyer {
  return {
    email: values.email,
    name: (isDebit ? values.accountName : values.billingName) || null,
    country: values.country,
    postalCode: values.postalCode || null,
  }
}

const digitsOf = (text: string) => text.replace(/\D/g, '')
const ibanOf = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]/g, '')
