/** Transfers of a platform's money to its connected accounts, and their reversal. */

import type { ConnectedAccount, Transfer, TransferReversal } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { noSuch, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import { book } from '../payments/ledger.ts'
import type { Account } from '../world/account.ts'

const path = '/v1/transfers'
const kind = 'transfer'
const reversalKind = 'transfer_reversal'

type Entry = ParamsOf<`POST ${typeof path}`>

/** Money arrives in the other account as a payment, and leaves it as the refund of one. */
function bookThere(account: Account, destination: string, transfer: Transfer, amount: number) {
  account.connections.of(destination).transact(null, (tx) => {
    book(tx, {
      amount,
      currency: transfer.currency,
      source: null,
      type: amount > 0 ? 'payment' : 'payment_refund',
      reporting_category: amount > 0 ? 'platform_earning' : 'platform_earning_refund',
      description: transfer.description,
    })
  })
}

function reversalsOf(tx: Transaction, id: string): Transfer['reversals'] {
  const list = page(tx.db.where(reversalKind, 'transfer', id), `${path}/${id}/reversals`, {})
  return { ...list, data: [...list.data] }
}

/** Whom the platform manages needs the capability; of a Standard account Stripe itself asks for it. */
function mayReceive({ capabilities, controller }: ConnectedAccount): boolean {
  const isManaged = controller?.stripe_dashboard?.type !== 'full'
  return (capabilities?.transfers ?? (isManaged ? 'inactive' : 'active')) === 'active'
}

function transferTo(tx: Transaction, caller: Account, entry: Entry): Transfer {
  const { amount, source_transaction: source } = entry
  const currency = readCurrency(entry.currency, 'currency')
  const destination = inParam(tx, 'account', entry.destination, 'destination')
  if (amount === undefined) throw refuse('Missing required param: amount.', { param: 'amount' })
  if (!mayReceive(destination)) {
    throw refuse(
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
      { code: 'insufficient_capabilities_for_transfer' },
    )
  }
  const charge =
    source === undefined ? undefined : inParam(tx, 'charge', source, 'source_transaction')
  const id = tx.newId('tr_1')
  const booked = book(tx, {
    amount: -amount,
    currency,
    source: id,
    type: 'transfer',
    reporting_category: 'transfer',
    description: entry.description ?? null,
  })
  const transfer = tx.db.put(kind, {
    id,
    object: kind,
    amount,
    amount_reversed: 0,
    balance_transaction: booked.id,
    created: tx.now,
    currency,
    description: entry.description ?? null,
    destination: destination.id,
    livemode: false,
    metadata: mergeMetadata({}, entry.metadata),
    reversals: reversalsOf(tx, id),
    reversed: false,
    source_transaction: charge?.id ?? null,
    source_type: entry.source_type ?? 'card',
    transfer_group: entry.transfer_group ?? charge?.transfer_group ?? null,
  })
  tx.emit('transfer.created', transfer)
  tx.afterCommit(() => bookThere(caller, destination.id, transfer, amount))
  return transfer
}

function reverse(
  tx: Transaction,
  caller: Account,
  transfer: Transfer,
  entry: ParamsOf<`POST ${typeof path}/:id/reversals`>,
): TransferReversal {
  const left = transfer.amount - transfer.amount_reversed
  const { amount = left } = entry
  if (amount > left || left === 0) {
    throw refuse(
      `The amount of the reversal (${amount}) is greater than what is left of the transfer (${left}).`,
      { param: 'amount' },
    )
  }
  const id = tx.newId('trr_1')
  const booked = book(tx, {
    amount,
    currency: transfer.currency,
    source: id,
    type: 'transfer_refund',
    reporting_category: 'transfer_reversal',
    description: entry.description ?? null,
  })
  const reversal = tx.db.put(reversalKind, {
    id,
    object: reversalKind,
    amount,
    balance_transaction: booked.id,
    created: tx.now,
    currency: transfer.currency,
    destination_payment_refund: null,
    metadata: mergeMetadata({}, entry.metadata),
    source_refund: null,
    transfer: transfer.id,
  })
  const after = tx.db.put(kind, {
    ...transfer,
    amount_reversed: transfer.amount_reversed + amount,
    reversals: reversalsOf(tx, transfer.id),
    reversed: amount === left,
  })
  tx.emit('transfer.reversed', after)
  tx.afterCommit(() => bookThere(caller, transfer.destination ?? '', transfer, -amount))
  return reversal
}

function reversalInPath(tx: Transaction, [transfer, id = '']: readonly string[]) {
  const found = tx.db.find(reversalKind, id)
  if (found?.transfer === inPath(tx, kind, transfer).id) return found
  throw noSuch('transfer reversal', id, 'id', 404)
}

export const transferRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, account, params }) => transferTo(tx, account, params), {
    fields: { amount: integer(1) },
  }),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind),
  api(`POST ${path}/:id`, ({ tx, ids, params: { description, metadata } }) =>
    applyUpdate(tx, kind, inPath(tx, kind, ids[0]), { description }, metadata, 'transfer.updated'),
  ),
  api(
    `POST ${path}/:id/reversals`,
    ({ tx, account, ids, params }) => reverse(tx, account, inPath(tx, kind, ids[0]), params),
    { fields: { amount: integer(1) }, refuses: ['refund_application_fee'] },
  ),
  api(`GET ${path}/:id/reversals`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, kind, ids[0])
    return page(tx.db.where(reversalKind, 'transfer', id), `${path}/${id}/reversals`, params)
  }),
  api(`GET ${path}/:id/reversals/:id`, ({ tx, ids }) => reversalInPath(tx, ids)),
  api(`POST ${path}/:id/reversals/:id`, ({ tx, ids, params: { metadata } }) => {
    const after = applyUpdate(tx, reversalKind, reversalInPath(tx, ids), {}, metadata, null)
    const transfer = inPath(tx, kind, ids[0])
    tx.db.put(kind, { ...transfer, reversals: reversalsOf(tx, transfer.id) })
    return after
  }),
]
