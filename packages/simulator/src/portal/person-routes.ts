/** Adds cards and changes the customer's details. */
import { addressOf, billingNames, shippingNames } from '../hosted/address-entry.ts'
import { cardErrors, cardValues } from '../hosted/card-form.ts'
import { defaultCountry } from '../hosted/countries.ts'
import { type FieldError, type FieldValues, readFields, type SomeValues } from '../hosted/fields.ts'
import { seeOther } from '../hosted/layout.ts'
import { placed } from '../hosted/pay-errors.ts'
import { judgeEmail } from '../hosted/pay-form.ts'
import type { StripeError } from '../http/errors.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { given } from '../http/route.ts'
import { addCard, changeDetails } from './actions.ts'
import { cardPage, customerPage } from './person-pages.ts'
import { backTo, finished } from './steps.ts'
import { taxIdTypes } from './tax-id-types.ts'
import { taxIdsOf, type Visit } from './visit.ts'

export function showCard(visit: Visit, _id: string, error?: StripeError): HostedResponse {
  const values = cardValues(new URLSearchParams())
  return drawCard(visit, values, error ? 402 : 200, error ? [placed(error.body(), 'card')] : [])
}

function drawCard(
  visit: Visit,
  values: FieldValues,
  status: number,
  errors: readonly FieldError[],
): HostedResponse {
  return cardPage({ visit, form: { values, errors }, backTo: backTo(visit), status })
}

export function addCardTo(visit: Visit): HostedResponse {
  const values = cardValues(visit.request.form)
  const errors = cardErrors(values, visit.account.now())
  if (errors.length > 0) return drawCard(visit, values, 422, errors)
  const done = addCard(visit, values)
  if (!done.ok) return drawCard(visit, values, 402, [placed(done.error.body(), 'card')])
  if (done.value.status !== 'requires_action') return finished(visit, 'card')
  return seeOther(`${visit.home}/challenges/${done.value.id}`)
}

export function showCustomer(visit: Visit): HostedResponse {
  const values = readFields(new URLSearchParams(), startingValues(visit))
  return drawCustomer(visit, values, [])
}

function drawCustomer(
  visit: Visit,
  values: FieldValues,
  errors: readonly FieldError[],
): HostedResponse {
  const status = errors.length > 0 ? 422 : 200
  return customerPage({ visit, form: { values, errors }, backTo: backTo(visit), status })
}

function startingValues({ account, customer }: Visit): SomeValues {
  const { name, email, phone, address, shipping } = customer
  const [taxId] = taxIdsOf(account, customer.id)
  return {
    taxIdType: taxId?.type ?? '',
    taxId: taxId?.value ?? '',
    billingName: name ?? '',
    email: email ?? '',
    phone: phone ?? '',
    billingLine1: address?.line1 ?? '',
    billingLine2: address?.line2 ?? '',
    billingCity: address?.city ?? '',
    billingState: address?.state ?? '',
    postalCode: address?.postal_code ?? '',
    country: address?.country ?? defaultCountry,
    shippingName: shipping?.name ?? '',
    shippingLine1: shipping?.address?.line1 ?? '',
    shippingLine2: shipping?.address?.line2 ?? '',
    shippingCity: shipping?.address?.city ?? '',
    shippingState: shipping?.address?.state ?? '',
    shippingPostalCode: shipping?.address?.postal_code ?? '',
    shippingCountry: shipping?.address?.country ?? defaultCountry,
  }
}

export function changeCustomer(visit: Visit): HostedResponse {
  const { request, configuration } = visit
  const values = readFields(request.form, startingValues(visit))
  const allowed: readonly string[] = configuration.features.customer_update.allowed_updates
  const may = (part: string) => allowed.includes(part)
  const wrong = may('email') ? judgeEmail(values.email) : undefined
  if (wrong) return drawCustomer(visit, values, [wrong])
  const shipping = {
    name: values.shippingName,
    address: namedParts(addressOf(values, shippingNames)),
  }
  const details = {
    ...(may('name') ? { name: values.billingName || null } : {}),
    ...(may('email') ? { email: values.email } : {}),
    ...(may('phone') ? { phone: values.phone || null } : {}),
    ...(may('address') ? { address: namedParts(addressOf(values, billingNames)) } : {}),
    ...(may('shipping') && values.shippingName !== '' ? { shipping } : {}),
  }
  const done = changeDetails(visit, details, may('tax_id') ? taxIdIn(visit, values) : undefined)
  if (done.ok) return finished(visit, 'customer')
  const { code = 'invalid', message } = done.error.detail
  return drawCustomer(visit, values, [{ field: 'email', code, message }])
}

/** Null where the number was left empty. */
function taxIdIn({ account, customer }: Visit, { taxIdType, taxId }: FieldValues) {
  const known = [...taxIdTypes.map(({ value }) => value), taxIdsOf(account, customer.id)[0]?.type]
  const type = known.find((one) => one === taxIdType)
  return taxId === '' || type === undefined || type === 'unknown' ? null : { type, value: taxId }
}

/** What was left empty is not named, and so not kept. */
function namedParts(address: ReturnType<typeof addressOf>) {
  const { city, country, line1, line2, postal_code, state } = address
  return given({
    city: city ?? undefined,
    country: country ?? undefined,
    line1: line1 ?? undefined,
    line2: line2 ?? undefined,
    postal_code: postal_code ?? undefined,
    state: state ?? undefined,
  })
}
