/** The routes of accounts: the caller's own, and those that a platform connects to itself. */

import type { ConnectedAccount } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { bury, listRoute } from '../http/resource.ts'
import { api, inPath, mergeMetadata, type Route, route } from '../http/route.ts'
import type { Account } from '../world/account.ts'
import {
  type AccountEntry,
  type AccountType,
  controllerOf,
  emptyAccount,
  merchant,
  profileOf,
} from './account-object.ts'
import { addBank } from './external-accounts.ts'
import { inactive, open, settle } from './standing.ts'

const path = '/v1/accounts'
const kind = 'account'
/** Who is behind an account is kept, but for these, which nothing here would look at. */
const refuses = ['account_token', 'company', 'documents', 'groups', 'individual', 'settings']

const currencies: ReadonlyMap<string, string> = new Map([
  ['US', 'usd'],
  ['GB', 'gbp'],
  ['CH', 'chf'],
  ['CA', 'cad'],
])

function changed(
  tx: Transaction,
  account: ConnectedAccount,
  entry: AccountEntry,
): ConnectedAccount {
  const { capabilities = {}, tos_acceptance: terms } = entry
  const asked = new Set(Object.keys(account.capabilities ?? {}))
  for (const [name, wish] of Object.entries(capabilities)) {
    if (wish?.requested) asked.add(name)
    else if (wish?.requested === false) asked.delete(name)
  }
  if (entry.external_account) addBank(tx, account, entry.external_account)
  return {
    ...account,
    business_profile: profileOf(entry.business_profile, account.business_profile),
    business_type: entry.business_type ?? account.business_type ?? null,
    capabilities: inactive(asked),
    default_currency: entry.default_currency ?? account.default_currency ?? 'usd',
    email: entry.email ?? account.email,
    metadata:
      entry.metadata === undefined
        ? (account.metadata ?? {})
        : mergeMetadata(account.metadata ?? {}, entry.metadata),
    tos_acceptance: {
      ...account.tos_acceptance,
      ...(terms?.date === undefined ? {} : { date: terms.date }),
      ...(terms?.ip === undefined ? {} : { ip: terms.ip }),
      ...(terms?.user_agent === undefined ? {} : { user_agent: terms.user_agent }),
    },
  }
}

function create(tx: Transaction, entry: ParamsOf<`POST ${typeof path}`>): ConnectedAccount {
  const { controller: wish, type, country = 'US' } = entry
  if (wish && type !== undefined) {
    throw refuse('You may only specify one of these parameters: type, controller.', {
      param: 'controller',
    })
  }
  if (!/^[A-Z]{2}$/.test(country)) {
    throw badParam(
      `Country '${country}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'.`,
      'country',
      'country_code_invalid',
    )
  }
  const known: AccountType = type ?? typeOf(wish)
  const controller = controllerOf(known)
  const account = emptyAccount(tx, tx.newId('acct_1', 16), {
    controller: {
      ...controller,
      ...(wish?.fees?.payer && { fees: { payer: wish.fees.payer } }),
      ...(wish?.losses?.payments && { losses: { payments: wish.losses.payments } }),
      ...(wish?.requirement_collection && {
        requirement_collection: wish.requirement_collection,
      }),
    },
    country,
    default_currency: entry.default_currency ?? currencies.get(country) ?? 'eur',
    type: wish ? 'none' : known,
  })
  return open(tx, changed(tx, account, entry))
}

function typeOf(wish: ParamsOf<`POST ${typeof path}`>['controller']): AccountType {
  const dashboard = wish?.stripe_dashboard?.type
  if (dashboard === 'express') return 'express'
  return dashboard === 'none' ? 'custom' : 'standard'
}

/** Only an account whose platform collects them gets what Stripe itself would ask for. */
function refuseTerms(account: ConnectedAccount, entry: AccountEntry): void {
  if (account.controller?.requirement_collection === 'application') return
  if (entry.tos_acceptance?.date === undefined && entry.tos_acceptance?.ip === undefined) return
  throw refuse(
    'You cannot accept the Terms of Service on behalf of accounts where `controller[requirement_collection]` is `stripe`, which includes Standard and Express accounts.',
    { param: 'tos_acceptance' },
  )
}

/** The caller's own account; of a connected one its platform keeps the row. */
function ownAccount(account: Account): ConnectedAccount {
  return account.platform?.db.find(kind, account.id) ?? merchant(account.id)
}

export const accountRoutes: readonly Route[] = [
  route('GET', '/v1/account', {}, ({ account }) => ownAccount(account)),
  api(`GET ${path}/:id`, ({ tx, account, ids }) => {
    if (ids[0] === account.id) return ownAccount(account)
    return inPath(tx, kind, ids[0])
  }),
  api(
    `POST ${path}`,
    ({ tx, params }) => {
      const account = create(tx, params)
      refuseTerms(account, params)
      return account
    },
    { refuses },
  ),
  listRoute(`GET ${path}`, kind),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = inPath(tx, kind, ids[0])
      refuseTerms(before, params)
      return settle(tx, before, changed(tx, before, params))
    },
    { refuses },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids, account }) => {
    const gone = inPath(tx, kind, ids[0])
    const application = { id: `ca_${account.id.slice('acct_'.length)}`, object: 'application' }
    tx.emitOf(gone.id, 'account.application.deauthorized', { ...application, name: null })
    for (const bank of tx.db.where('bank_account', 'account', gone.id)) {
      tx.db.remove('bank_account', bank.id)
    }
    tx.afterCommit(() => account.connections.of(gone.id).retire())
    return bury(tx, kind, gone, null)
  }),
]
