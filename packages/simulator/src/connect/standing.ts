/** What a connected account may do: follows from what it was asked for and has told. */
import type { ConnectedAccount } from '../account/tables-platform.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { externalAccountsOf, openRequirements } from './account-object.ts'

const kind = 'account'

/** What Stripe wants to know of every account; the real list depends on country and capabilities. */
function missingOf(account: ConnectedAccount, hasBank: boolean): string[] {
  const { business_type, tos_acceptance } = account
  const known = {
    business_type: business_type !== null && business_type !== undefined,
    external_account: hasBank,
    'tos_acceptance.date': tos_acceptance?.date != null,
    'tos_acceptance.ip': tos_acceptance?.ip != null,
  }
  return Object.entries(known)
    .filter(([, isKnown]) => !isKnown)
    .map(([name]) => name)
}

/** The capabilities of these names, as they are before it is known whether they may be active. */
export function inactive(names: Iterable<string>): Record<string, 'inactive'> {
  return Object.fromEntries([...names].map((name) => [name, 'inactive' as const]))
}

function settled(tx: Transaction, account: ConnectedAccount): ConnectedAccount {
  const banks = tx.db.where('bank_account', 'account', account.id)
  const missing = missingOf(account, banks.length > 0)
  const complete = missing.length === 0
  const names = Object.keys(account.capabilities ?? {})
  const capabilities = Object.fromEntries(
    names.map((name) => [name, complete ? ('active' as const) : ('inactive' as const)]),
  )
  return {
    ...account,
    capabilities,
    charges_enabled: complete && names.some((name) => name.endsWith('_payments')),
    details_submitted: complete,
    external_accounts: externalAccountsOf(account.id, banks),
    payouts_enabled: complete,
    requirements: openRequirements(missing),
  }
}

/** Keeps the account as it stands after a change; its platform hears of what changed. */
export function settle(
  tx: Transaction,
  before: ConnectedAccount,
  changed: ConnectedAccount,
): ConnectedAccount {
  const after = settled(tx, changed)
  const previous = previousAttributes(before, after)
  if (!previous) return before
  tx.db.put(kind, after)
  tx.emitOf(after.id, 'account.updated', after, previous)
  return after
}

/** The first state of a new account, which no event tells of. */
export function open(tx: Transaction, account: ConnectedAccount): ConnectedAccount {
  return tx.db.put(kind, settled(tx, account))
}
