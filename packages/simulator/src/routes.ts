/** Every route of the API, and the search for the one that a request means. */
import { accountRoutes } from './account/routes.ts'
import { priceRoutes } from './catalogue/prices.ts'
import { productRoutes } from './catalogue/products.ts'
import { paymentPageRoutes } from './checkout/payment-pages.ts'
import { sessionRoutes } from './checkout/sessions.ts'
import { customerRoutes } from './customers/customers.ts'
import { paymentMethodRoutes, tokenRoutes } from './customers/payment-methods.ts'
import { deliveryRoutes } from './delivery/routes.ts'
import { refuse } from './http/errors.ts'
import type { Route } from './http/route.ts'
import { balanceRoutes } from './payments/balance.ts'
import { chargeRoutes } from './payments/charges.ts'
import { intentRoutes } from './payments/intents.ts'
import { refundRoutes } from './payments/refunds.ts'

export const routes: readonly Route[] = [
  ...productRoutes,
  ...priceRoutes,
  ...customerRoutes,
  ...paymentMethodRoutes,
  ...tokenRoutes,
  ...intentRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...sessionRoutes,
  ...paymentPageRoutes,
  ...balanceRoutes,
  ...deliveryRoutes,
  ...accountRoutes,
]

const compiled = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/:[a-z]+/g, '([^/]+)')}$`),
}))

export interface Match {
  readonly route: Route
  readonly ids: readonly string[]
}

export function findRoute(method: string, path: string): Match {
  for (const { route, pattern } of compiled) {
    const match = route.method === method ? pattern.exec(path) : null
    if (match) return { route, ids: match.slice(1).map((id) => decodeURIComponent(id)) }
  }
  throw refuse(
    `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/. [simulator: ${hint(path)}]`,
    { status: 404 },
  )
}

/** What there is nearby, so that a missing route reads as "not yet" and not as a typing error. */
function hint(path: string): string {
  const resource = path.split('/').slice(0, 3).join('/')
  const near = routes.filter((route) => `${route.path}/`.startsWith(`${resource}/`))
  const known = near.map((route) => `${route.method} ${route.path}`)
  if (known.length > 0) return `it knows ${known.join(', ')}`
  const resources = new Set(routes.map((route) => route.path.split('/').slice(0, 3).join('/')))
  return `it knows ${[...resources].join(', ')}`
}
