/** Creates a checkout session: checks what was asked, resolves what it names, adds it up. */
import type { IntentTemplate, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { redeemable } from '../catalogue/discounts.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { badParam, missingParam, notSimulated, refuse } from '../http/errors.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import { refuseMethodTypes } from '../http/version.ts'
import { intentShipping } from '../payments/intent-params.ts'
import { type ResolvedItems, resolveLineItems } from './line-items.ts'
import { reprice } from './reprice.ts'
import { type Discounted, newSession } from './session-object.ts'
import { modeOf, type SessionParams } from './session-params.ts'
import { offeredRates } from './shipping.ts'
import { grossTotal } from './totals.ts'

const minute = 60
const expiry = { leastSeconds: 30 * minute, mostSeconds: 24 * 60 * minute } as const
const trialLeastSeconds = 48 * 60 * minute

/** Where a session comes from, when no request of the merchant asked for it. */
export interface Origin {
  readonly paymentLink?: string
  readonly recoveredFrom?: string
}

export function createSession(
  given: Transaction,
  params: SessionParams,
  origin: Origin = {},
): Session {
  const tx = inTimeOf(given, params.customer)
  refuseMethodTypes(tx, params.payment_method_types, 'Checkout Sessions')
  const mode = modeOf(params)
  if (params.success_url === undefined && origin.paymentLink === undefined) {
    throw missingParam('success_url')
  }
  checkBuyer(tx, params)
  checkTrial(tx, params)
  const expiresAt = expiryOf(tx, params.expires_at)
  const items = itemsOf(tx, params, mode)
  const { lineItems, currency, taxRates } = items
  const session = newSession(tx, {
    params,
    mode,
    currency,
    expiresAt,
    methodTypes: methodTypesOf(params, mode, currency),
    shippingRates: offeredRates(tx, params.shipping_options, currency ?? ''),
    discount: discountOf(tx, params, items),
    origin,
  })
  const secret = tx.db.put('session_secret', {
    id: session.id,
    asked: params,
    lineItems,
    taxRates,
    intent: intentTemplate(params),
  })
  const priced = mode === 'setup' ? session : reprice(tx, session, secret)
  tx.schedule((expiresAt - tx.now) * 1000, { kind: 'expire_session', sessionId: session.id })
  return priced
}

type Items = Omit<ResolvedItems, 'currency'> & { readonly currency: string | null }

function itemsOf(tx: Transaction, params: SessionParams, mode: string): Items {
  if (mode !== 'setup') {
    const kind = mode === 'subscription' ? 'subscription' : 'payment'
    return resolveLineItems(tx, params.line_items ?? [], kind)
  }
  const { currency } = params
  return {
    lineItems: [],
    taxRates: {},
    currency: currency === undefined ? null : readCurrency(currency, 'currency'),
  }
}

function checkBuyer(tx: Transaction, { customer, customer_email: email }: SessionParams): void {
  if (customer !== undefined && email !== undefined) {
    throw refuse('You may only specify one of these parameters: customer, customer_email.', {
      code: 'parameters_exclusive',
      param: 'customer',
    })
  }
  if (email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw badParam(`Invalid email address: ${email}`, 'customer_email', 'email_invalid')
  }
  if (customer !== undefined) inParam(tx, 'customer', customer, 'customer')
}

/** What would move money to others, or the day on which a period begins. */
const beyondSubscriptions = [
  'application_fee_percent',
  'billing_cycle_anchor',
  'billing_cycle_anchor_config',
  'on_behalf_of',
  'pending_invoice_item_interval',
  'transfer_data',
] as const

function checkTrial(tx: Transaction, { subscription_data: data }: SessionParams): void {
  const days = data?.trial_period_days
  if (days !== undefined && (days < 1 || days > 730)) {
    throw badParam(
      'The trial period must be between 1 and 730 days.',
      'subscription_data[trial_period_days]',
    )
  }
  if (data?.trial_end !== undefined && data.trial_end < tx.now + trialLeastSeconds) {
    throw badParam(
      'The `trial_end` date has to be at least 2 days in the future.',
      'subscription_data[trial_end]',
    )
  }
  for (const name of beyondSubscriptions) {
    const path = `subscription_data[${name}]`
    if (data?.[name] !== undefined) throw notSimulated(`'${path}' of checkout sessions`, path)
  }
  if (data?.invoice_settings?.issuer?.type === 'account') {
    throw notSimulated(
      'invoices of connected accounts',
      'subscription_data[invoice_settings][issuer]',
    )
  }
}

function discountOf(tx: Transaction, params: SessionParams, items: Items): Discounted | null {
  const [asked, ...more] = params.discounts ?? []
  if (!asked) return null
  if (more.length > 0) {
    throw badParam('Invalid array: at most 1 values are allowed', 'discounts')
  }
  const at = (name: string) => `discounts[0][${name}]`
  const { coupon, code } = redeemable(
    tx,
    {
      coupon: asked.coupon,
      promotionCode: asked.promotion_code,
      params: { coupon: at('coupon'), promotionCode: at('promotion_code') },
    },
    {
      customer: params.customer,
      amount: { subtotal: grossTotal(items.lineItems), currency: items.currency ?? '' },
    },
  )
  return { coupon: coupon.id, promotion_code: code?.id ?? null }
}

/** What an account with dynamic payment methods offers in each currency. */
const delayedIn: Readonly<Record<string, string>> = { eur: 'sepa_debit', usd: 'us_bank_account' }

function methodTypesOf(params: SessionParams, mode: string, currency: string | null): string[] {
  const named = params.payment_method_types ?? params.allowed_payment_method_types
  const delayed = delayedIn[currency ?? '']
  const dynamic = delayed === undefined || mode !== 'payment' ? ['card'] : ['card', delayed]
  return (named ?? dynamic).filter(
    (type) => !params.excluded_payment_method_types?.some((excluded) => excluded === type),
  )
}

function expiryOf(tx: Transaction, asked: number | undefined): number {
  if (asked === undefined) return tx.now + expiry.mostSeconds
  if (asked < tx.now + expiry.leastSeconds) {
    throw badParam(
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      'expires_at',
    )
  }
  if (asked > tx.now + expiry.mostSeconds) {
    throw badParam(
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      'expires_at',
    )
  }
  return asked
}

function intentTemplate(params: SessionParams): IntentTemplate {
  const data = params.payment_intent_data
  for (const name of ['application_fee_amount', 'transfer_data', 'on_behalf_of'] as const) {
    const path = `payment_intent_data[${name}]`
    if (data?.[name] !== undefined) throw notSimulated(`'${path}' of checkout sessions`, path)
  }
  return {
    captureMethod: data?.capture_method ?? 'automatic_async',
    description: data?.description ?? null,
    metadata: mergeMetadata({}, data?.metadata),
    receiptEmail: data?.receipt_email ?? null,
    setupFutureUsage: data?.setup_future_usage ?? null,
    shipping: intentShipping(data?.shipping),
    statementDescriptor: data?.statement_descriptor ?? null,
    statementDescriptorSuffix: data?.statement_descriptor_suffix ?? null,
    transferGroup: data?.transfer_group ?? null,
  }
}
