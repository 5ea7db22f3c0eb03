/** Account links: where a person tells Stripe who is behind a connected account. */
import type { ConnectedAccount } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import { api, inParam, type Route } from '../http/route.ts'
import { addBank } from './external-accounts.ts'
import { onboardingPagePath } from './page-path.ts'
import { settle } from './standing.ts'

const validSeconds = 5 * 60
/** Stripe's test account number. */
const testBank = {
  object: 'bank_account',
  account_number: '000123456789',
  routing_number: '110000000',
} as const

/** What a person has told when the page is done. */
export function onboard(tx: Transaction, account: ConnectedAccount): ConnectedAccount {
  if (tx.db.where('bank_account', 'account', account.id).length === 0)
    addBank(tx, account, testBank)
  return settle(tx, account, {
    ...account,
    business_type: account.business_type ?? 'individual',
    tos_acceptance: { ...account.tos_acceptance, date: tx.now, ip: '127.0.0.1' },
  })
}

export const accountLinkRoutes: readonly Route[] = [
  api(
    'POST /v1/account_links',
    ({ tx, params }) => {
      const account = inParam(tx, 'account', params.account, 'account')
      const { type, refresh_url, return_url } = params
      const collector = account.controller?.requirement_collection
      if (type === 'account_update' && collector === 'stripe') {
        throw refuse('You cannot create `account_update` type Account Links for this account.', {
          param: 'type',
        })
      }
      const link = tx.db.put('account_link', {
        id: tx.newId('', 16),
        account: account.id,
        expiresAt: tx.now + validSeconds,
        refreshUrl: refresh_url ?? null,
        returnUrl: return_url ?? null,
      })
      return {
        object: 'account_link',
        created: tx.now,
        expires_at: link.expiresAt,
        url: `${tx.baseUrl}${onboardingPagePath}${link.id}`,
      }
    },
    { refuses: ['collect', 'collection_options'] },
  ),
]
