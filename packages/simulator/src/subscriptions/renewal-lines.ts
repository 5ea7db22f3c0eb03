/** The items of a subscription go into their next period, and what that comes to. */
import type { Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { grantFeatures } from './entitlements.ts'
import { periodOf, wholeLine } from './lines.ts'
import { type Anchor, anchorOf } from './periods.ts'
import { isMetered } from './prices.ts'
import { restLines } from './prorations.ts'
import { changeSubscription } from './save.ts'
import { opening } from './start.ts'
import { usageLine } from './usage.ts'

/** The same items in the period that begins at `at`. */
export function inNextPeriod(
  anchor: Anchor,
  items: readonly SubscriptionItem[],
  at: number,
): SubscriptionItem[] {
  return items.map((item) => {
    const { period } = opening(anchor, item.price, at)
    return { ...item, current_period_start: period.start, current_period_end: period.end }
  })
}

/** These items begin their next period, with the features that their products have by now. */
export function openPeriods(
  tx: Transaction,
  before: Subscription,
  at: number,
  due: readonly SubscriptionItem[],
): Subscription {
  const moved = new Map(inNextPeriod(anchorOf(before), due, at).map((item) => [item.id, item]))
  const data = before.items.data.map((item) => moved.get(item.id) ?? item)
  grantFeatures(tx, before.id, due)
  return changeSubscription(tx, before, { items: { ...before.items, data } })
}

/**
 * A line for the new period of each item of `passed`, which are as they were: what is metered costs what was used in
 * the old period. The rest of a period, up to the anchor, costs its share.
 */
export function cycleLines(
  tx: Transaction,
  of: Subscription,
  passed: readonly SubscriptionItem[],
): LineEntry[] {
  const begun = passed.flatMap((before) => {
    const after = of.items.data.find(({ id }) => id === before.id)
    return after ? [{ before, after }] : []
  })
  const rests = begun.map(({ after }) => after).filter((item) => isRest(of, item))
  const restLineOf = new Map(
    restLines(tx, of, rests, (item) => item.current_period_start).map((line) => [
      line.subscriptionItem,
      line,
    ]),
  )
  return begun.flatMap(({ before, after }): LineEntry[] => {
    if (isMetered(after.price)) {
      // What is used in a trial is free.
      return before.current_period_end === of.trial_end
        ? []
        : usageLine(tx, of, before, periodOf(before))
    }
    return [restLineOf.get(after.id) ?? wholeLine(tx, of, after)]
  })
}

/** Whether the item's running period is only the rest of one, up to the anchor. */
export function isRest(of: Subscription, item: SubscriptionItem): boolean {
  const { whole } = opening(anchorOf(of), item.price, item.current_period_start)
  return whole.start !== item.current_period_start && !isMetered(item.price)
}
