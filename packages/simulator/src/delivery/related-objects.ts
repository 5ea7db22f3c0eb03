/** Where the object of an event is to be had: the link that a thin event carries in its place. */
import type { ThinEvent } from '../account/tables.ts'

type Related = NonNullable<ThinEvent['related_object']>
type Row = Readonly<Record<string, unknown>>

/** Objects that have no id of their own to be fetched by. */
const singletons: Readonly<Record<string, (row: Row) => string>> = {
  balance: () => '/v1/balance',
  balance_settings: () => '/v1/balance_settings',
  cash_balance: ({ customer }) => `/v1/customers/${customer}/cash_balance`,
  'tax.settings': () => '/v1/tax/settings',
}

/** Objects that live below another one. */
const nested: Readonly<Record<string, (row: Row) => string>> = {
  capability: ({ account, id }) => `/v1/accounts/${account}/capabilities/${id}`,
  customer_cash_balance_transaction: ({ customer, id }) =>
    `/v1/customers/${customer}/cash_balance_transactions/${id}`,
  fee_refund: ({ fee, id }) => `/v1/application_fees/${fee}/refunds/${id}`,
  person: ({ account, id }) => `/v1/accounts/${account}/persons/${id}`,
  scheduled_query_run: ({ id }) => `/v1/sigma/scheduled_query_runs/${id}`,
  tax_id: ({ customer, id }) =>
    customer === null ? `/v1/tax_ids/${id}` : `/v1/customers/${customer}/tax_ids/${id}`,
}

/** Objects that the API does not give one by one. */
const unreachable = new Set([
  'application',
  'bank_account',
  'billing_portal.session',
  'card',
  'entitlements.active_entitlement_summary',
])

export function relatedObjectOf(object: unknown): Related | undefined {
  if (!isRow(object) || typeof object.object !== 'string') return undefined
  const { object: type, id } = object
  if (type === 'billing.alert_triggered') return relatedObjectOf(object.alert)
  if (type === 'discount') return discountOf(object)
  const single = singletons[type]
  if (single) return { type, url: single(object) }
  if (typeof id !== 'string' || unreachable.has(type)) return undefined
  return { id, type, url: nested[type]?.(object) ?? `/v1/${pluralOf(type)}/${id}` }
}

function discountOf({ subscription, customer }: Row): Related {
  const owner = subscription ? `subscriptions/${subscription}` : `customers/${customer}`
  return { type: 'discount', url: `/v1/${owner}/discount` }
}

/** `checkout.session` is at `checkout/sessions`, `issuing.dispute` at `issuing/disputes`. */
function pluralOf(type: string): string {
  return `${type.replace('.', '/').replace(/y$/, 'ie')}s`
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}
