/** Writes subscriptions and tells of what changed: one event for one piece of work, entitlements following. */
import type { Subscription, SubscriptionSecret } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { refreshEntitlements } from './entitlements.ts'
import { mayBecome } from './status.ts'

const kind = 'subscription'
const updated = 'customer.subscription.updated'

/** Puts the subscription, and its items on their own shelf. */
export function storeSubscription(tx: Transaction, subscription: Subscription): Subscription {
  const items = subscription.items.data
  const kept = new Set(items.map(({ id }) => id))
  for (const row of tx.db.where('subscription_item', 'subscription', subscription.id)) {
    if (!kept.has(row.id)) tx.db.remove('subscription_item', row.id)
  }
  for (const item of items) {
    if (tx.db.find('subscription_item', item.id) !== item) tx.db.put('subscription_item', item)
  }
  return tx.db.put(kind, subscription)
}

export function secretOf(tx: Transaction, id: string): SubscriptionSecret {
  return tx.db.find('subscription_secret', id) ?? { id, features: {} }
}

export function changeSecret(
  tx: Transaction,
  id: string,
  change: Partial<SubscriptionSecret>,
): void {
  tx.db.put('subscription_secret', { ...secretOf(tx, id), ...change })
}

export function currentSubscription(
  tx: Transaction,
  { id }: Pick<Subscription, 'id'>,
): Subscription {
  const found = tx.db.find(kind, id)
  if (!found) throw new Error(`The subscription ${id} is gone.`)
  return found
}

/** Lays `changes` over the present row. Tells of it, unless a piece of work is under way that will. */
export function changeSubscription(
  tx: Transaction,
  of: Pick<Subscription, 'id'>,
  changes: Partial<Subscription>,
): Subscription {
  return replaceSubscription(tx, { ...currentSubscription(tx, of), ...changes })
}

/** The same with the whole row. */
export function replaceSubscription(tx: Transaction, after: Subscription): Subscription {
  const before = currentSubscription(tx, after)
  if (!previousAttributes(before, after)) return before
  if (before.status !== after.status && !mayBecome(before.status, after.status)) {
    throw new Error(`A subscription that is ${before.status} cannot become ${after.status}.`)
  }
  storeSubscription(tx, after)
  if (secretOf(tx, after.id).quiet !== true) tellChanges(tx, before)
  return after
}

/** Tells of all that changed since `before`. */
function tellChanges(tx: Transaction, before: Subscription): void {
  const after = currentSubscription(tx, before)
  const previous = previousAttributes(before, after)
  if (previous) tx.emit(updated, after, previous)
  refreshEntitlements(tx, after.customer)
}

/** Does a piece of work whose changes are told as one when it is done; `event` tells of it instead of an update. */
export function asOneChange<T>(
  tx: Transaction,
  of: Pick<Subscription, 'id'>,
  work: () => T,
  event?: (after: Subscription) => void,
): T {
  if (secretOf(tx, of.id).quiet === true) return work()
  const before = currentSubscription(tx, of)
  changeSecret(tx, of.id, { quiet: true })
  const answer = work()
  changeSecret(tx, of.id, { quiet: false })
  if (!event) tellChanges(tx, before)
  else {
    event(currentSubscription(tx, of))
    refreshEntitlements(tx, before.customer)
  }
  return answer
}
