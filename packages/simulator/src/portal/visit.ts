/** One visit to the portal: whose it is, and what they may do. */

import type {
  Customer,
  PaymentMethod,
  PortalConfiguration,
  PortalSession,
  Subscription,
  TaxId,
} from '../account/tables.ts'
import { namelessMerchant, webUrl } from '../hosted/order-view.ts'
import type { PageRequest } from '../http/hosted-port.ts'
import { hasEnded } from '../subscriptions/status.ts'
import type { Account } from '../world/account.ts'
import { portalPagePath } from './page-path.ts'

export interface Visit {
  readonly request: PageRequest
  readonly account: Account
  readonly session: PortalSession
  readonly configuration: PortalConfiguration
  readonly customer: Customer
  /** The path of the portal itself; its pages are below. */
  readonly home: string
  readonly returnUrl: string | null
  readonly merchant: string
}

export function visitOf(request: PageRequest, id: string): Visit | undefined {
  const account = request.find('billing_portal.session', id)
  account?.catchUp()
  const session = account?.db.find('billing_portal.session', id)
  const customer = account?.db.find('customer', session?.customer ?? '')
  const configuration = account?.db.find(
    'billing_portal.configuration',
    session?.configuration ?? '',
  )
  if (!account || !session || !customer || !configuration) return undefined
  return {
    request,
    account,
    session,
    configuration,
    customer,
    home: `${portalPagePath}${id}`,
    returnUrl: webUrl(session.return_url),
    merchant: namelessMerchant,
  }
}

/** What the customer pays for, the newest first. */
export function subscriptionsOf({ account, customer }: Visit): Subscription[] {
  return account.db.where('subscription', 'customer', customer.id).filter((one) => !hasEnded(one))
}

export function subscriptionOf(visit: Visit, id: string): Subscription | undefined {
  return subscriptionsOf(visit).find((one) => one.id === id)
}

export function methodsOf({ account, customer }: Visit): PaymentMethod[] {
  return account.db.where('payment_method', 'customer', customer.id)
}

export function taxIdsOf(account: Account, customer: string): TaxId[] {
  return account.db.where('tax_id', 'customer', customer)
}

/** What pays unless a subscription has a method of its own. */
export function defaultMethodOf(visit: Visit): string | null {
  const own = visit.customer.invoice_settings.default_payment_method
  const [first] = subscriptionsOf(visit)
  return own ?? first?.default_payment_method ?? null
}
