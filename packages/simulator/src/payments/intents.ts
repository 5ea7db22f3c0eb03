/** The routes of payment intents. */
import type { PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/price-object.ts'
import { findMethod } from '../customers/instruments.ts'
import { methodFrom } from '../customers/method-params.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { notSimulated, refuse } from '../http/errors.ts'
import { oneOf, type Read, text } from '../http/params.ts'
import { given, inParam, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { refuseMethodTypes } from '../http/version.ts'
import { attemptPayment, reportCapture } from './attempt.ts'
import { captureIntent } from './capture.ts'
import { paymentRefused } from './declines.ts'
import {
  captureFields,
  confirmFields,
  createFields,
  intentShipping,
  updateFields,
} from './intent-params.ts'
import { requireMinimum } from './minimum.ts'
import { newIntent } from './objects.ts'

function create(tx: Transaction, params: Read<typeof createFields>): PaymentIntent {
  refuseMethodTypes(tx, params.payment_method_types, 'PaymentIntents')
  for (const key of ['application_fee_amount', 'on_behalf_of', 'transfer_data'] as const) {
    if (params[key] !== undefined) throw notSimulated(`'${key}' of PaymentIntents`, key)
  }
  if (params.customer !== undefined) inParam(tx, 'customer', params.customer, 'customer')
  const types = params.payment_method_types ?? params.allowed_payment_method_types
  const automatic = params.automatic_payment_methods
  const currency = readCurrency(params.currency, 'currency')
  requireMinimum(params.amount, currency, 'amount')
  const intent = newIntent(tx, {
    amount: params.amount,
    currency,
    customer: params.customer ?? null,
    methodTypes: types ?? ['card'],
    allowedMethodTypes: params.allowed_payment_method_types ?? null,
    excludedMethodTypes: params.excluded_payment_method_types ?? null,
    automaticMethods:
      types !== undefined || automatic?.enabled === false
        ? null
        : { allow_redirects: automatic?.allow_redirects ?? 'always', enabled: true },
    confirmationMethod: params.confirmation_method ?? 'automatic',
    captureMethod: params.capture_method ?? 'automatic_async',
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    receiptEmail: params.receipt_email ?? null,
    setupFutureUsage: params.setup_future_usage ?? null,
    shipping: intentShipping(params.shipping),
    statementDescriptor: params.statement_descriptor ?? null,
    statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
    transferGroup: params.transfer_group ?? null,
  })
  tx.db.put('intent_secret', { id: intent.id })
  tx.emit('payment_intent.created', intent)
  const method = methodOf(tx, params)
  if (!method) {
    if (params.confirm) throw needsMethod()
    return intent
  }
  const chosen = tx.db.put('payment_intent', {
    ...intent,
    payment_method: method.id,
    status: 'requires_confirmation',
  })
  return params.confirm ? pay(tx, chosen, method) : chosen
}

function methodOf(
  tx: Transaction,
  params: Pick<Read<typeof createFields>, 'payment_method' | 'payment_method_data'>,
): PaymentMethod | undefined {
  if (params.payment_method !== undefined) {
    return findMethod(tx, params.payment_method, 'payment_method')
  }
  const data = params.payment_method_data
  return data && methodFrom(tx, data, 'payment_method_data')
}

function needsMethod() {
  return refuse(
    'You cannot confirm this PaymentIntent because it is missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.',
    { code: 'payment_intent_unexpected_state' },
  )
}

function pay(tx: Transaction, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const attempt = attemptPayment(tx, intent, method)
  if (attempt.kind === 'declined') throw paymentRefused(attempt.intent)
  if (attempt.kind === 'succeeded') reportCapture(tx, attempt.charge.id)
  return attempt.intent
}

function confirm(
  tx: Transaction,
  intent: PaymentIntent,
  params: Read<typeof confirmFields>,
): PaymentIntent {
  refuseMethodTypes(tx, params.payment_method_types, 'PaymentIntents')
  refuseCheckout(tx, intent, 'confirm')
  if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) {
    throw unexpected(intent, 'confirm')
  }
  const named = methodOf(tx, params)
  const method = named ?? tx.db.find('payment_method', intent.payment_method ?? '')
  if (!method) throw needsMethod()
  return pay(
    tx,
    {
      ...intent,
      ...given({
        receipt_email: params.receipt_email,
        setup_future_usage: params.setup_future_usage,
      }),
      ...(params.shipping === undefined ? {} : { shipping: intentShipping(params.shipping) }),
    },
    method,
  )
}

/** The intent of a session belongs to Checkout. */
function refuseCheckout(tx: Transaction, intent: PaymentIntent, verb: string): void {
  if (tx.db.find('intent_secret', intent.id)?.sessionId === undefined) return
  throw refuse(
    `You cannot ${verb} this PaymentIntent because it was created by a Checkout Session. Expire the Checkout Session instead.`,
    { code: 'payment_intent_unexpected_state' },
  )
}

function unexpected(intent: PaymentIntent, verb: string) {
  return refuse(
    `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
    { code: 'payment_intent_unexpected_state', more: { payment_intent: intent } },
  )
}

const cancelable = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'requires_capture',
]

function cancel(
  tx: Transaction,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  refuseCheckout(tx, intent, 'cancel')
  if (!cancelable.includes(intent.status)) throw unexpected(intent, 'cancel')
  const canceled = tx.db.put('payment_intent', {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: tx.now,
    cancellation_reason: reason,
    next_action: null,
  })
  const charge = intent.status === 'requires_capture' ? intent.latest_charge : null
  const held = charge === null ? undefined : tx.db.find('charge', charge)
  if (held) {
    const released = { ...held, refunded: true, amount_refunded: held.amount }
    tx.emit('charge.refunded', tx.db.put('charge', released))
  }
  tx.emit('payment_intent.canceled', canceled)
  return canceled
}

function update(
  tx: Transaction,
  intent: PaymentIntent,
  params: Read<typeof updateFields>,
): PaymentIntent {
  refuseMethodTypes(tx, params.payment_method_types, 'PaymentIntents')
  const settled = ['succeeded', 'canceled', 'processing'].includes(intent.status)
  if (settled && (params.amount !== undefined || params.payment_method !== undefined)) {
    throw unexpected(intent, 'update')
  }
  if (params.customer !== undefined) inParam(tx, 'customer', params.customer, 'customer')
  const method = methodOf(tx, params)
  const { description, customer, receipt_email, setup_future_usage, amount, metadata } = params
  return tx.db.put('payment_intent', {
    ...intent,
    ...given({ description, customer, receipt_email, setup_future_usage, amount }),
    ...given({
      capture_method: params.capture_method,
      statement_descriptor: params.statement_descriptor,
      statement_descriptor_suffix: params.statement_descriptor_suffix,
      transfer_group: params.transfer_group,
      excluded_payment_method_types: params.excluded_payment_method_types,
    }),
    ...(params.currency === undefined
      ? {}
      : { currency: readCurrency(params.currency, 'currency') }),
    ...(params.shipping === undefined ? {} : { shipping: intentShipping(params.shipping) }),
    ...(method ? { payment_method: method.id, status: 'requires_confirmation' as const } : {}),
    metadata: metadata === undefined ? intent.metadata : mergeMetadata(intent.metadata, metadata),
  })
}

const path = '/v1/payment_intents'
const reasons = oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer')

export const intentRoutes: readonly Route[] = [
  route('POST', path, createFields, ({ tx, params }) => create(tx, params)),
  route('GET', `${path}/:id`, { client_secret: text() }, ({ tx, ids }) =>
    inPath(tx, 'payment_intent', ids[0]),
  ),
  route('POST', `${path}/:id`, updateFields, ({ tx, ids, params }) =>
    update(tx, inPath(tx, 'payment_intent', ids[0]), params),
  ),
  route('POST', `${path}/:id/confirm`, confirmFields, ({ tx, ids, params }) =>
    confirm(tx, inPath(tx, 'payment_intent', ids[0]), params),
  ),
  route('POST', `${path}/:id/capture`, captureFields, ({ tx, ids, params }) => {
    const intent = inPath(tx, 'payment_intent', ids[0])
    if (intent.status !== 'requires_capture') throw unexpected(intent, 'capture')
    return captureIntent(tx, intent, params.amount_to_capture ?? intent.amount_capturable)
  }),
  route('POST', `${path}/:id/cancel`, { cancellation_reason: reasons }, ({ tx, ids, params }) =>
    cancel(tx, inPath(tx, 'payment_intent', ids[0]), params.cancellation_reason ?? null),
  ),
  route(
    'GET',
    path,
    { ...pageFields, created: timeRange(), customer: text() },
    ({ tx, params }) => {
      const rows = tx.db
        .all('payment_intent')
        .filter(
          (intent) =>
            within(intent.created, params.created) &&
            (params.customer === undefined || intent.customer === params.customer),
        )
      return page(rows, path, params)
    },
  ),
]
