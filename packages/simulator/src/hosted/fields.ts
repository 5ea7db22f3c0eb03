/** The names of everything that can be typed into a hosted form, and how a post of them is read. */

const fixedNames = [
  'email',
  'phone',
  'shippingName',
  'shippingLine1',
  'shippingLine2',
  'shippingCity',
  'shippingState',
  'shippingPostalCode',
  'shippingCountry',
  'shippingRate',
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
  'sameAddress',
  'billingLine1',
  'billingLine2',
  'billingCity',
  'billingState',
  'terms',
  'taxIdType',
  'taxId',
] as const

type FixedName = (typeof fixedNames)[number]
/** A merchant's own question, by its key. */
type AnswerName = `answer.${string}`

export type FieldName = FixedName | AnswerName
export type FieldValues = Readonly<Record<FieldName, string>>
export type SomeValues = { readonly [K in FieldName]?: string }

export interface FieldError {
  readonly field: FieldName
  /** Stripe's error code. */
  readonly code: string
  readonly message: string
}

export type Verdict = FieldError | undefined

const fieldLengthMax = 200
/** What is not posted when it is not ticked. */
const boxes: readonly string[] = ['sameAddress', 'terms']

export const answerName = (key: string): AnswerName => `answer.${key}`

/** What was posted; where nothing was, `fallback`. */
export function readFields(
  form: URLSearchParams,
  fallback: SomeValues,
  answerKeys: readonly string[] = [],
): FieldValues {
  const isPosted = form.size > 0
  const read = (name: FieldName): string => {
    const missing = isPosted && boxes.includes(name) ? '' : (fallback[name] ?? '')
    return (form.get(name) ?? missing).trim().slice(0, fieldLengthMax)
  }
  const names = [...fixedNames, ...answerKeys.map(answerName)]
  // Every name of the record is in the list that it is made from.
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<FieldName, string>
}

export function incomplete(field: FieldName, what: string): FieldError {
  return { field, code: 'parameter_missing', message: `Your ${what} is incomplete.` }
}
