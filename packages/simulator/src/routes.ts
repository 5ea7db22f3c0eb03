/** Every route of the API, and the search for the one that a request means. */
import { couponRoutes } from './catalogue/coupons.ts'
import { featureRoutes } from './catalogue/features.ts'
import { paymentLinkRoutes } from './catalogue/payment-links.ts'
import { planRoutes } from './catalogue/plans.ts'
import { priceRoutes } from './catalogue/prices.ts'
import { productRoutes } from './catalogue/products.ts'
import { promotionCodeRoutes } from './catalogue/promotion-codes.ts'
import { shippingRateRoutes } from './catalogue/shipping-rates.ts'
import { taxRateRoutes } from './catalogue/tax-rates.ts'
import { paymentPageRoutes } from './checkout/payment-pages.ts'
import { sessionRoutes } from './checkout/sessions.ts'
import { cliChannelRoutes } from './cli-channel/routes.ts'
import { testClockRoutes } from './clocks/test-clocks.ts'
import { accountLinkRoutes } from './connect/account-links.ts'
import { accountRoutes } from './connect/accounts.ts'
import { capabilityRoutes } from './connect/capabilities.ts'
import { externalAccountRoutes } from './connect/external-accounts.ts'
import { transferRoutes } from './connect/transfers.ts'
import { balanceTransactionRoutes } from './customers/balance.ts'
import { customerDiscountRoutes } from './customers/customer-discount.ts'
import { customerMethodRoutes } from './customers/customer-methods.ts'
import { customerRoutes } from './customers/customers.ts'
import { paymentMethodRoutes, tokenRoutes } from './customers/payment-methods.ts'
import { sourceRoutes } from './customers/sources.ts'
import { taxIdRoutes } from './customers/tax-ids.ts'
import { deliveryRoutes } from './delivery/routes.ts'
import { refuse } from './http/errors.ts'
import type { Route } from './http/route.ts'
import { identityRoutes } from './identity/sessions.ts'
import { creditNoteRoutes } from './invoicing/credit-note-routes.ts'
import { invoiceRoutes } from './invoicing/invoices.ts'
import { itemRoutes } from './invoicing/items.ts'
import { lineRoutes } from './invoicing/line-routes.ts'
import { invoicePaymentRoutes } from './invoicing/payment-routes.ts'
import { previewRoutes } from './invoicing/preview.ts'
import { authorizationRoutes } from './issuing/authorizations.ts'
import { cardholderRoutes } from './issuing/cardholders.ts'
import { issuedCardRoutes } from './issuing/cards.ts'
import { issuingTransactionRoutes } from './issuing/transactions.ts'
import { meterEventRoutes } from './meters/events.ts'
import { meterRoutes } from './meters/meters.ts'
import { balanceRoutes } from './money/balance.ts'
import { cashBalanceRoutes } from './money/cash-balance.ts'
import { payoutRoutes } from './money/payouts.ts'
import { topupRoutes } from './money/topups.ts'
import { chargeRoutes } from './payments/charges.ts'
import { disputeRoutes } from './payments/disputes.ts'
import { fraudWarningRoutes } from './payments/fraud-warnings.ts'
import { intentRoutes } from './payments/intents.ts'
import { mandateRoutes } from './payments/mandates.ts'
import { refundRoutes } from './payments/refunds.ts'
import { setupIntentRoutes } from './payments/setup-intents.ts'
import { portalConfigurationRoutes } from './portal/configurations.ts'
import { portalSessionRoutes } from './portal/sessions.ts'
import { quoteRoutes } from './quotes/routes.ts'
import { reportRunRoutes } from './reporting/report-runs.ts'
import { reportTypeRoutes } from './reporting/report-types.ts'
import { scheduleRoutes } from './schedules/routes.ts'
import { searchRoutes } from './search/routes.ts'
import { entitlementRoutes } from './subscriptions/entitlements.ts'
import { subscriptionItemRoutes } from './subscriptions/item-routes.ts'
import { previewEntry } from './subscriptions/preview.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'

export const routes: readonly Route[] = [
  // Before the routes that would take `search` for an id.
  ...searchRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...planRoutes,
  ...paymentLinkRoutes,
  ...featureRoutes,
  ...taxRateRoutes,
  ...couponRoutes,
  ...promotionCodeRoutes,
  ...customerRoutes,
  ...balanceTransactionRoutes,
  ...customerDiscountRoutes,
  ...customerMethodRoutes,
  ...sourceRoutes,
  ...taxIdRoutes,
  ...paymentMethodRoutes,
  ...tokenRoutes,
  ...intentRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...shippingRateRoutes,
  ...sessionRoutes,
  ...paymentPageRoutes,
  ...portalConfigurationRoutes,
  ...portalSessionRoutes,
  ...balanceRoutes,
  ...setupIntentRoutes,
  ...disputeRoutes,
  ...mandateRoutes,
  ...fraudWarningRoutes,
  ...payoutRoutes,
  ...topupRoutes,
  ...cashBalanceRoutes,
  ...deliveryRoutes,
  ...cliChannelRoutes,
  ...accountRoutes,
  ...capabilityRoutes,
  ...externalAccountRoutes,
  ...accountLinkRoutes,
  ...transferRoutes,
  ...testClockRoutes,
  ...subscriptionRoutes,
  ...subscriptionItemRoutes,
  ...entitlementRoutes,
  ...scheduleRoutes,
  ...quoteRoutes,
  ...cardholderRoutes,
  ...issuedCardRoutes,
  ...authorizationRoutes,
  ...issuingTransactionRoutes,
  ...identityRoutes,
  ...reportRunRoutes,
  ...reportTypeRoutes,
  ...previewRoutes(previewEntry),
  ...invoiceRoutes,
  ...lineRoutes,
  ...itemRoutes,
  ...invoicePaymentRoutes,
  ...creditNoteRoutes,
  ...meterRoutes,
  ...meterEventRoutes,
]

/** `POST /v1/checkout/sessions` → `POST /v1/checkout`: no route names its resource by a parameter. */
const resourceKey = (method: string, path: string) => `${method} ${resourceOf(path)}`

const compiled = new Map<string, { readonly route: Route; readonly pattern: RegExp }[]>()
for (const route of routes) {
  const key = resourceKey(route.method, route.path)
  const pattern = new RegExp(`^${route.path.replaceAll(/:[a-z]+/g, '([^/]+)')}$`)
  compiled.set(key, [...(compiled.get(key) ?? []), { route, pattern }])
}

export interface Match {
  readonly route: Route
  readonly ids: readonly string[]
}

export function findRoute(method: string, path: string): Match {
  for (const { route, pattern } of compiled.get(resourceKey(method, path)) ?? []) {
    const match = pattern.exec(path)
    if (match) return { route, ids: match.slice(1).map((id) => decodeURIComponent(id)) }
  }
  throw refuse(
    `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/. [simulator: ${hint(path)}]`,
    { status: 404 },
  )
}

/** What there is nearby, so that a missing route reads as "not yet" and not as a typing error. */
function hint(path: string): string {
  const resource = resourceOf(path)
  const near = routes.filter((route) => `${route.path}/`.startsWith(`${resource}/`))
  const known = near.map((route) => `${route.method} ${route.path}`)
  if (known.length > 0) return `it knows ${known.join(', ')}`
  const resources = new Set(routes.map((route) => resourceOf(route.path)))
  return `it knows ${[...resources].join(', ')}`
}

function resourceOf(path: string): string {
  return path.split('/', 3).join('/')
}
