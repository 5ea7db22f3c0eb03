/** Judges and reads the addresses and the phone number that a buyer types. */
import type { BuyerDetails } from '../account/tables.ts'
import { fullAddress } from '../http/common-params.ts'
import { type FieldName, type FieldValues, incomplete, type Verdict } from './fields.ts'

type Address = NonNullable<BuyerDetails['address']>

interface AddressNames {
  readonly line1: FieldName
  readonly line2: FieldName
  readonly city: FieldName
  readonly state: FieldName
  readonly postalCode: FieldName
  readonly country: FieldName
}

export const shippingNames: AddressNames = {
  line1: 'shippingLine1',
  line2: 'shippingLine2',
  city: 'shippingCity',
  state: 'shippingState',
  postalCode: 'shippingPostalCode',
  country: 'shippingCountry',
}

export const billingNames: AddressNames = {
  line1: 'billingLine1',
  line2: 'billingLine2',
  city: 'billingCity',
  state: 'billingState',
  postalCode: 'postalCode',
  country: 'country',
}

const withState = ['AU', 'CA', 'IN', 'US']
const withoutPostalCode = ['AE', 'HK', 'IE']

export function judgeAddress(values: FieldValues, names: AddressNames): Verdict[] {
  const country = values[names.country] ?? ''
  const need = (name: FieldName, what: string, isNeeded = true): Verdict =>
    isNeeded && values[name] === '' ? incomplete(name, what) : undefined
  return [
    need(names.line1, 'address'),
    need(names.city, 'city'),
    need(names.state, 'state', withState.includes(country)),
    need(names.postalCode, 'postal code', !withoutPostalCode.includes(country)),
  ]
}

export function addressOf(values: FieldValues, names: AddressNames): Address {
  const text = (name: FieldName) => values[name] || null
  return fullAddress({
    line1: text(names.line1),
    line2: text(names.line2),
    city: text(names.city),
    state: text(names.state),
    postal_code: text(names.postalCode),
    country: text(names.country),
  })
}

const phoneDigitsMin = 5

export function judgePhone(phone: string): Verdict {
  if (phone.replace(/\D/g, '').length >= phoneDigitsMin) return undefined
  return incomplete('phone', 'phone number')
}
