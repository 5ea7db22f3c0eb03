/** Reads what a request says about a customer, the same for create and update. */
import type { Customer } from '../account/tables.ts'
import { fullAddress } from '../http/common-params.ts'
import { badParam } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer, text, unsettable } from '../http/params.ts'
import { given } from '../http/route.ts'
import { noTax } from './customer-object.ts'

/** What Stripe takes beyond its own types: emptied values, and the discounts of older API versions. */
export const customerFields = {
  coupon: unsettable(text()),
  description: unsettable(text()),
  email: unsettable(text(512)),
  invoice_prefix: text(12),
  name: unsettable(text()),
  next_invoice_sequence: integer(1),
  phone: unsettable(text(20)),
  promotion_code: text(),
}

type Generated = Omit<ParamsOf<'POST /v1/customers/:id'>, keyof typeof customerFields>

export interface Details extends Generated {
  readonly description?: string | null
  readonly email?: string | null
  readonly name?: string | null
  readonly phone?: string | null
  readonly invoice_prefix?: string
  readonly next_invoice_sequence?: number
}

type Changes = Partial<
  Pick<
    Customer,
    | 'address'
    | 'business_name'
    | 'description'
    | 'email'
    | 'individual_name'
    | 'invoice_prefix'
    | 'name'
    | 'next_invoice_sequence'
    | 'phone'
    | 'preferred_locales'
    | 'shipping'
    | 'tax'
    | 'tax_exempt'
  >
>

/** The plain fields that the request names; the others are absent. */
export function changesOf(params: Details): Changes {
  const { address, email, invoice_prefix: prefix, shipping, tax, tax_exempt: exempt } = params
  if (typeof email === 'string' && !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw badParam(`Invalid email address: ${email}`, 'email', 'email_invalid')
  }
  if (prefix !== undefined && !/^[A-Z0-9]{3,12}$/.test(prefix)) {
    throw badParam(
      'The invoice prefix must be 3 to 12 uppercase letters or numbers.',
      'invoice_prefix',
    )
  }
  return given({
    address: address === undefined ? undefined : address && fullAddress(address),
    business_name: params.business_name ?? undefined,
    description: params.description,
    email,
    individual_name: params.individual_name ?? undefined,
    invoice_prefix: prefix,
    name: params.name,
    next_invoice_sequence: params.next_invoice_sequence,
    phone: params.phone,
    preferred_locales: params.preferred_locales,
    shipping: shipping === undefined ? undefined : shippingOf(shipping),
    tax: tax && { ...noTax, ip_address: tax.ip_address ?? null },
    tax_exempt: exempt === null ? ('none' as const) : exempt,
  })
}

function shippingOf(entry: Details['shipping']): Customer['shipping'] {
  if (!entry) return null
  return {
    address: fullAddress(entry.address),
    name: entry.name,
    phone: entry.phone ?? null,
  }
}

/** `defaultMethod` is the payment method that the settings name, found among the customer's. */
export function invoiceSettings(
  before: Customer['invoice_settings'] | undefined,
  entry: Generated['invoice_settings'],
  defaultMethod: string | undefined,
): Customer['invoice_settings'] {
  const rendering = entry?.rendering_options
  return {
    custom_fields: null,
    footer: null,
    default_payment_method: null,
    rendering_options: null,
    ...before,
    ...given({ footer: entry?.footer, custom_fields: entry?.custom_fields }),
    ...given({ default_payment_method: defaultMethod }),
    ...given({
      rendering_options: rendering && {
        amount_tax_display: rendering.amount_tax_display ?? null,
        template: rendering.template ?? null,
      },
    }),
  }
}
