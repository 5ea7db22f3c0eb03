/** Puts the refusal of a payment beside the field that it concerns, in the words a buyer reads. */
import type { StripeErrorBody } from '../checkout/pay.ts'
import type { FieldError, FieldName } from './fields.ts'

/** What is not about one of these concerns the payment as a whole, so it stands by the number. */
const fieldOfCode: Readonly<Record<string, FieldName>> = {
  expired_card: 'cardExpiry',
  incorrect_cvc: 'cardCvc',
  invalid_cvc: 'cardCvc',
  invalid_expiry_month: 'cardExpiry',
  invalid_expiry_year: 'cardExpiry',
}

const numberOfMethod: Readonly<Record<string, FieldName>> = {
  card: 'cardNumber',
  sepa_debit: 'iban',
  us_bank_account: 'accountNumber',
}

/** The API speaks to the developer here; the page speaks to the buyer. */
const authentication =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.'

const pageWords: Readonly<Record<string, string>> = {
  payment_intent_authentication_failure: authentication,
  setup_intent_authentication_failure: authentication,
}

export function placed(error: StripeErrorBody, method: string): FieldError {
  const code = error.code ?? error.type
  return {
    field: fieldOfCode[code] ?? numberOfMethod[method] ?? 'cardNumber',
    code,
    message: pageWords[code] ?? error.message,
  }
}
