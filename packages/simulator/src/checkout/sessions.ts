/** The routes of checkout sessions. */
import type { IntentTemplate, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { badParam, missingParam, notSimulated, refuse } from '../http/errors.ts'
import { oneOf, shape, text } from '../http/params.ts'
import { inParam, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { refuseMethodTypes } from '../http/version.ts'
import { intentShipping } from '../payments/intent-params.ts'
import { requireMinimum } from '../payments/minimum.ts'
import { expireSession } from './expiry.ts'
import { resolveLineItems } from './line-items.ts'
import { newSession } from './session-object.ts'
import {
  beyondParams,
  type SessionParams,
  sessionFields,
  sessionUpdateFields,
} from './session-params.ts'

const minute = 60
const expiry = { leastSeconds: 30 * minute, mostSeconds: 24 * 60 * minute } as const

function create(tx: Transaction, params: SessionParams): Session {
  refuseMethodTypes(tx, params.payment_method_types, 'Checkout Sessions')
  refuseBeyond(params)
  const { customer, customer_email: email } = params
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
  const expiresAt = expiryOf(tx, params.expires_at)
  const { lineItems, currency } = resolveLineItems(tx, params.line_items ?? [])
  const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0)
  // Nothing to pay is a checkout of its own kind; a little to pay is not worth a payment.
  if (total > 0) requireMinimum(total, currency, 'line_items')
  const session = newSession(tx, {
    params: { ...params, metadata: mergeMetadata({}, params.metadata) },
    lineItems,
    currency,
    expiresAt,
    methodTypes:
      params.payment_method_types ?? params.allowed_payment_method_types ?? dynamic(currency),
  })
  tx.db.put('session_secret', { id: session.id, lineItems, intent: intentTemplate(params) })
  tx.schedule((expiresAt - tx.now) * 1000, { kind: 'expire_session', sessionId: session.id })
  return session
}

/** What an account with dynamic payment methods offers in each currency. */
function dynamic(currency: string): string[] {
  const delayed: Readonly<Record<string, string>> = { eur: 'sepa_debit', usd: 'us_bank_account' }
  const extra = delayed[currency]
  return extra === undefined ? ['card'] : ['card', extra]
}

function refuseBeyond(params: SessionParams): void {
  const { mode = 'payment', ui_mode: ui = 'hosted_page' } = params
  if (params.mode === undefined && params.line_items === undefined) throw missingParam('line_items')
  if (mode !== 'payment') throw notSimulated(`checkout in ${mode} mode`, 'mode')
  if (ui !== 'hosted_page' && ui !== 'hosted') throw notSimulated(`the ui_mode '${ui}'`, 'ui_mode')
  if (params.invoice_creation?.enabled) {
    throw notSimulated('invoice_creation of checkout sessions', 'invoice_creation')
  }
  for (const key of beyondParams) {
    if (params[key] !== undefined) throw notSimulated(`'${key}' of checkout sessions`, key)
  }
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

const listFields = {
  ...pageFields,
  created: timeRange(),
  customer: text(),
  customer_details: shape({ email: text() }),
  payment_intent: text(),
  payment_link: text(),
  status: oneOf('complete', 'expired', 'open'),
  subscription: text(),
}

export const sessionRoutes: readonly Route[] = [
  route('POST', '/v1/checkout/sessions', sessionFields, ({ tx, params }) => create(tx, params)),
  route('GET', '/v1/checkout/sessions/:id', {}, ({ tx, ids }) => inPath(tx, 'session', ids[0])),
  route('POST', '/v1/checkout/sessions/:id', sessionUpdateFields, ({ tx, ids, params }) => {
    const session = inPath(tx, 'session', ids[0])
    if (params.metadata === undefined) return session
    return tx.db.put('session', {
      ...session,
      metadata: mergeMetadata(session.metadata, params.metadata),
    })
  }),
  route('POST', '/v1/checkout/sessions/:id/expire', {}, ({ tx, ids }) => {
    const session = inPath(tx, 'session', ids[0])
    if (session.status !== 'open') {
      throw refuse(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      )
    }
    return expireSession(tx, session)
  }),
  route('GET', '/v1/checkout/sessions/:id/line_items', pageFields, ({ tx, ids, params }) => {
    const session = inPath(tx, 'session', ids[0])
    const rows = tx.db.find('session_secret', session.id)?.lineItems ?? []
    return page(rows, `/v1/checkout/sessions/${session.id}/line_items`, params)
  }),
  route('GET', '/v1/checkout/sessions', listFields, ({ tx, params }) => {
    const email = params.customer_details?.email
    const rows = tx.db
      .all('session')
      .filter(
        (session) =>
          within(session.created, params.created) &&
          (params.customer === undefined || session.customer === params.customer) &&
          (email === undefined || session.customer_details?.email === email) &&
          (params.payment_intent === undefined ||
            session.payment_intent === params.payment_intent) &&
          (params.payment_link === undefined || session.payment_link === params.payment_link) &&
          (params.subscription === undefined || session.subscription === params.subscription) &&
          (params.status === undefined || session.status === params.status),
      )
    return page(rows, '/v1/checkout/sessions', params)
  }),
]
