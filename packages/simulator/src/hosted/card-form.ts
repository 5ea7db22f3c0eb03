/** A card that is typed into a page other than the checkout's: read, judged, and made a payment method. */
import type { PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { cardMethod, checkNumbers, nobody } from '../customers/instruments.ts'
import { addressOf, billingNames } from './address-entry.ts'
import { cardOf, judgeCard } from './card-entry.ts'
import { defaultCountry } from './countries.ts'
import { type FieldError, type FieldValues, readFields } from './fields.ts'

export function cardValues(form: URLSearchParams): FieldValues {
  return { ...readFields(form, { country: defaultCountry }), method: 'card' }
}

export function cardErrors(values: FieldValues, now: number): FieldError[] {
  return judgeCard(values, now).filter((verdict) => verdict !== undefined)
}

/** Throws the bank's refusal of the numbers. */
export function typedCard(
  tx: Transaction,
  values: FieldValues,
  email: string | null,
): PaymentMethod {
  const entry = cardOf(values)
  const buyer = {
    ...nobody,
    email,
    name: values.billingName || null,
    address: addressOf(values, billingNames),
  }
  return cardMethod(tx, checkNumbers(entry, tx.now), entry, { buyer })
}
