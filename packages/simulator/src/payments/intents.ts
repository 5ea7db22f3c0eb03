/** The routes of payment intents. */
import type { PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { notSimulated, refuse } from '../http/errors.ts'
import { integer } from '../http/params.ts'
import { listRoute } from '../http/resource.ts'
import { api, given, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { refuseMethodTypes } from '../http/version.ts'
import { applyCash } from './bank-transfers.ts'
import { cancelIntent, isCancelable } from './cancel.ts'
import { captureIntent } from './capture.ts'
import { checkMethod, methodOf } from './choose-method.ts'
import { confirmIntent, refuseCheckout, unexpected } from './intent-confirm.ts'
import { createIntent } from './intent-create.ts'
import {
  captureFields,
  confirmFields,
  createFields,
  intentShipping,
  refused,
  shownOptions,
  type UpdateParams,
  understanding,
  updateFields,
} from './intent-params.ts'
import { requireMaximum, requireMinimum } from './minimum.ts'

/** What may still be said of a payment that is under way or over. */
const whileOpen = [
  'amount',
  'currency',
  'payment_method',
  'payment_method_data',
  'capture_method',
  'customer',
] as const

function update(tx: Transaction, intent: PaymentIntent, params: UpdateParams): PaymentIntent {
  refuseMethodTypes(tx, params.payment_method_types, 'PaymentIntents')
  const isOver = ['succeeded', 'canceled', 'processing', 'requires_capture'].includes(intent.status)
  if (isOver && whileOpen.some((name) => params[name] !== undefined)) {
    throw unexpected(intent, 'update')
  }
  if (params.customer !== undefined) inParam(tx, 'customer', params.customer, 'customer')
  const currency =
    params.currency === undefined ? intent.currency : readCurrency(params.currency, 'currency')
  if (params.amount !== undefined) {
    requireMinimum(params.amount, currency, 'amount')
    requireMaximum(params.amount, currency, 'amount')
  }
  const types =
    params.payment_method_types ??
    params.allowed_payment_method_types ??
    intent.payment_method_types
  const method = methodOf(tx, params)
  const customer = params.customer ?? intent.customer
  if (method) checkMethod(tx, method, types, customer, 'PaymentIntent')
  const options = params.payment_method_options
  return tx.db.put('payment_intent', {
    ...intent,
    currency,
    customer,
    payment_method_types: types,
    ...given({
      allowed_payment_method_types: params.allowed_payment_method_types,
      amount: params.amount,
      capture_method: params.capture_method,
      description: params.description,
      excluded_payment_method_types: params.excluded_payment_method_types,
      receipt_email: params.receipt_email,
      setup_future_usage: params.setup_future_usage,
      statement_descriptor: params.statement_descriptor,
      statement_descriptor_suffix: params.statement_descriptor_suffix,
      transfer_group: params.transfer_group,
    }),
    ...(options ? { payment_method_options: shownOptions(types, options) } : {}),
    ...(params.shipping === undefined ? {} : { shipping: intentShipping(params.shipping) }),
    ...(method ? { payment_method: method.id, status: 'requires_confirmation' as const } : {}),
    metadata:
      params.metadata === undefined
        ? intent.metadata
        : mergeMetadata(intent.metadata, params.metadata),
  })
}

function cancel(
  tx: Transaction,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  refuseCheckout(tx, intent, 'cancel')
  if (!isCancelable(tx, intent)) throw unexpected(intent, 'cancel')
  const canceled = cancelIntent(tx, intent, reason)
  inTimeOf(tx, intent.customer).run({ kind: 'intent_changed', intentId: canceled.id })
  return canceled
}

const path = '/v1/payment_intents'

export const intentRoutes: readonly Route[] = [
  understanding(
    api(`POST ${path}`, ({ tx, params }) => createIntent(tx, params), {
      fields: createFields,
      refuses: refused,
    }),
  ),
  api(`GET ${path}/:id`, ({ tx, ids, params }) => {
    const intent = inPath(tx, 'payment_intent', ids[0])
    const { client_secret: secret } = params
    if (secret === undefined || secret === intent.client_secret) return intent
    throw refuse(
      'The client_secret provided does not match the client_secret associated with the PaymentIntent.',
      { code: 'payment_intent_invalid_parameter', param: 'client_secret' },
    )
  }),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => update(tx, inPath(tx, 'payment_intent', ids[0]), params),
    { fields: updateFields, refuses: refused },
  ),
  api(
    `POST ${path}/:id/confirm`,
    ({ tx, ids, params }) => {
      refuseMethodTypes(tx, params.payment_method_types, 'PaymentIntents')
      return confirmIntent(tx, inPath(tx, 'payment_intent', ids[0]), params)
    },
    { fields: confirmFields, refuses: refused },
  ),
  api(
    `POST ${path}/:id/capture`,
    ({ tx, ids, params }) => {
      const intent = inPath(tx, 'payment_intent', ids[0])
      if (intent.status !== 'requires_capture') throw unexpected(intent, 'capture')
      if (params.final_capture === false) {
        throw notSimulated('captures in several parts', 'final_capture')
      }
      return captureIntent(inTimeOf(tx, intent.customer), intent, params)
    },
    { fields: captureFields, refuses: refused },
  ),
  api(`POST ${path}/:id/cancel`, ({ tx, ids, params }) =>
    cancel(tx, inPath(tx, 'payment_intent', ids[0]), params.cancellation_reason ?? null),
  ),
  api(
    `POST ${path}/:id/apply_customer_balance`,
    ({ tx, ids, params }) => {
      const intent = inPath(tx, 'payment_intent', ids[0])
      return applyCash(inTimeOf(tx, intent.customer), intent, params.amount)
    },
    { fields: { amount: integer(1) } },
  ),
  api(`POST ${path}/:id/increment_authorization`, ({ tx, ids }) => {
    inPath(tx, 'payment_intent', ids[0])
    throw notSimulated('incremental authorizations')
  }),
  api(`POST ${path}/:id/verify_microdeposits`, ({ tx, ids }) => {
    inPath(tx, 'payment_intent', ids[0])
    throw notSimulated('verification by microdeposits')
  }),
  listRoute(`GET ${path}`, 'payment_intent'),
]
