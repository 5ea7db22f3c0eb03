/** Makes payment intents as the API's caller wants them. */
import type { PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { badParam } from '../http/errors.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import { refuseMethodTypes } from '../http/version.ts'
import { automaticTypes, checkMethod, methodOf } from './choose-method.ts'
import { confirmNow, needsMethod } from './intent-confirm.ts'
import { type CreateParams, intentShipping, shownOptions } from './intent-params.ts'
import { requireMaximum, requireMinimum } from './minimum.ts'
import { newIntent } from './objects.ts'

/** Parameters that speak of the confirmation make no sense without one. */
const onlyConfirming = [
  'error_on_requires_action',
  'mandate',
  'mandate_data',
  'off_session',
] as const

function checkParams(tx: Transaction, params: CreateParams): void {
  refuseMethodTypes(tx, params.payment_method_types, 'PaymentIntents')
  if (params.customer !== undefined) inParam(tx, 'customer', params.customer, 'customer')
  if (params.confirm) return
  const early = onlyConfirming.find((name) => params[name] !== undefined)
  if (early !== undefined) {
    throw badParam(
      `The parameter ${early} cannot be passed when creating a PaymentIntent unless confirm is set to true.`,
      early,
    )
  }
}

export function createIntent(tx: Transaction, params: CreateParams): PaymentIntent {
  checkParams(tx, params)
  const own = inTimeOf(tx, params.customer)
  const currency = readCurrency(params.currency, 'currency')
  requireMinimum(params.amount, currency, 'amount')
  requireMaximum(params.amount, currency, 'amount')
  const automatic = params.automatic_payment_methods
  const excluded = params.excluded_payment_method_types ?? null
  const named = params.payment_method_types ?? params.allowed_payment_method_types
  const isAutomatic = named === undefined && automatic?.enabled !== false
  const types = named ?? (isAutomatic ? automaticTypes(currency, excluded ?? []) : ['card'])
  const method = methodOf(own, params)
  if (method) checkMethod(tx, method, types, params.customer ?? null, 'PaymentIntent')
  const draft = newIntent(own, {
    amount: params.amount,
    currency,
    customer: params.customer ?? null,
    methodTypes: types,
    allowedMethodTypes: params.allowed_payment_method_types ?? null,
    excludedMethodTypes: excluded,
    automaticMethods: isAutomatic
      ? { allow_redirects: automatic?.allow_redirects ?? 'always', enabled: true }
      : null,
    confirmationMethod: params.confirmation_method ?? 'automatic',
    captureMethod: params.capture_method ?? 'automatic_async',
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    methodOptions: shownOptions(types, params.payment_method_options),
    receiptEmail: params.receipt_email ?? null,
    setupFutureUsage: params.setup_future_usage ?? null,
    shipping: intentShipping(params.shipping),
    statementDescriptor: params.statement_descriptor ?? null,
    statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
    transferGroup: params.transfer_group ?? null,
  })
  own.db.put('intent_secret', { id: draft.id })
  const intent = method && !params.confirm ? chosen(own, draft, method.id) : draft
  own.emit('payment_intent.created', intent)
  if (!params.confirm) return intent
  if (!method) throw needsMethod()
  return confirmNow(tx, intent, method, params)
}

function chosen(tx: Transaction, intent: PaymentIntent, method: string): PaymentIntent {
  return tx.db.put('payment_intent', {
    ...intent,
    payment_method: method,
    status: 'requires_confirmation',
  })
}
