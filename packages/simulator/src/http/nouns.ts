/** Stripe's noun for a kind of object in "No such …", and the parameter it blames when the path names it. */
import type { Kind } from '../account/tables.ts'

const nouns: { readonly [K in Kind]?: readonly [noun: string, param: string] } = {
  customer: ['customer', 'id'],
  payment_method: ['PaymentMethod', 'payment_method'],
  price: ['price', 'price'],
  payment_intent: ['payment_intent', 'intent'],
  setup_intent: ['setupintent', 'intent'],
  balance_transaction: ['balance transaction', 'id'],
  session: ['checkout.session', 'session'],
  token: ['token', 'token'],
  webhook_endpoint: ['webhook endpoint', 'webhook_endpoint'],
  'test_helpers.test_clock': ['testclock', 'test_clock'],
  coupon: ['coupon', 'coupon'],
  promotion_code: ['promotion code', 'promotion_code'],
  tax_rate: ['tax rate', 'tax_rate'],
  plan: ['plan', 'plan'],
  payment_link: ['payment_link', 'payment_link'],
  dispute: ['dispute', 'dispute'],
  invoice: ['invoice', 'invoice'],
  invoiceitem: ['invoiceitem', 'invoiceitem'],
  invoice_payment: ['invoice_payment', 'invoice_payment'],
  line_item: ['invoice line item', 'line_item_id'],
  credit_note: ['credit_note', 'id'],
  subscription_item: ['subscription_item', 'item'],
  subscription_schedule: ['subscription_schedule', 'schedule'],
  quote: ['quote', 'quote'],
  'entitlements.feature': ['feature', 'id'],
  'billing_portal.configuration': ['configuration', 'configuration'],
}

export function nounOf(kind: Kind): { readonly noun: string; readonly param: string } {
  const [noun, param] = nouns[kind] ?? [kind, 'id']
  return { noun, param }
}
