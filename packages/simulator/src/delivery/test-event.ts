/** The event of Stripe's "Send test webhook": a fixed id, and an object that the API does not have. */
import type { StripeEvent } from '../account/tables.ts'
import { carriedBy, samples } from '../generated/sample-objects.ts'

export const testEventId = 'evt_00000000000000'

export function isEventType(type: string): boolean {
  return Object.hasOwn(carriedBy, type)
}

export function testEventOf(type: string, apiVersion: string, created: number): StripeEvent {
  return {
    id: testEventId,
    object: 'event',
    api_version: apiVersion,
    created,
    data: { object: testObjectOf(carriedBy[type] ?? '', created) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  }
}

/** Where the letters before an id are not the last word of the object's name. */
const prefixes: Readonly<Record<string, string>> = {
  account: 'acct',
  application: 'ca',
  application_fee: 'fee',
  bank_account: 'ba',
  'billing.meter': 'mtr',
  'billing_portal.configuration': 'bpc',
  'billing_portal.session': 'bps',
  charge: 'ch',
  'checkout.session': 'cs_test',
  credit_note: 'cn',
  customer: 'cus',
  discount: 'di',
  dispute: 'dp',
  'identity.verification_session': 'vs',
  invoice: 'in',
  invoice_payment: 'inpay',
  invoiceitem: 'ii',
  'issuing.authorization': 'iauth',
  'issuing.card': 'ic',
  'issuing.cardholder': 'ich',
  'issuing.dispute': 'idp',
  'issuing.transaction': 'ipi',
  payment_intent: 'pi',
  payment_link: 'plink',
  payment_method: 'pm',
  payout: 'po',
  product: 'prod',
  promotion_code: 'promo',
  quote: 'qt',
  'radar.early_fraud_warning': 'issfr',
  refund: 're',
  'reporting.report_run': 'frr',
  review: 'prv',
  setup_intent: 'seti',
  source: 'src',
  subscription: 'sub',
  subscription_schedule: 'sub_sched',
  tax_id: 'txi',
  tax_rate: 'txr',
  'terminal.reader': 'tmr',
  'test_helpers.test_clock': 'clock',
  topup: 'tu',
  transfer: 'tr',
}

function testObjectOf(object: string, created: number): unknown {
  const filled = Object.entries(samples[object] ?? {}).map(([key, value]) => {
    if (key === 'id') return [key, testIdOf(object)]
    if (key === 'created') return [key, created]
    // A link to another object, which is as little there.
    if (value === '' && Object.hasOwn(prefixes, key)) return [key, testIdOf(key)]
    return [key, value]
  })
  return Object.fromEntries(filled)
}

function testIdOf(object: string): string {
  return `${prefixes[object] ?? object.split('.').at(-1)}_00000000000000`
}
