// Complete objects as Stripe documents them, to prove that the schemas accept what is right.
type Json = Record<string, unknown>

export const product: Json = {
  id: 'prod_1',
  object: 'product',
  active: true,
  created: 1_790_000_000,
  default_price: null,
  description: null,
  images: [],
  livemode: false,
  marketing_features: [],
  metadata: { shelf: 'a' },
  name: 'Notebook',
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: 'service',
  unit_label: null,
  updated: 1_790_000_000,
  url: null,
}

export const price: Json = {
  id: 'price_1',
  object: 'price',
  active: true,
  billing_scheme: 'per_unit',
  created: 1_790_000_000,
  currency: 'usd',
  custom_unit_amount: null,
  livemode: false,
  lookup_key: null,
  metadata: {},
  nickname: null,
  product: 'prod_1',
  recurring: null,
  tax_behavior: 'unspecified',
  tiers_mode: null,
  transform_quantity: null,
  type: 'one_time',
  unit_amount: 1500,
  unit_amount_decimal: '1500',
}

export const event: Json = {
  id: 'evt_1',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_790_000_000,
  data: { object: product, previous_attributes: { name: 'Note book' } },
  livemode: false,
  pending_webhooks: 1,
  request: { id: 'req_1', idempotency_key: null },
  type: 'product.updated',
}

export const declined: Json = {
  error: {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'generic_decline',
    doc_url: 'https://docs.stripe.com/error-codes/card-declined',
    message: 'Your card was declined.',
    charge: 'ch_1',
  },
}

export const listOf = (...data: unknown[]): Json => ({
  object: 'list',
  data,
  has_more: false,
  url: '/v1/things',
})
