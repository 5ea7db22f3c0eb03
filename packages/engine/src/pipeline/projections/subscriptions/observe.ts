// Owns what a write makes of the row before it: observations, which alternate because states do.
import type { ObservationName } from '../../../events.ts'
import type { SubscriptionStatus } from '../../../model.ts'
import type { ItemRow, StoredSubscription } from './row.ts'
import { hasEnded, SUBSCRIPTION_STATES } from './states.ts'

export type SubscriptionObservation = Extract<ObservationName, `subscription.${string}`>

/** Whether a payment is overdue by what was told: a status that says nothing of it leaves it so. */
export const isOverdue = (status: SubscriptionStatus, before: boolean): boolean =>
  SUBSCRIPTION_STATES[status].overdue ?? before

const isPaused = ({ row }: StoredSubscription): boolean =>
  row.status === 'paused' || row.pause_behavior !== null

const isEnding = ({ row }: StoredSubscription): boolean => row.cancel_at !== null

const isOverdueNow = ({ row }: StoredSubscription): boolean => row.overdue

/** What is sold, whatever the items are called: Stripe gives a replaced item a new id. */
const soldBy = (items: readonly ItemRow[]): string =>
  items
    .map(({ price_id, quantity }) => `${price_id} ${quantity}`)
    .sort()
    .join()

interface Pair {
  readonly holds: (subscription: StoredSubscription) => boolean
  readonly began: SubscriptionObservation
  readonly ended: SubscriptionObservation
}

const PAIRS: readonly Pair[] = [
  { holds: isOverdueNow, began: 'subscription.past_due', ended: 'subscription.recovered' },
  { holds: isEnding, began: 'subscription.cancel_scheduled', ended: 'subscription.reactivated' },
  { holds: isPaused, began: 'subscription.paused', ended: 'subscription.resumed' },
]

/** What ended tells its end alone: it neither recovers nor resumes by it. */
export function observationsOf(
  before: StoredSubscription | null,
  after: StoredSubscription,
): readonly SubscriptionObservation[] {
  if (hasEnded(after.row.status)) return []
  const news: SubscriptionObservation[] = []
  for (const { holds, began, ended } of PAIRS) {
    const held = before !== null && holds(before)
    if (held !== holds(after)) news.push(held ? ended : began)
  }
  const changed = before !== null && soldBy(before.items) !== soldBy(after.items)
  return changed ? [...news, 'subscription.changed'] : news
}
