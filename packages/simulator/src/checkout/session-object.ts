/** Makes a checkout session in Stripe's full shape from what the merchant asked for. */
import type { LineItem, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { nobody } from '../customers/instruments.ts'
import type { SessionParams } from './session-params.ts'

export interface SessionParts {
  readonly params: SessionParams
  readonly lineItems: readonly LineItem[]
  readonly currency: string
  readonly expiresAt: number
  readonly methodTypes: string[]
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
    after_expiration: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_account: null,
    discounts: [],
    integration_identifier: null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    managed_payments: null,
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    subscription: null,
    ui_mode: 'hosted_page',
    wallet_options: null,
  } satisfies Partial<Session>
}

export function newSession(tx: Transaction, parts: SessionParts): Session {
  const { params, lineItems } = parts
  const id = tx.newId('cs_test_a1', 58)
  const sum = (key: 'amount_subtotal' | 'amount_total' | 'amount_tax') =>
    lineItems.reduce((total, item) => total + item[key], 0)
  const automaticTax = params.automatic_tax?.enabled === true
  return tx.db.put('session', {
    ...blankSession(),
    id,
    adaptive_pricing: { enabled: params.adaptive_pricing?.enabled ?? false },
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: sum('amount_subtotal'),
    amount_total: sum('amount_total'),
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
    created: tx.now,
    currency: parts.currency,
    customer: params.customer ?? null,
    customer_creation:
      params.customer === undefined ? (params.customer_creation ?? 'if_required') : null,
    customer_details:
      params.customer_email === undefined
        ? null
        : { ...customerDetails({ ...nobody, email: params.customer_email }), tax_ids: null },
    customer_email: params.customer_email ?? null,
    ...(params.excluded_payment_method_types === undefined
      ? {}
      : { excluded_payment_method_types: params.excluded_payment_method_types }),
    expires_at: parts.expiresAt,
    locale: params.locale ?? null,
    metadata: params.metadata ?? {},
    payment_method_types: parts.methodTypes,
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    submit_type: params.submit_type ?? null,
    success_url: params.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: sum('amount_tax') },
    url: `${tx.baseUrl}/c/pay/${id}`,
  })
}
