/** The parameters of payment intents: what differs from the generated ones, and what is refused. */
import type { PaymentIntent } from '../account/tables.ts'
import { methodDataFields } from '../customers/method-params.ts'
import { type AddressEntry, billingDetailsFields, fullAddress } from '../http/common-params.ts'
import { notSimulated } from '../http/errors.ts'
import type { FormNode, FormValue } from '../http/form.ts'
import { generatedFields } from '../http/generated-params.ts'
import { integer, list, required, type Spec, shape, text, unsettable } from '../http/params.ts'
import type { Overlaid, Route } from '../http/route.ts'
import type { TransferType } from './transfer-instructions.ts'

const amount = integer(1)

/** What can be said of the methods and has its effect here. */
interface Options {
  readonly card?: {
    readonly network?: NonNullable<CardOptions['network']>
    readonly request_three_d_secure?: 'any' | 'automatic' | 'challenge'
  }
  readonly customer_balance?: {
    readonly bank_transfer?: { readonly type: TransferType }
    readonly funding_type?: 'bank_transfer'
  }
  readonly us_bank_account?: {
    readonly verification_method?: 'automatic' | 'instant' | 'microdeposits'
  }
}

type CardOptions = NonNullable<NonNullable<PaymentIntent['payment_method_options']>['card']>

/** The official CLI names a kind of bank transfer that the types do not know; Stripe takes it. */
const aliases: ReadonlyMap<FormValue, string> = new Map([['jp_bank_account', 'jp_bank_transfer']])

function plain(value: FormValue): FormValue {
  return typeof value === 'string' ? (aliases.get(value) ?? value) : withoutAliases(value)
}

function withoutAliases(form: FormNode): FormNode {
  return new Map([...form].map(([key, item]) => [key, plain(item)]))
}

/** The same route, which also understands the names that the types do not know. */
export function understanding(route: Route): Route {
  return { ...route, run: (call, form) => route.run(call, withoutAliases(form)) }
}

const simulatedOptions: Readonly<Record<string, readonly string[]>> = {
  card: ['network', 'request_three_d_secure'],
  customer_balance: ['bank_transfer', 'funding_type'],
  us_bank_account: ['verification_method'],
  sepa_debit: [],
}

function refuseOptions(form: FormNode, path: string): void {
  for (const [type, options] of form) {
    const known = simulatedOptions[type] ?? []
    const names = typeof options === 'string' ? [] : [...options.keys()]
    const beyond = names.find((name) => !known.includes(name))
    if (beyond === undefined) continue
    throw notSimulated(`the option '${beyond}' of ${type}`, `${path}[${type}][${beyond}]`)
  }
}

const generatedOptions = generatedFields('POST /v1/payment_intents')?.payment_method_options

const methodOptions: Spec<Options> = {
  read(value, path) {
    const options = generatedOptions?.read(value, path)
    if (typeof value !== 'string') refuseOptions(value, path)
    // The generated spec has judged the values, refuseOptions the names.
    return options as Options
  },
}

export const methodData = shape({
  ...methodDataFields,
  billing_details: shape(billingDetailsFields),
})

const shared = {
  payment_method_data: methodData,
  payment_method_options: methodOptions,
  payment_method_types: list(text()),
}

const descriptive = {
  description: unsettable(text(1000)),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
}

export const createFields = {
  ...shared,
  ...descriptive,
  amount: required(amount),
  currency: required(text(3)),
}

export const updateFields = { ...shared, ...descriptive, amount, currency: text(3) }

export const confirmFields = { ...shared, amount_to_confirm: amount }

export const captureFields = {
  amount_to_capture: amount,
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
}

export type CreateParams = Overlaid<'POST /v1/payment_intents', typeof createFields>
export type UpdateParams = Overlaid<'POST /v1/payment_intents/:id', typeof updateFields>
export type ConfirmParams = Overlaid<'POST /v1/payment_intents/:id/confirm', typeof confirmFields>
export type MethodParams = Pick<ConfirmParams, 'payment_method' | 'payment_method_data'>

/** Known to Stripe and without effect here. */
export const refused = [
  'amount_details',
  'application_fee_amount',
  'confirmation_token',
  'customer_account',
  'hooks',
  'on_behalf_of',
  'payment_details',
  'payment_method_configuration',
  'radar_options',
  'transfer_data',
] as const

/** The options of the intent's methods as Stripe shows them. */
export function shownOptions(
  types: readonly string[],
  options: Options | undefined,
): NonNullable<PaymentIntent['payment_method_options']> {
  const { card, customer_balance: cash, us_bank_account: bank } = options ?? {}
  const transfer = cash?.bank_transfer
  return {
    ...(types.includes('card')
      ? {
          card: {
            installments: null,
            mandate_options: null,
            network: card?.network ?? null,
            request_three_d_secure: card?.request_three_d_secure ?? 'automatic',
          },
        }
      : {}),
    ...(types.includes('customer_balance')
      ? {
          customer_balance: {
            funding_type: cash?.funding_type ?? null,
            ...(transfer ? { bank_transfer: { type: transfer.type } } : {}),
          },
        }
      : {}),
    ...(types.includes('sepa_debit') ? { sepa_debit: {} } : {}),
    ...(types.includes('us_bank_account')
      ? { us_bank_account: { verification_method: bank?.verification_method ?? 'automatic' } }
      : {}),
  }
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
