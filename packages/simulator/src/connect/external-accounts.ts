/** The bank accounts to which connected accounts are paid out. */
import type { BankAccount, ConnectedAccount } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { noSuch, notSimulated, refuse } from '../http/errors.ts'
import { applyUpdate } from '../http/resource.ts'
import { api, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import type { BankEntry } from './account-object.ts'
import { settle } from './standing.ts'

const path = '/v1/accounts/:id/external_accounts'
const kind = 'bank_account'

export function addBank(
  tx: Transaction,
  account: ConnectedAccount,
  entry: BankEntry,
  metadata?: Readonly<Record<string, string>> | null,
): BankAccount {
  if (typeof entry === 'string') throw notSimulated('bank account tokens', 'external_account')
  const { account_number: number, country = account.country ?? 'US' } = entry
  if (entry.object !== 'bank_account' || number === undefined) {
    throw notSimulated('external accounts other than bank accounts', 'external_account')
  }
  if (!/^[0-9A-Za-z]{4,34}$/.test(number)) {
    throw refuse('You passed an invalid account number.', {
      code: 'account_number_invalid',
      param: 'external_account[account_number]',
    })
  }
  const currency = entry.currency ?? account.default_currency ?? 'usd'
  const others = tx.db
    .where(kind, 'account', account.id)
    .filter((other) => other.currency === currency)
  const bank = tx.db.put(kind, {
    id: tx.newId('ba_1'),
    object: kind,
    account: account.id,
    account_holder_name: entry.account_holder_name ?? null,
    account_holder_type: entry.account_holder_type ?? null,
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: 'STRIPE TEST BANK',
    country,
    currency,
    default_for_currency: others.length === 0,
    fingerprint: tx.newId('', 16),
    future_requirements: requirements(),
    last4: number.slice(-4),
    metadata: mergeMetadata({}, metadata),
    requirements: requirements(),
    routing_number: entry.routing_number ?? null,
    status: 'new',
  })
  tx.emitOf(account.id, 'account.external_account.created', bank)
  return bank
}

function requirements() {
  return { currently_due: [], errors: [], past_due: [], pending_verification: [] }
}

function bankInPath(tx: Transaction, [account, id = '']: readonly string[]): BankAccount {
  const bank = tx.db.find(kind, id)
  if (bank?.account === inPath(tx, 'account', account).id) return bank
  throw noSuch('external account', id, 'id', 404)
}

/** One bank account of a currency is the default; the others then are not. */
function makeDefault(tx: Transaction, bank: BankAccount): void {
  for (const other of tx.db.where(kind, 'account', bank.account ?? null)) {
    if (other.id === bank.id || other.currency !== bank.currency) continue
    tx.db.put(kind, { ...other, default_for_currency: false })
  }
}

export const externalAccountRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, ids, params }) => {
    const account = inPath(tx, 'account', ids[0])
    const made = addBank(tx, account, params.external_account, params.metadata)
    const bank = tx.db.put(kind, {
      ...made,
      default_for_currency: params.default_for_currency ?? made.default_for_currency ?? false,
    })
    if (bank.default_for_currency) makeDefault(tx, bank)
    settle(tx, account, account)
    return bank
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => bankInPath(tx, ids)),
  api(`GET ${path}`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'account', ids[0])
    const rows = params.object === 'card' ? [] : tx.db.where(kind, 'account', id)
    return page(rows, path.replace(':id', id), params)
  }),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = bankInPath(tx, ids)
      const { account_holder_name, account_holder_type, account_type, metadata } = params
      const after = applyUpdate(
        tx,
        kind,
        before,
        {
          account_holder_name,
          account_holder_type,
          account_type,
          default_for_currency: params.default_for_currency,
        },
        metadata,
        null,
      )
      if (after === before) return before
      if (after.default_for_currency) makeDefault(tx, after)
      tx.emitOf(ids[0] ?? '', 'account.external_account.updated', after)
      return after
    },
    { refuses: ['documents'] },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const bank = bankInPath(tx, ids)
    if (bank.default_for_currency) {
      throw refuse('You cannot delete the default external account for a currency.')
    }
    tx.db.remove(kind, bank.id)
    tx.emitOf(ids[0] ?? '', 'account.external_account.deleted', bank)
    const account = inPath(tx, 'account', ids[0])
    settle(tx, account, account)
    return { id: bank.id, object: kind, deleted: true, currency: bank.currency }
  }),
]
