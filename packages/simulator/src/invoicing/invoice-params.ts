/** What requests say about an invoice beyond its money: how it looks, and how it is collected. */
import type { Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newShippingRate } from '../catalogue/shipping-rates.ts'
import { findMethod } from '../customers/instruments.ts'
import { fullAddress } from '../http/common-params.ts'
import { badParam, missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { inParam } from '../http/route.ts'
import type { DecorativeFields } from './entry.ts'

type Params = ParamsOf<'POST /v1/invoices'> | ParamsOf<'POST /v1/invoices/:id'>

/** Parameters whose effect on money or parties is not simulated. */
export const refused = [
  'application_fee_amount',
  'customer_account',
  'issuer',
  'on_behalf_of',
  'transfer_data',
] as const

/** What an invoice only shows; undefined members were not named. */
export function readDecorations(params: Params): {
  readonly [F in keyof DecorativeFields]?: DecorativeFields[F] | undefined
} {
  if (params.automatic_tax?.enabled === true) {
    throw notSimulated('automatic tax', 'automatic_tax[enabled]')
  }
  return {
    account_tax_ids: params.account_tax_ids && [...params.account_tax_ids],
    custom_fields: readCustomFields(params.custom_fields),
    effective_at: params.effective_at,
    footer: params.footer,
    number: params.number,
    payment_settings: readPaymentSettings(params.payment_settings),
    rendering: readRendering(params.rendering),
    shipping_details: readShipping(params.shipping_details),
    statement_descriptor: params.statement_descriptor,
  }
}

const customFieldsMax = 4

function readCustomFields(fields: Params['custom_fields']): Invoice['custom_fields'] | undefined {
  if (fields === undefined || fields === null) return fields
  if (fields.length > customFieldsMax) {
    throw badParam(`Invalid array: at most ${customFieldsMax} values are allowed`, 'custom_fields')
  }
  return fields.map(({ name, value }) => ({ name, value }))
}

function readPaymentSettings(
  settings: Params['payment_settings'],
): Invoice['payment_settings'] | undefined {
  if (!settings) return undefined
  if (settings.payment_method_options !== undefined) {
    throw notSimulated(
      'options of payment methods on invoices',
      'payment_settings[payment_method_options]',
    )
  }
  const types = settings.payment_method_types
  return {
    default_mandate: settings.default_mandate ?? null,
    payment_method_options: null,
    payment_method_types: types ? [...types] : null,
  }
}

function readRendering(rendering: Params['rendering']): Invoice['rendering'] | undefined {
  if (!rendering) return undefined
  if (rendering.template !== undefined) {
    throw notSimulated('rendering templates of invoices', 'rendering[template]')
  }
  return {
    amount_tax_display: rendering.amount_tax_display ?? null,
    pdf: rendering.pdf ? { page_size: rendering.pdf.page_size ?? null } : null,
    template: null,
    template_version: null,
  }
}

function readShipping(
  details: Params['shipping_details'],
): Invoice['shipping_details'] | undefined {
  if (!details) return details
  return {
    address: fullAddress(details.address),
    name: details.name,
    phone: details.phone ?? null,
  }
}

/** When it is due, if it is sent; Stripe wants to know. */
export function checkDue(
  method: Invoice['collection_method'],
  due: { readonly days_until_due?: number | undefined; readonly due_date?: number | undefined },
): void {
  const named = due.days_until_due !== undefined || due.due_date !== undefined
  if (method === 'send_invoice' && !named) {
    throw refuse(
      'If invoice collection method is `send_invoice`, you must specify either `days_until_due` or `due_date`.',
      { param: 'days_until_due' },
    )
  }
  if (method !== 'send_invoice' && named) {
    const param = due.due_date === undefined ? 'days_until_due' : 'due_date'
    throw refuse(`You can only specify \`${param}\` if collection method is \`send_invoice\`.`, {
      param,
    })
  }
}

/** A payment method of this customer. */
export function readMethod(
  tx: Transaction,
  id: string | undefined,
  customer: string | null,
  param = 'default_payment_method',
): string | undefined {
  if (id === undefined) return undefined
  const method = findMethod(tx, id, param)
  if (method.customer === customer) return method.id
  throw refuse(
    `The payment method ${method.id} does not belong to the customer ${customer}. Attach it to the customer first.`,
    { param },
  )
}

/** What sending the goods costs; null takes it off. */
export function readShippingCost(
  tx: Transaction,
  entry: Params['shipping_cost'],
  currency: string,
): Invoice['shipping_cost'] | undefined {
  if (!entry) return entry
  const { shipping_rate: id, shipping_rate_data: data } = entry
  if (id === undefined && data === undefined) throw missingParam('shipping_cost[shipping_rate]')
  const rate = data
    ? newShippingRate(tx, data, (name) => `shipping_cost[shipping_rate_data][${name}]`)
    : inParam(tx, 'shipping_rate', id ?? '', 'shipping_cost[shipping_rate]')
  const amount = rate.fixed_amount?.amount ?? 0
  if (rate.fixed_amount?.currency !== currency) {
    throw refuse(`The shipping rate must be in ${currency}, the currency of the invoice.`, {
      param: 'shipping_cost',
    })
  }
  return {
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    shipping_rate: rate.id,
  }
}
