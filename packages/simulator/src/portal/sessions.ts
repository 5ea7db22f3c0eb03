/** Portal sessions: the address at which one customer manages what they pay for. */
import type { Customer, PortalConfiguration, PortalSession } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { api, inParam, type Route } from '../http/route.ts'
import { defaultConfiguration, urlOf } from './configurations.ts'
import { readFlow } from './flow.ts'
import { portalPagePath } from './page-path.ts'

const path = '/v1/billing_portal/sessions'

function create(tx: Transaction, params: ParamsOf<`POST ${typeof path}`>): PortalSession {
  if (params.customer === undefined) throw missingParam('customer')
  const customer: Customer = inParam(tx, 'customer', params.customer, 'customer')
  const configuration = configurationOf(tx, params.configuration)
  const own = inTimeOf(tx, customer.id)
  const id = own.newId('bps_1')
  const session = own.db.put('billing_portal.session', {
    id,
    object: 'billing_portal.session',
    after_expiration: null,
    configuration: configuration.id,
    created: own.now,
    customer: customer.id,
    customer_account: null,
    flow: params.flow_data ? readFlow(own, customer, configuration, params.flow_data) : null,
    livemode: false,
    locale: params.locale ?? null,
    on_behalf_of: null,
    return_url: urlOf(params.return_url, 'return_url') ?? configuration.default_return_url,
    url: `${own.baseUrl}${portalPagePath}${id}`,
  })
  own.emit('billing_portal.session.created', session)
  return session
}

function configurationOf(tx: Transaction, named: string | undefined): PortalConfiguration {
  if (named === undefined) return defaultConfiguration(tx)
  const configuration = inParam(tx, 'billing_portal.configuration', named, 'configuration')
  if (configuration.active) return configuration
  throw refuse(`The configuration \`${named}\` is not active.`, { param: 'configuration' })
}

export const portalSessionRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    refuses: ['after_expiration', 'customer_account', 'on_behalf_of'],
  }),
]
