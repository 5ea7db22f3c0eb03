// Owns the flows of entitlements: what the products of a subscription grant its customer, and when that changes.
import { type Flow, firstItemOf, idOf, kept, type Step, subscriptionOf } from './flow.ts'
import { day } from './stage.ts'
import {
  cancelsNow,
  changes,
  dashboardCustomer,
  passes,
  renews,
  signsUp,
  subscribes,
  switches,
  toPeriodEnd,
} from './steps.ts'

const SUMMARY = 'entitlements.active_entitlement_summary.updated'

/** Throws when Stripe grants the customer anything else. */
const grants =
  (lookupKeys: readonly string[]): Step =>
  async (stage) => {
    const { data } = await stage.stripe.entitlements.activeEntitlements.list({
      customer: kept(stage, 'customer'),
    })
    const keys = data.map(({ lookup_key }) => lookup_key).sort()
    if (keys.join() !== [...lookupKeys].sort().join()) {
      throw new Error(`the customer is entitled to ${keys.join()}, not to ${lookupKeys.join()}`)
    }
  }

const active = { subscription: { status: 'active' } }

export const ENTITLEMENT_FLOWS: readonly Flow[] = [
  {
    name: 'entitlements granted',
    section: '3.17',
    steps: [...signsUp('pro_monthly'), grants(['export', 'search'])],
    tells: [SUMMARY],
    ends: active,
  },
  {
    name: 'entitlements of another plan',
    section: '3.17',
    steps: [
      ...signsUp('pro_monthly'),
      switches({ good: 'team', quantity: 2 }),
      grants(['export', 'search', 'sso']),
    ],
    tells: [SUMMARY],
    ends: active,
  },
  {
    name: 'entitlements end with the subscription',
    section: '3.17',
    steps: [
      ...signsUp('pro_monthly'),
      changes({ cancel_at_period_end: true }),
      toPeriodEnd(),
      grants([]),
    ],
    tells: [SUMMARY, 'customer.subscription.deleted'],
    ends: { subscription: { status: 'canceled' } },
  },
  {
    name: 'feature added to the product, granted with the next period',
    section: '3.17',
    steps: [
      dashboardCustomer('pm_card_visa'),
      subscribes(),
      passes(day),
      async (stage) => {
        const { stripe } = stage
        const { price } = firstItemOf(await subscriptionOf(stage))
        const { id } = await stripe.entitlements.features.create({ lookup_key: 'ai', name: 'ai' })
        await stripe.products.createFeature(idOf(price.product), { entitlement_feature: id })
      },
      grants(['export', 'search']),
      ...renews,
      grants(['ai', 'export', 'search']),
    ],
    tells: [SUMMARY, 'invoice.paid'],
    ends: active,
  },
  {
    name: 'entitlements of two plans, until both are gone',
    section: '3.17',
    steps: [
      dashboardCustomer('pm_card_visa'),
      (stage) => subscribes({ items: [{ price: stage.prices.team }] })(stage),
      async (stage) => {
        stage.kept.set('first subscription', kept(stage, 'subscription'))
      },
      subscribes(),
      cancelsNow(),
      grants(['export', 'search', 'sso']),
      async (stage) => {
        await stage.stripe.subscriptions.cancel(kept(stage, 'first subscription'))
      },
      grants([]),
    ],
    tells: [SUMMARY, 'customer.subscription.deleted'],
    ends: { subscription: { status: 'canceled' }, 'first subscription': { status: 'canceled' } },
  },
]
