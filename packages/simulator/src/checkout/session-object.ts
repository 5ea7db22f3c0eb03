/** Makes a checkout session in Stripe's full shape from what the merchant asked for. */
import type { Session, ShippingRate } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { nobody } from '../customers/instruments.ts'
import { mergeMetadata } from '../http/route.ts'
import type { Origin } from './create-session.ts'
import { customFieldsOf } from './custom-fields.ts'
import type { SessionParams } from './session-params.ts'
import { shippingCostOf, shippingOptionsOf } from './shipping.ts'

export interface SessionParts {
  readonly params: SessionParams
  readonly mode: 'payment' | 'setup' | 'subscription'
  readonly currency: string | null
  readonly expiresAt: number
  readonly methodTypes: string[]
  readonly shippingRates: readonly ShippingRate[]
  readonly discount: Discounted | null
  readonly origin: Origin
}

/** The coupon of a session, and the code by which it came. */
export interface Discounted {
  readonly coupon: string
  readonly promotion_code: string | null
}

export function customerDetails(
  buyer: Pick<typeof nobody, 'email' | 'name' | 'phone' | 'address'>,
): NonNullable<Session['customer_details']> {
  return {
    address: buyer.address,
    business_name: null,
    email: buyer.email,
    individual_name: null,
    name: buyer.name,
    phone: buyer.phone,
    tax_exempt: 'none',
    tax_ids: [],
  }
}

function brandingOf(
  asked: NonNullable<SessionParams['branding_settings']>,
): NonNullable<Session['branding_settings']> {
  return {
    background_color: asked.background_color ?? '#ffffff',
    border_style: asked.border_style ?? 'rounded',
    button_color: asked.button_color ?? '#0074d4',
    display_name: asked.display_name ?? '',
    font_family: asked.font_family ?? 'default',
    icon: null,
    logo: null,
  }
}

/** What every new session starts with, whatever was asked for. */
function blankSession() {
  return {
    object: 'checkout.session',
    client_secret: null,
    collected_information: null,
    consent: null,
    currency_conversion: null,
    customer_account: null,
    invoice: null,
    livemode: false,
    managed_payments: null,
    payment_intent: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    permissions: null,
    saved_payment_method_options: null,
    setup_intent: null,
    status: 'open',
    subscription: null,
    ui_mode: 'hosted_page',
    wallet_options: null,
  } satisfies Partial<Session>
}

/** Its amounts are for `reprice` to fill in. */
export function newSession(tx: Transaction, parts: SessionParts): Session {
  const { params, mode, shippingRates } = parts
  const id = tx.newId('cs_test_a1', 58)
  const automaticTax = params.automatic_tax?.enabled === true
  return tx.db.put('session', {
    ...blankSession(),
    id,
    mode,
    adaptive_pricing: { enabled: params.adaptive_pricing?.enabled ?? false },
    after_expiration: recoveryOf(params.after_expiration),
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: mode === 'setup' ? null : 0,
    amount_total: mode === 'setup' ? null : 0,
    automatic_tax: {
      enabled: automaticTax,
      liability: automaticTax ? { type: 'self' } : null,
      provider: automaticTax ? 'stripe' : null,
      status: automaticTax ? 'requires_location_inputs' : null,
    },
    billing_address_collection: params.billing_address_collection ?? null,
    ...(params.branding_settings === undefined
      ? {}
      : { branding_settings: brandingOf(params.branding_settings) }),
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    consent_collection: consentOf(params.consent_collection),
    created: tx.now,
    currency: parts.currency,
    custom_fields: customFieldsOf(params.custom_fields ?? []),
    custom_text: customTextOf(params.custom_text),
    customer: params.customer ?? null,
    customer_creation: customerCreationOf(params, mode),
    customer_details:
      params.customer_email === undefined
        ? null
        : { ...customerDetails({ ...nobody, email: params.customer_email }), tax_ids: null },
    customer_email: params.customer_email ?? null,
    discounts: parts.discount ? [parts.discount] : [],
    ...(params.excluded_payment_method_types === undefined
      ? {}
      : { excluded_payment_method_types: params.excluded_payment_method_types }),
    expires_at: parts.expiresAt,
    integration_identifier: params.integration_identifier ?? null,
    invoice_creation: mode === 'payment' ? invoiceCreationOf(params.invoice_creation) : null,
    locale: params.locale ?? null,
    metadata: mergeMetadata({}, params.metadata),
    origin_context: params.origin_context ?? null,
    payment_method_collection:
      mode === 'subscription' ? (params.payment_method_collection ?? 'always') : 'if_required',
    payment_link: parts.origin.paymentLink ?? null,
    payment_method_types: parts.methodTypes,
    recovered_from: parts.origin.recoveredFrom ?? null,
    payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    shipping_address_collection: params.shipping_address_collection
      ? { allowed_countries: params.shipping_address_collection.allowed_countries }
      : null,
    shipping_cost: shippingCostOf(shippingRates[0]),
    shipping_options: shippingOptionsOf(shippingRates),
    submit_type: params.submit_type ?? null,
    success_url: params.success_url ?? null,
    total_details:
      mode === 'setup' ? null : { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    url: `${tx.baseUrl}/c/pay/${id}`,
  })
}

function customerCreationOf(
  params: SessionParams,
  mode: SessionParts['mode'],
): Session['customer_creation'] {
  if (params.customer !== undefined) return null
  // A subscription always has a customer.
  if (mode === 'subscription') return 'always'
  return params.customer_creation ?? (mode === 'setup' ? 'always' : 'if_required')
}

function recoveryOf(asked: SessionParams['after_expiration']): Session['after_expiration'] {
  if (!asked?.recovery) return null
  const { enabled, allow_promotion_codes: allowed } = asked.recovery
  // The address comes when the session has expired.
  return {
    recovery: { allow_promotion_codes: allowed ?? false, enabled, expires_at: null, url: null },
  }
}

function consentOf(asked: SessionParams['consent_collection']): Session['consent_collection'] {
  if (!asked) return null
  return {
    payment_method_reuse_agreement: asked.payment_method_reuse_agreement ?? null,
    promotions: asked.promotions ?? null,
    terms_of_service: asked.terms_of_service ?? null,
  }
}

function customTextOf(asked: SessionParams['custom_text']): Session['custom_text'] {
  return {
    after_submit: asked?.after_submit ?? null,
    shipping_address: asked?.shipping_address ?? null,
    submit: asked?.submit ?? null,
    terms_of_service_acceptance: asked?.terms_of_service_acceptance ?? null,
  }
}

function invoiceCreationOf(asked: SessionParams['invoice_creation']): Session['invoice_creation'] {
  const data = asked?.invoice_data
  return {
    enabled: asked?.enabled ?? false,
    invoice_data: {
      account_tax_ids: data?.account_tax_ids ?? null,
      custom_fields: data?.custom_fields ?? null,
      description: data?.description ?? null,
      footer: data?.footer ?? null,
      issuer: null,
      metadata: mergeMetadata({}, data?.metadata),
      rendering_options: null,
    },
  }
}
