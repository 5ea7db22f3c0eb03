/** A customer's balance with the shop: every change of it is a transaction. Positive is owed, negative is credit. */
import type { Customer, CustomerBalanceTransaction } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { noSuch, refuse } from '../http/errors.ts'
import { applyUpdate } from '../http/resource.ts'
import { api, inPath, mergeMetadata, page, type Route } from '../http/route.ts'

const path = '/v1/customers/:id/balance_transactions'

/** What a customer pays in before anything was billed. */
const defaultCurrency = 'usd'

export interface BalanceMove {
  readonly type: CustomerBalanceTransaction['type']
  readonly amount: number
  readonly currency?: string | undefined
  readonly checkoutSession?: string | null
  readonly creditNote?: string | null
  readonly description?: string | null
  readonly invoice?: string | null
  readonly metadata?: Record<string, string>
}

/** Changes the balance, in the customer's time, and tells of the customer's change. */
export function moveBalance(
  tx: Transaction,
  customer: Customer,
  move: BalanceMove,
): CustomerBalanceTransaction {
  const changes = {
    balance: customer.balance + move.amount,
    currency: customer.currency ?? move.currency,
  }
  applyUpdate(tx, 'customer', customer, changes, undefined, 'customer.updated')
  return recordMove(tx, customer.id, changes.balance, {
    ...move,
    currency: move.currency ?? customer.currency ?? defaultCurrency,
  })
}

/** Notes a change that the customer's row shows already. */
export function recordMove(
  tx: Transaction,
  customer: string,
  endingBalance: number,
  move: BalanceMove,
): CustomerBalanceTransaction {
  return tx.db.put('customer_balance_transaction', {
    id: tx.newId('cbtxn_1'),
    object: 'customer_balance_transaction',
    amount: move.amount,
    checkout_session: move.checkoutSession ?? null,
    created: tx.now,
    credit_note: move.creditNote ?? null,
    currency: move.currency ?? defaultCurrency,
    customer,
    customer_account: null,
    description: move.description ?? null,
    ending_balance: endingBalance,
    invoice: move.invoice ?? null,
    livemode: false,
    metadata: move.metadata ?? {},
    type: move.type,
  })
}

function inCustomer(
  tx: Transaction,
  [customerId, id]: readonly string[],
): CustomerBalanceTransaction {
  const customer = inPath(tx, 'customer', customerId)
  const found = tx.db.find('customer_balance_transaction', id ?? '')
  if (found?.customer === customer.id) return found
  throw noSuch('customer balance transaction', id ?? '', 'transaction', 404)
}

export const balanceTransactionRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, ids, params }) => {
    const customer = inPath(tx, 'customer', ids[0])
    const currency = readCurrency(params.currency, 'currency')
    const { currency: own } = customer
    if (own !== null && own !== undefined && own !== currency) {
      throw refuse(`The customer's balance is in ${own}, and cannot be changed in ${currency}.`, {
        param: 'currency',
      })
    }
    return moveBalance(inTimeOf(tx, customer.id), customer, {
      type: 'adjustment',
      amount: params.amount,
      currency,
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
    })
  }),
  api(`GET ${path}`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const rows = tx.db
      .where('customer_balance_transaction', 'customer', id)
      .filter(({ invoice }) => params.invoice === undefined || invoice === params.invoice)
    return page(rows, `/v1/customers/${id}/balance_transactions`, params)
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => inCustomer(tx, ids)),
  api(`POST ${path}/:id`, ({ tx, ids, params: { description, metadata } }) => {
    const kind = 'customer_balance_transaction'
    return applyUpdate(tx, kind, inCustomer(tx, ids), { description }, metadata, null)
  }),
]
