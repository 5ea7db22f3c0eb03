/** The routes of customers. */
import type { Customer } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { previousAttributes } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import { bury, listRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { recordMove } from './balance.ts'
import {
  askedDiscount,
  type DiscountParams,
  dropDiscount,
  tellDiscount,
} from './customer-discount.ts'
import { newCustomer, newCustomerId } from './customer-object.ts'
import { changesOf, customerFields, type Details, invoiceSettings } from './customer-params.ts'
import { findMethod } from './instruments.ts'
import { save } from './save.ts'
import { cardsOf, defaultCard, newCard, removeCard } from './sources.ts'
import { newTaxId } from './tax-ids.ts'

const path = '/v1/customers'

interface Creation extends Details, DiscountParams {
  readonly payment_method?: string
  readonly tax_id_data?: readonly { readonly type: TaxType; readonly value: string }[]
  readonly test_clock?: string
}

type TaxType = Parameters<typeof newTaxId>[2]['type']

function create(tx: Transaction, params: Creation): Customer {
  if (params.test_clock !== undefined) requireRoom(tx, params.test_clock)
  const own = tx.on(params.test_clock ?? null)
  const id = newCustomerId(own)
  const { payment_method: named, balance = 0, source, invoice_settings: settings } = params
  const method = named === undefined ? undefined : findMethod(own, named, 'payment_method')
  const wanted = settings?.default_payment_method
  const isTheSame = wanted !== undefined && (wanted === named || wanted === method?.id)
  if (wanted !== undefined && !isTheSame) throw notAttached(wanted)
  const card = source === undefined ? undefined : newCard(own, id, source)
  const discount = askedDiscount(own, id, params) ?? null
  const customer = newCustomer(own, {
    id,
    ...changesOf(params),
    balance,
    default_source: card?.id ?? null,
    discount,
    invoice_settings: invoiceSettings(undefined, settings, isTheSame ? method?.id : undefined),
    metadata: mergeMetadata({}, params.metadata),
  })
  if (card) own.emit('customer.source.created', card)
  tellDiscount(own, null, discount)
  if (balance !== 0) recordMove(own, id, balance, { type: 'initial', amount: balance })
  for (const entry of params.tax_id_data ?? []) newTaxId(own, id, entry)
  if (method) save(own, method, customer)
  return customer
}

/** A test clock bears only so many customers. */
function requireRoom(tx: Transaction, clock: string): void {
  inParam(tx, 'test_helpers.test_clock', clock, 'test_clock')
  const most = tx.rules.testClockCustomersMax
  if (tx.db.where('customer', 'test_clock', clock).length < most) return
  throw refuse(`You can only create up to ${most} customers per test clock.`, {
    param: 'test_clock',
  })
}

function notAttached(method: string) {
  return refuse(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param: 'invoice_settings[default_payment_method]' },
  )
}

export function updateCustomer(
  tx: Transaction,
  before: Customer,
  params: Details & DiscountParams,
): Customer {
  const { balance, default_source: chosen, invoice_settings: settings, source } = params
  const wanted = settings?.default_payment_method
  if (wanted !== undefined && tx.db.find('payment_method', wanted)?.customer !== before.id) {
    throw notAttached(wanted)
  }
  const card = source === undefined ? undefined : newCard(tx, before.id, source)
  const asked = askedDiscount(tx, before.id, params)
  const discount = asked === undefined ? (before.discount ?? null) : asked
  const defaultSource = chosen === undefined ? card?.id : defaultCard(tx, before, chosen)
  const after = tx.db.put('customer', {
    ...before,
    ...changesOf(params),
    balance: balance ?? before.balance,
    default_source: defaultSource ?? before.default_source,
    discount,
    invoice_settings: invoiceSettings(before.invoice_settings, settings, wanted),
    metadata: mergeMetadata(before.metadata, params.metadata === undefined ? {} : params.metadata),
  })
  if (card) tx.emit('customer.source.created', card)
  if (asked !== undefined) tellDiscount(tx, before.discount ?? null, asked)
  const change = after.balance - before.balance
  const currency = before.currency ?? undefined
  if (change !== 0) {
    recordMove(tx, before.id, after.balance, { type: 'adjustment', amount: change, currency })
  }
  const previous = previousAttributes(before, after)
  if (previous) tx.emit('customer.updated', after, previous)
  return after
}

/** With the customer go subscriptions, cards and discount; what was paid stays. */
function remove(tx: Transaction, customer: Customer) {
  tx.run({ kind: 'customer_deleted', customerId: customer.id })
  dropDiscount(tx, inPath(tx, 'customer', customer.id))
  for (const card of cardsOf(tx, customer.id)) removeCard(tx, card)
  for (const method of tx.db.where('payment_method', 'customer', customer.id)) {
    tx.db.put('payment_method', { ...method, customer: null })
  }
  for (const taxId of tx.db.where('tax_id', 'customer', customer.id)) {
    tx.db.remove('tax_id', taxId.id)
  }
  return bury(tx, 'customer', inPath(tx, 'customer', customer.id), 'customer.deleted')
}

/** What would have to be done with them is not simulated. */
const beyond = ['cash_balance', 'validate']

export const customerRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: customerFields,
    refuses: beyond,
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => {
    const gone = tx.db.find('tombstone', ids[0] ?? '')
    return gone?.object === 'customer' ? gone : inPath(tx, 'customer', ids[0])
  }),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const customer = inPath(tx, 'customer', ids[0])
      return updateCustomer(inTimeOf(tx, customer.id), customer, params)
    },
    { fields: customerFields, refuses: beyond },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const customer = inPath(tx, 'customer', ids[0])
    return remove(inTimeOf(tx, customer.id), customer)
  }),
  // Customers who live by a test clock are listed only with it, as at Stripe.
  listRoute(
    `GET ${path}`,
    'customer',
    (customer, { email, test_clock: clock }) =>
      (email === undefined || customer.email === email) &&
      (customer.test_clock ?? undefined) === clock,
  ),
]
