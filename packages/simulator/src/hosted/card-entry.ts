/** Judges the three entries of a card as Stripe's own form does, with Stripe's codes. */
import { passesLuhn } from '../customers/test-cards.ts'
import type { FieldValues, Verdict } from './fields.ts'

const cardYearsAheadMax = 50

export interface CardNumbers {
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  readonly cvc: string
}

export function judgeCard(values: FieldValues, now: number): Verdict[] {
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
      code: 'invalid_expiry_year',
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

export function cardOf(values: FieldValues): CardNumbers {
  const expiry = expiryOf(values.cardExpiry)
  if (!expiry) throw new TypeError('cardOf needs a judged form')
  return {
    number: digitsOf(values.cardNumber),
    expMonth: expiry.month,
    expYear: expiry.year,
    cvc: digitsOf(values.cardCvc),
  }
}

const digitsOf = (text: string) => text.replace(/\D/g, '')
