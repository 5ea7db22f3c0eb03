/** The terms that a request may set on a subscription, new or old: collection, method, wording, taxes, discounts. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { inParam } from '../http/route.ts'
import { taxRates } from '../invoicing/invoice-object.ts'
import { type DiscountChoice, discountIds } from './items.ts'
import type { Terms } from './object.ts'

type CreateParams = ParamsOf<'POST /v1/subscriptions'>
type UpdateParams = ParamsOf<'POST /v1/subscriptions/:id'>

type Named =
  | 'automatic_tax'
  | 'collection_method'
  | 'days_until_due'
  | 'default_payment_method'
  | 'default_tax_rates'
  | 'description'
  | 'invoice_settings'
  | 'payment_settings'
  | 'trial_settings'

type Shared = { readonly [K in Named]?: CreateParams[K] | UpdateParams[K] | undefined } & {
  readonly discounts?: readonly DiscountChoice[] | null | undefined
}

/** Parameters of both routes that would change money or access, and are not simulated. */
export const refusedTerms = [
  'application_fee_percent',
  'billing_schedules',
  'billing_thresholds',
  'default_source',
  'on_behalf_of',
  'transfer_data',
] as const

export function readTerms(
  tx: Transaction,
  of: Pick<Subscription, 'id' | 'customer'>,
  params: Shared,
  before?: Subscription,
): Terms {
  if (params.automatic_tax?.enabled === true) {
    throw notSimulated('automatic tax', 'automatic_tax[enabled]')
  }
  return {
    ...collection(params, before),
    ...(params.default_payment_method === undefined
      ? {}
      : { default_payment_method: ownMethod(tx, of.customer, params.default_payment_method) }),
    ...(params.default_tax_rates === undefined
      ? {}
      : { default_tax_rates: taxRates(tx, params.default_tax_rates ?? [], 'default_tax_rates') }),
    ...(params.description === undefined ? {} : { description: params.description }),
    ...(params.discounts === undefined
      ? {}
      : { discounts: discountIds(tx, params.discounts, of, '') }),
    ...invoiceSettings(params, before),
    ...paymentSettings(params, before),
    ...trialSettings(params),
  }
}

type BillingMode = NonNullable<CreateParams['billing_mode']>

/** Stripe's newest mode unless another is asked for; what discounts take off prorations is in their amounts. */
export function readBillingMode(
  given: Pick<BillingMode, 'flexible'> & { readonly type?: string | undefined } = {},
): Subscription['billing_mode'] {
  if (given.type === 'classic') return { flexible: null, type: 'classic' }
  if (given.flexible?.proration_discounts === 'itemized') {
    throw notSimulated(
      'itemized discounts of prorations',
      'billing_mode[flexible][proration_discounts]',
    )
  }
  return { flexible: { proration_discounts: 'included' }, type: 'flexible' }
}

function collection(params: Shared, before: Subscription | undefined): Terms {
  const method = params.collection_method ?? before?.collection_method ?? 'charge_automatically'
  const due = params.days_until_due ?? before?.days_until_due ?? undefined
  if (method === 'send_invoice') {
    if (due === undefined) throw missingParam('days_until_due')
    return { collection_method: 'send_invoice', days_until_due: due }
  }
  if (params.days_until_due !== undefined) {
    throw refuse('You can only set `days_until_due` if `collection_method` is `send_invoice`.', {
      param: 'days_until_due',
    })
  }
  return { collection_method: 'charge_automatically', days_until_due: null }
}

/** A payment method that is the customer's own, or Stripe's refusal. */
export function ownMethod(
  tx: Transaction,
  customer: string,
  id: string,
  param = 'default_payment_method',
): string {
  const method = inParam(tx, 'payment_method', id, param)
  if (method.customer === customer) return method.id
  throw refuse(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param },
  )
}

function invoiceSettings({ invoice_settings: given }: Shared, before?: Subscription): Terms {
  if (!given) return {}
  if (given.account_tax_ids && given.account_tax_ids.length > 0) {
    throw notSimulated('account tax ids', 'invoice_settings[account_tax_ids]')
  }
  if (given.issuer?.type === 'account') {
    throw notSimulated('invoices of connected accounts', 'invoice_settings[issuer]')
  }
  const old = before?.invoice_settings
  return {
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: given.custom_fields ?? old?.custom_fields ?? null,
      description: given.description ?? old?.description ?? null,
      footer: given.footer ?? old?.footer ?? null,
      issuer: { type: 'self' },
    },
  }
}

function paymentSettings({ payment_settings: given }: Shared, before?: Subscription): Terms {
  if (!given) return {}
  if (given.payment_method_options !== undefined) {
    throw notSimulated(
      'payment method options of subscriptions',
      'payment_settings[payment_method_options]',
    )
  }
  const old = before?.payment_settings
  const types = given.payment_method_types
  return {
    payment_settings: {
      payment_method_options: null,
      payment_method_types: types === undefined ? (old?.payment_method_types ?? null) : types,
      save_default_payment_method:
        given.save_default_payment_method ?? old?.save_default_payment_method ?? 'off',
    },
  }
}

function trialSettings({ trial_settings: given }: Shared): Terms {
  if (!given) return {}
  const { billing_cycle_anchor: anchor, missing_payment_method: missing } = given.end_behavior
  return {
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: anchor ?? null,
        missing_payment_method: missing ?? 'create_invoice',
      },
    },
  }
}

/** Whether an invoice of this customer can be charged without asking anybody. */
export function chargeable(
  tx: Transaction,
  of: Pick<Subscription, 'customer' | 'default_payment_method'>,
) {
  const customer = tx.db.find('customer', of.customer)
  return (
    of.default_payment_method ??
    customer?.invoice_settings.default_payment_method ??
    customer?.default_source ??
    null
  )
}
