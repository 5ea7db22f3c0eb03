/** Legacy sources: cards on customers from tokens. Each is a payment method of the same id, too, as at Stripe. */
import type { Card, Customer } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, noSuch, notSimulated } from '../http/errors.ts'
import { applyUpdate, bury } from '../http/resource.ts'
import { api, inPath, page, type Route } from '../http/route.ts'
import { cardMethod, cardOfToken, fingerprintOf, nextYear } from './instruments.ts'

const path = '/v1/customers/:id/sources'

/** Puts the card of a token; the customer who has it may yet have to be put. Tells nobody. */
export function newCard(tx: Transaction, customer: string, token: string): Card {
  if (token.startsWith('src_')) throw notSimulated('Sources as the cards of customers', 'source')
  const entered = tx.db.find('token', token)?.card
  const found = cardOfToken(tx, token, 'source')
  const id = tx.newId('card_1')
  const expiry = entered
    ? { expMonth: entered.exp_month, expYear: entered.exp_year }
    : nextYear(tx.now)
  const method = cardMethod(tx, found, expiry, { id })
  tx.db.put('payment_method', { ...method, customer })
  return tx.db.put('card', {
    id,
    object: 'card',
    address_city: entered?.address_city ?? null,
    address_country: entered?.address_country ?? null,
    address_line1: entered?.address_line1 ?? null,
    address_line1_check: entered?.address_line1_check ?? null,
    address_line2: entered?.address_line2 ?? null,
    address_state: entered?.address_state ?? null,
    address_zip: entered?.address_zip ?? null,
    address_zip_check: entered?.address_zip_check ?? null,
    allow_redisplay: 'unspecified',
    brand: brandNames[found.brand] ?? 'Unknown',
    country: found.country,
    customer,
    cvc_check: found.behaviour.cvcCheck ?? 'pass',
    dynamic_last4: null,
    exp_month: expiry.expMonth,
    exp_year: expiry.expYear,
    fingerprint: fingerprintOf(found.number),
    funding: found.funding,
    last4: found.number.slice(-4),
    metadata: {},
    name: entered?.name ?? null,
    regulated_status: 'unregulated',
    tokenization_method: null,
  })
}

/** The legacy object names brands as people do. */
const brandNames: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  unionpay: 'UnionPay',
  visa: 'Visa',
}

/** Oldest first: the next in line becomes the default when the default goes. */
export function cardsOf(tx: Pick<Transaction, 'db'>, customer: string): Card[] {
  return tx.db.where('card', 'customer', customer).reverse()
}

/** Takes the card away without telling of it. */
export function removeCard(tx: Transaction, card: Card): void {
  tx.db.remove('card', card.id)
  const method = tx.db.find('payment_method', card.id)
  if (method) tx.db.put('payment_method', { ...method, customer: null })
}

function create(tx: Transaction, customer: Customer, token: string): Card {
  const card = newCard(tx, customer.id, token)
  tx.emit('customer.source.created', card)
  if (customer.default_source === null) {
    const changes = { default_source: card.id }
    applyUpdate(tx, 'customer', customer, changes, undefined, 'customer.updated')
  }
  return card
}

function inCustomer(tx: Transaction, [customerId, cardId]: readonly string[]): Card {
  const customer = inPath(tx, 'customer', customerId)
  const card = tx.db.find('card', cardId ?? '')
  if (card?.customer === customer.id) return card
  throw noSuch('source', cardId ?? '', 'id', 404)
}

export const sourceRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, ids, params }) => {
    const customer = inPath(tx, 'customer', ids[0])
    return create(inTimeOf(tx, customer.id), customer, params.source)
  }),
  api(`GET ${path}`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const { object } = params
    const cards = tx.db.where('card', 'customer', id)
    const rows = object === undefined || object === 'card' ? cards : []
    return page(rows, `/v1/customers/${id}/sources`, params)
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => inCustomer(tx, ids)),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = inCustomer(tx, ids)
      const { metadata, exp_month: month, exp_year: year, owner: _, ...rest } = params
      const changes = {
        ...rest,
        exp_month: month === undefined ? undefined : Number(month),
        exp_year: year === undefined ? undefined : Number(year),
      }
      const own = inTimeOf(tx, ids[0])
      return applyUpdate(own, 'card', before, changes, metadata, 'customer.source.updated')
    },
    { refuses: ['account_holder_name', 'account_holder_type', 'owner'] },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const card = inCustomer(tx, ids)
    const own = inTimeOf(tx, card.customer)
    removeCard(own, card)
    const gone = bury(own, 'card', card, 'customer.source.deleted')
    const customer = inPath(tx, 'customer', ids[0])
    if (customer.default_source === card.id) {
      const changes = { default_source: cardsOf(tx, customer.id)[0]?.id ?? null }
      applyUpdate(own, 'customer', customer, changes, undefined, 'customer.updated')
    }
    return gone
  }),
]

/** The card that a parameter names as the default. */
export function defaultCard(tx: Transaction, customer: Customer, id: string): string {
  if (id === '') throw missingParam('default_source')
  const card = tx.db.find('card', id)
  if (card?.customer === customer.id) return card.id
  throw noSuch('source', id, 'default_source', 400)
}
