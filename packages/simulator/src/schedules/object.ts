/** A schedule in Stripe's full shape, and the settings that its phases fall back on. */
import type { Subscription, SubscriptionSchedule } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { notSimulated } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { ownMethod } from '../subscriptions/terms.ts'
import { type Phase, refuseInvoiceTerms } from './phases.ts'

type Settings = SubscriptionSchedule['default_settings']
type SettingsEntry = ParamsOf<'POST /v1/subscription_schedules'>['default_settings']

const refused = [
  'application_fee_percent',
  'automatic_tax',
  'billing_thresholds',
  'on_behalf_of',
  'transfer_data',
] as const

export function readSettings(
  tx: Transaction,
  customer: string,
  given: SettingsEntry,
  before?: Settings,
): Settings {
  for (const name of refused) {
    if (given?.[name] !== undefined) {
      throw notSimulated(`'${name}' of schedules`, `default_settings[${name}]`)
    }
  }
  const invoices = given?.invoice_settings
  refuseInvoiceTerms(invoices, 'default_settings')
  const method = given?.default_payment_method
  if (method !== undefined) {
    ownMethod(tx, customer, method, 'default_settings[default_payment_method]')
  }
  const old = before?.invoice_settings
  return {
    application_fee_percent: null,
    billing_cycle_anchor:
      given?.billing_cycle_anchor ?? before?.billing_cycle_anchor ?? 'automatic',
    billing_thresholds: null,
    collection_method:
      given?.collection_method ?? before?.collection_method ?? 'charge_automatically',
    default_payment_method: method ?? before?.default_payment_method ?? null,
    description:
      given?.description === undefined ? (before?.description ?? null) : given.description,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: invoices?.custom_fields ?? old?.custom_fields ?? null,
      days_until_due: invoices?.days_until_due ?? old?.days_until_due ?? null,
      description: invoices?.description ?? old?.description ?? null,
      footer: invoices?.footer ?? old?.footer ?? null,
      issuer: { type: 'self' },
    },
    on_behalf_of: null,
    transfer_data: null,
  }
}

/** What a subscription that gets a schedule has already, its later phases have, too. */
export function settingsOf(of: Subscription): Settings {
  return {
    application_fee_percent: null,
    billing_cycle_anchor: 'automatic',
    billing_thresholds: null,
    collection_method: of.collection_method,
    default_payment_method: of.default_payment_method,
    description: of.description,
    invoice_settings: { ...of.invoice_settings, days_until_due: of.days_until_due },
    on_behalf_of: null,
    transfer_data: null,
  }
}

export interface NewSchedule {
  readonly mode: SubscriptionSchedule['billing_mode']
  readonly customer: string
  readonly phases: Phase[]
  readonly settings: Settings
  readonly endBehavior: SubscriptionSchedule['end_behavior']
  readonly metadata: Record<string, string>
}

export function scheduleObject(tx: Transaction, from: NewSchedule): SubscriptionSchedule {
  return {
    id: tx.newId('sub_sched_1'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: from.mode,
    canceled_at: null,
    completed_at: null,
    created: tx.now,
    current_phase: null,
    customer: from.customer,
    customer_account: null,
    default_settings: from.settings,
    end_behavior: from.endBehavior,
    livemode: false,
    metadata: from.metadata,
    pause_schedules: [],
    phases: from.phases,
    released_at: null,
    released_subscription: null,
    status: 'not_started',
    subscription: null,
    test_clock: tx.timeline,
  }
}
