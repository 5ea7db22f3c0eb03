/** A subscription in Stripe's full shape. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

export type Terms = Partial<Subscription>

export interface NewSubscription {
  readonly id: string
  readonly customer: string
  readonly currency: string
  readonly anchor: number
  readonly anchorConfig: Subscription['billing_cycle_anchor_config']
  readonly items: Subscription['items']
  readonly status: Subscription['status']
  readonly trial: { readonly start: number; readonly end: number } | null
  readonly terms: Terms
}

export function subscriptionObject(tx: Transaction, from: NewSubscription): Subscription {
  return {
    id: from.id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: from.anchor,
    billing_cycle_anchor_config: from.anchorConfig,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: tx.now,
    currency: from.currency,
    customer: from.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: from.items,
    latest_invoice: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: tx.now,
    status: from.status,
    test_clock: tx.timeline,
    transfer_data: null,
    trial_end: from.trial?.end ?? null,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' },
    },
    trial_start: from.trial?.start ?? null,
    ...from.terms,
  }
}
