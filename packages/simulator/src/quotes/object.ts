/** A quote in Stripe's full shape, before it offers anything. */
import type { Quote } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

const openDays = 30

const emptySums = {
  amount_subtotal: 0,
  amount_total: 0,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
}

export interface NewQuote {
  readonly customer: string | null
  readonly metadata: Record<string, string>
  readonly mode: Quote['subscription_data']['billing_mode']
}

export function quoteObject(tx: Transaction, { customer, metadata, mode }: NewQuote): Quote {
  return {
    id: tx.newId('qt_1'),
    object: 'quote',
    amount_subtotal: 0,
    amount_total: 0,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    collection_method: 'charge_automatically',
    computed: { recurring: null, upfront: emptySums },
    created: tx.now,
    currency: null,
    customer,
    customer_account: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    expires_at: tx.now + openDays * 24 * 60 * 60,
    footer: null,
    from_quote: null,
    header: null,
    invoice: null,
    invoice_settings: {
      custom_fields: null,
      days_until_due: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    livemode: false,
    metadata,
    number: null,
    on_behalf_of: null,
    status: 'draft',
    status_transitions: { accepted_at: null, canceled_at: null, finalized_at: null },
    subscription: null,
    subscription_data: {
      billing_mode: mode,
      description: null,
      effective_date: null,
      metadata: {},
      trial_period_days: null,
    },
    subscription_schedule: null,
    test_clock: tx.timeline,
    total_details: emptySums.total_details,
    transfer_data: null,
  }
}
