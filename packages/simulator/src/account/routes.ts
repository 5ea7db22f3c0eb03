/** `GET /v1/account`: the merchant behind the API key. */
import type { Stripe } from 'stripe'
import { noSuch } from '../http/errors.ts'
import { type Route, route } from '../http/route.ts'
import type { Stored } from '../wire.ts'
import type { Account } from './account.ts'

function merchant({ id }: Account): Stored<Stripe.Account> {
  return {
    id,
    object: 'account',
    business_type: null,
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: null,
    payouts_enabled: true,
    type: 'standard',
  }
}

export const accountRoutes: readonly Route[] = [
  route('GET', '/v1/account', {}, ({ account }) => merchant(account)),
  route('GET', '/v1/accounts/:id', {}, ({ account, ids }) => {
    if (ids[0] === account.id) return merchant(account)
    throw noSuch('account', ids[0] ?? '', 'account', 404)
  }),
]
