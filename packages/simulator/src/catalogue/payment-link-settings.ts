/** What a payment link says about the page that it opens, read from the parameters of create and update alike. */
import type { PaymentLink } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { given, inParam, mergeMetadata } from '../http/route.ts'

type Params = Omit<
  ParamsOf<'POST /v1/payment_links'> | ParamsOf<'POST /v1/payment_links/:id'>,
  'line_items'
>

export type Settings = Pick<
  PaymentLink,
  | 'after_completion'
  | 'allow_promotion_codes'
  | 'billing_address_collection'
  | 'consent_collection'
  | 'custom_fields'
  | 'custom_text'
  | 'customer_creation'
  | 'inactive_message'
  | 'invoice_creation'
  | 'name_collection'
  | 'payment_intent_data'
  | 'payment_method_collection'
  | 'payment_method_types'
  | 'phone_number_collection'
  | 'restrictions'
  | 'shipping_address_collection'
  | 'shipping_options'
  | 'submit_type'
  | 'subscription_data'
  | 'tax_id_collection'
>

/** The settings that the parameters name; the others are absent. `before` is the link that they change. */
export function settingsOf(
  tx: Transaction,
  params: Params,
  before?: PaymentLink,
): { [K in keyof Settings]?: Exclude<Settings[K], undefined> } {
  const p = params
  return given({
    after_completion: p.after_completion && afterCompletion(p.after_completion),
    allow_promotion_codes: p.allow_promotion_codes,
    billing_address_collection: p.billing_address_collection,
    consent_collection: p.consent_collection && {
      payment_method_reuse_agreement: p.consent_collection.payment_method_reuse_agreement ?? null,
      promotions: p.consent_collection.promotions ?? null,
      terms_of_service: p.consent_collection.terms_of_service ?? null,
    },
    custom_fields: p.custom_fields === null ? [] : p.custom_fields?.map(customField),
    custom_text: p.custom_text && customText(p.custom_text),
    customer_creation: p.customer_creation,
    inactive_message: p.inactive_message,
    invoice_creation: p.invoice_creation && invoiceCreation(p.invoice_creation),
    name_collection: p.name_collection ? nameCollection(p.name_collection) : undefined,
    payment_intent_data:
      p.payment_intent_data && intentData(p.payment_intent_data, before?.payment_intent_data),
    payment_method_collection: p.payment_method_collection,
    payment_method_types: p.payment_method_types,
    phone_number_collection: p.phone_number_collection,
    restrictions: p.restrictions && {
      completed_sessions: {
        count: before?.restrictions?.completed_sessions.count ?? 0,
        limit: p.restrictions.completed_sessions.limit,
      },
    },
    shipping_address_collection: p.shipping_address_collection,
    shipping_options: shippingOptions(tx, p.shipping_options),
    submit_type: p.submit_type,
    subscription_data:
      p.subscription_data && subscriptionData(p.subscription_data, before?.subscription_data),
    tax_id_collection: p.tax_id_collection && {
      enabled: p.tax_id_collection.enabled,
      required: p.tax_id_collection.required ?? 'never',
    },
  })
}

type Given<K extends keyof Params> = NonNullable<Params[K]>

function afterCompletion(entry: Given<'after_completion'>): PaymentLink['after_completion'] {
  if (entry.type === 'redirect') {
    return { redirect: { url: entry.redirect?.url ?? '' }, type: 'redirect' }
  }
  return {
    hosted_confirmation: { custom_message: entry.hosted_confirmation?.custom_message ?? null },
    type: 'hosted_confirmation',
  }
}

function customField(entry: Given<'custom_fields'>[number]): Settings['custom_fields'][number] {
  const lengths = (limits: typeof entry.text) => ({
    default_value: limits?.default_value ?? null,
    maximum_length: limits?.maximum_length ?? null,
    minimum_length: limits?.minimum_length ?? null,
  })
  return {
    key: entry.key,
    label: { custom: entry.label.custom, type: 'custom' },
    optional: entry.optional ?? false,
    type: entry.type,
    ...(entry.type === 'numeric' ? { numeric: lengths(entry.numeric) } : {}),
    ...(entry.type === 'text' ? { text: lengths(entry.text) } : {}),
    ...(entry.type === 'dropdown'
      ? {
          dropdown: {
            default_value: entry.dropdown?.default_value ?? null,
            options: entry.dropdown?.options.map((option) => ({ ...option })) ?? [],
          },
        }
      : {}),
  }
}

function customText(entry: Given<'custom_text'>): PaymentLink['custom_text'] {
  return {
    after_submit: entry.after_submit ?? null,
    shipping_address: entry.shipping_address ?? null,
    submit: entry.submit ?? null,
    terms_of_service_acceptance: entry.terms_of_service_acceptance ?? null,
  }
}

function invoiceCreation(entry: Given<'invoice_creation'>): PaymentLink['invoice_creation'] {
  const data = entry.invoice_data
  return {
    enabled: entry.enabled,
    invoice_data: {
      account_tax_ids: data?.account_tax_ids ?? null,
      custom_fields: data?.custom_fields ?? null,
      description: data?.description ?? null,
      footer: data?.footer ?? null,
      issuer: data?.issuer ?? null,
      metadata: mergeMetadata({}, data?.metadata),
      rendering_options: data?.rendering_options
        ? {
            amount_tax_display: data.rendering_options.amount_tax_display ?? null,
            template: data.rendering_options.template ?? null,
          }
        : null,
    },
  }
}

function nameCollection(entry: Given<'name_collection'>): PaymentLink['name_collection'] {
  const part = (one: typeof entry.business) =>
    one && { enabled: one.enabled, optional: one.optional ?? false }
  return given({ business: part(entry.business), individual: part(entry.individual) })
}

function intentData(
  entry: Given<'payment_intent_data'>,
  before: PaymentLink['payment_intent_data'] | undefined,
): PaymentLink['payment_intent_data'] {
  const { metadata, ...rest } = entry
  return {
    capture_method: null,
    description: null,
    setup_future_usage: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    transfer_group: null,
    ...before,
    ...given(rest),
    metadata: mergeMetadata(before?.metadata ?? {}, metadata === undefined ? {} : metadata),
  }
}

function subscriptionData(
  entry: Given<'subscription_data'>,
  before: PaymentLink['subscription_data'] | undefined,
): PaymentLink['subscription_data'] {
  const invoice = entry.invoice_settings
  return {
    description: null,
    trial_period_days: null,
    trial_settings: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: invoice?.issuer ?? { type: 'self' },
    },
    ...before,
    ...given({
      ...('description' in entry ? { description: entry.description } : {}),
      trial_period_days: entry.trial_period_days,
      trial_settings: entry.trial_settings,
    }),
    metadata: mergeMetadata(before?.metadata ?? {}, entry.metadata),
  }
}

function shippingOptions(
  tx: Transaction,
  entries: Params['shipping_options'],
): PaymentLink['shipping_options'] | undefined {
  if (entries === null) return []
  return entries?.map(({ shipping_rate: id = '' }, index) => {
    const rate = inParam(tx, 'shipping_rate', id, `shipping_options[${index}][shipping_rate]`)
    return { shipping_amount: rate.fixed_amount?.amount ?? 0, shipping_rate: rate.id }
  })
}
