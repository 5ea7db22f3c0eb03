/** Transactions: what an issued card has spent or got back. */
import type { IssuingAuthorization, IssuingTransaction } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { notSimulated } from '../http/errors.ts'
import {
  anything,
  decimal,
  integer,
  list,
  type Read,
  required,
  shape,
  text,
} from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, type Route, route } from '../http/route.ts'
import { merchantFields, merchantOf } from './merchant.ts'

const unsimulated = { fleet: anything(), flight: anything(), fuel: anything() }
const purchaseFields = {
  ...unsimulated,
  lodging: shape({ check_in_at: integer(), nights: integer() }),
  receipt: list(
    shape({ description: text(), quantity: decimal(), total: integer(), unit_cost: integer() }),
  ),
  reference: text(),
}
type Purchase = Read<typeof purchaseFields>

/** As a parameter of the test helpers. */
export const purchaseSpec = shape(purchaseFields)

const path = '/v1/issuing/transactions'
const kind = 'issuing.transaction'

function purchaseDetails(entry: Purchase): NonNullable<IssuingTransaction['purchase_details']> {
  for (const name of Object.keys(unsimulated)) {
    if (Reflect.get(entry, name) !== undefined) {
      throw notSimulated(`'${name}' in purchase details`, `purchase_details[${name}]`)
    }
  }
  return {
    fleet: null,
    flight: null,
    fuel: null,
    lodging: entry.lodging
      ? { check_in_at: entry.lodging.check_in_at ?? null, nights: entry.lodging.nights ?? null }
      : null,
    receipt: (entry.receipt ?? []).map((row) => ({
      description: row.description ?? null,
      quantity: row.quantity === undefined ? null : Number(row.quantity),
      total: row.total ?? null,
      unit_cost: row.unit_cost ?? null,
    })),
    reference: entry.reference ?? null,
  }
}

interface Spending {
  readonly authorization: IssuingAuthorization | null
  readonly card: { readonly id: string; readonly cardholder: { readonly id: string } }
  /** In the card's favour when positive. */
  readonly amount: number
  readonly currency: string
  readonly merchant: IssuingTransaction['merchant_data']
  readonly type: 'capture' | 'refund'
  readonly purchase?: Purchase | undefined
}

export function newTransaction(tx: Transaction, spending: Spending): IssuingTransaction {
  const { authorization, card, amount, currency, merchant, type, purchase } = spending
  const transaction = tx.db.put(kind, {
    id: tx.newId('ipi_1'),
    object: kind,
    amount,
    amount_details: { atm_fee: null, cashback_amount: 0 },
    authorization: authorization?.id ?? null,
    balance_transaction: null,
    card: card.id,
    cardholder: card.cardholder.id,
    created: tx.now,
    currency,
    dispute: null,
    livemode: false,
    merchant_amount: amount,
    merchant_currency: currency,
    merchant_data: merchant,
    metadata: {},
    network_data: null,
    purchase_details: purchase ? purchaseDetails(purchase) : null,
    token: null,
    treasury: null,
    type,
    wallet: null,
  })
  tx.emit('issuing_transaction.created', transaction)
  if (purchase?.receipt?.length) {
    tx.emit('issuing_transaction.purchase_details_receipt_updated', transaction)
  }
  return transaction
}

export const issuingTransactionRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/test_helpers/issuing/transactions/create_force_capture',
    {
      amount: required(integer(1)),
      card: required(text()),
      currency: text(3),
      merchant_data: shape(merchantFields),
      purchase_details: purchaseSpec,
    },
    ({ tx, params }) => {
      const card = inParam(tx, 'issuing.card', params.card, 'card')
      return newTransaction(tx, {
        authorization: null,
        card,
        amount: -params.amount,
        currency: params.currency ?? card.currency,
        merchant: merchantOf(params.merchant_data),
        type: 'capture',
        purchase: params.purchase_details,
      })
    },
  ),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind),
  api(`POST ${path}/:id`, ({ tx, ids, params }) =>
    applyUpdate(
      tx,
      kind,
      inPath(tx, kind, ids[0]),
      {},
      params.metadata,
      'issuing_transaction.updated',
    ),
  ),
]
