/** The parameters of payment intents, as data. */
import type { PaymentIntent } from '../account/tables.ts'
import { methodDataFields } from '../customers/method-params.ts'
import {
  type AddressEntry,
  billingDetailsFields,
  fullAddress,
  shippingFields,
} from '../http/common-params.ts'
import {
  anything,
  flag,
  integer,
  list,
  metadataSpec,
  oneOf,
  required,
  shape,
  text,
  unsettable,
} from '../http/params.ts'

/** What Stripe lets nobody charge more than. */
export const amountMax = 99_999_999

const shared = {
  customer: text(),
  customer_account: text(),
  amount_details: anything(),
  application_fee_amount: integer(0),
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  excluded_payment_method_types: list(text()),
  hooks: anything(),
  payment_details: anything(),
  payment_method: text(),
  payment_method_configuration: text(),
  payment_method_data: shape({ ...methodDataFields, billing_details: shape(billingDetailsFields) }),
  payment_method_options: anything(),
  payment_method_types: list(text()),
  receipt_email: unsettable(text()),
  setup_future_usage: unsettable(oneOf('off_session', 'on_session')),
  shipping: unsettable(shape(shippingFields)),
}

const descriptive = {
  description: unsettable(text(1000)),
  metadata: metadataSpec(),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_data: anything(),
  transfer_group: text(),
}

const confirming = {
  confirmation_token: text(),
  error_on_requires_action: flag(),
  mandate: text(),
  mandate_data: anything(),
  off_session: flag(),
  radar_options: anything(),
  return_url: text(),
  use_stripe_sdk: flag(),
}

export const createFields = {
  ...shared,
  ...descriptive,
  ...confirming,
  allowed_payment_method_types: list(text()),
  amount: required(integer(1, amountMax)),
  automatic_payment_methods: shape({
    enabled: required(flag()),
    allow_redirects: oneOf('always', 'never'),
  }),
  confirm: flag(),
  confirmation_method: oneOf('automatic', 'manual'),
  currency: required(text(3)),
  on_behalf_of: text(),
}

export const updateFields = {
  ...shared,
  ...descriptive,
  allowed_payment_method_types: list(text()),
  amount: integer(1, amountMax),
  currency: text(3),
}

export const confirmFields = { ...shared, ...confirming, amount_to_confirm: integer(1, amountMax) }

export const captureFields = {
  amount_details: anything(),
  amount_to_capture: integer(1, amountMax),
  application_fee_amount: integer(0),
  final_capture: flag(),
  hooks: anything(),
  metadata: metadataSpec(),
  payment_details: anything(),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_data: anything(),
}

interface ShippingEntry {
  readonly address?: AddressEntry | undefined
  readonly carrier?: string | undefined
  readonly name?: string | undefined
  readonly phone?: string | undefined
  readonly tracking_number?: string | undefined
}

export function intentShipping(entry: ShippingEntry | null | undefined): PaymentIntent['shipping'] {
  if (!entry) return null
  return {
    address: fullAddress(entry.address),
    carrier: entry.carrier ?? null,
    ...(entry.name === undefined ? {} : { name: entry.name }),
    phone: entry.phone ?? null,
    tracking_number: entry.tracking_number ?? null,
  }
}
