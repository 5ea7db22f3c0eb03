/** The routes of the balance and of its transactions. */
import { refuse } from '../http/errors.ts'
import { listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, type Route } from '../http/route.ts'
import { balanceOf } from '../payments/ledger.ts'

const path = '/v1/balance_transactions'
const list = listRoute(`GET ${path}`, 'balance_transaction', () => true, ['payout'])

export const balanceRoutes: readonly Route[] = [
  api('GET /v1/balance', ({ tx }) => balanceOf(tx)),
  retrieveRoute(`GET ${path}/:id`, 'balance_transaction'),
  {
    ...list,
    run(call, form) {
      const payout = form.get('payout')
      if (typeof payout === 'string') {
        inParam(call.tx, 'payout', payout, 'payout')
        throw refuse(
          'Balance transaction history can only be filtered on automatic transfers, not manual.',
          { param: 'payout' },
        )
      }
      return list.run(call, form)
    },
  },
]
