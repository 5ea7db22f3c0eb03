/** Top-ups: money from the account's bank to its balance. */
import type { Topup } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer, required } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { book, tellAvailable } from '../payments/ledger.ts'

const path = '/v1/topups'
/** In test mode the bank answers soon. */
const soonMs = 500

function create(tx: Transaction, params: ParamsOf<`POST /v1/topups`>): Topup {
  const topup = tx.db.put('topup', {
    id: tx.newId('tu_1'),
    object: 'topup',
    amount: params.amount,
    balance_transaction: null,
    created: tx.now,
    currency: readCurrency(params.currency, 'currency'),
    description: params.description ?? null,
    expected_availability_date: tx.now,
    failure_code: null,
    failure_message: null,
    initiated_by: 'user',
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    source: null,
    statement_descriptor: params.statement_descriptor ?? null,
    status: 'pending',
    transfer_group: params.transfer_group ?? null,
  })
  tx.emit('topup.created', topup)
  tx.schedule(soonMs, { kind: 'settle_topup', topupId: topup.id })
  return topup
}

export function settleTopup(tx: Transaction, topupId: string): void {
  const topup = tx.db.find('topup', topupId)
  if (topup?.status !== 'pending') return
  const entry = book(tx, {
    amount: topup.amount,
    currency: topup.currency,
    source: topup.id,
    type: 'topup',
    reporting_category: 'topup',
    description: topup.description ?? 'Top-up',
  })
  const after = { ...topup, balance_transaction: entry.id, status: 'succeeded' as const }
  tx.emit('topup.succeeded', tx.db.put('topup', after))
  tellAvailable(tx)
}

function cancel(tx: Transaction, topup: Topup): Topup {
  if (topup.status !== 'pending') {
    throw refuse(
      `Top-ups can only be canceled while they are pending; this one is ${topup.status}.`,
    )
  }
  const after = tx.db.put('topup', { ...topup, status: 'canceled' })
  tx.emit('topup.canceled', after)
  return after
}

export const topupRoutes: readonly Route[] = [
  listRoute(`GET ${path}`, 'topup'),
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: { amount: required(integer(1)) },
    refuses: ['source', 'payment_method', 'payment_method_options'],
  }),
  retrieveRoute(`GET ${path}/:id`, 'topup'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const topup = inPath(tx, 'topup', ids[0])
    const { description, metadata } = params
    return applyUpdate(tx, 'topup', topup, { description }, metadata, null)
  }),
  api(`POST ${path}/:id/cancel`, ({ tx, ids }) => cancel(tx, inPath(tx, 'topup', ids[0]))),
]
