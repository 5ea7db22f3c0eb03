/** What a customer is entitled to: the features of the products of their subscriptions, as they were when each period began. */
import type { ActiveEntitlement, SubscriptionItem } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { featuresOf } from '../catalogue/features.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { api, inParam, inPath, page, type Route } from '../http/route.ts'
import { isEntitling } from './status.ts'

const path = '/v1/entitlements/active_entitlements'
const kind = 'entitlements.active_entitlement'

export const entitlementRoutes: readonly Route[] = [
  api(`GET ${path}`, ({ tx, params: { customer, ...rest } }) => {
    inParam(tx, 'customer', customer, 'customer')
    return page(activeOf(tx, customer), path, rest)
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => inPath(tx, kind, ids[0])),
]

/** These items grant, from now on, what their products have now. */
export function grantFeatures(
  tx: Transaction,
  subscription: string,
  items: readonly SubscriptionItem[],
): void {
  const secret = tx.db.find('subscription_secret', subscription)
  const granted = items.map((item) => {
    const features = featuresOf(tx, item.price.product).reverse()
    return [item.id, features.map((row) => row.entitlement_feature.id)] as const
  })
  tx.db.put('subscription_secret', {
    id: subscription,
    ...secret,
    features: { ...secret?.features, ...Object.fromEntries(granted) },
  })
}

/** Newest first. */
function activeOf(tx: Transaction, customer: string): ActiveEntitlement[] {
  return tx.db
    .where('entitlement_secret', 'customer', customer)
    .map(({ id }) => tx.db.find(kind, id))
    .filter((row) => row !== undefined)
}

/** Brings the customer's entitlements up to date, and tells of it when they changed. */
export function refreshEntitlements(tx: Transaction, customer: string): void {
  const wanted = grantedTo(tx, customer)
  const before = activeOf(tx, customer)
  const gone = before.filter(({ feature }) => !wanted.has(String(feature)))
  const had = new Set(before.map(({ feature }) => String(feature)))
  const added = [...wanted].filter((feature) => !had.has(feature))
  if (gone.length === 0 && added.length === 0) return
  for (const { id } of gone) {
    tx.db.remove(kind, id)
    tx.db.remove('entitlement_secret', id)
  }
  for (const feature of added) entitle(tx, customer, feature)
  const summary = summaryOf(customer, activeOf(tx, customer))
  const previous = previousAttributes(summaryOf(customer, before), summary)
  inTimeOf(tx, customer).emit('entitlements.active_entitlement_summary.updated', summary, previous)
}

function grantedTo(tx: Transaction, customer: string): Set<string> {
  const granted = new Set<string>()
  for (const subscription of tx.db.where('subscription', 'customer', customer)) {
    if (!isEntitling(subscription)) continue
    const features = tx.db.find('subscription_secret', subscription.id)?.features ?? {}
    for (const { id } of subscription.items.data) {
      for (const feature of features[id] ?? []) granted.add(feature)
    }
  }
  return granted
}

function entitle(tx: Transaction, customer: string, id: string): void {
  const feature = tx.db.find('entitlements.feature', id)
  if (!feature) return
  const row = tx.db.put(kind, {
    id: tx.newId('ent_'),
    object: kind,
    feature: feature.id,
    livemode: false,
    lookup_key: feature.lookup_key,
  })
  tx.db.put('entitlement_secret', { id: row.id, customer })
}

function summaryOf(customer: string, entitlements: readonly ActiveEntitlement[]) {
  return {
    object: 'entitlements.active_entitlement_summary',
    customer,
    entitlements: page(entitlements, `/v1/customer/${customer}/entitlements`, {}),
    livemode: false,
  }
}
