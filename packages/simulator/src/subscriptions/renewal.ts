/** The end of a period: the items move on, and what the next one costs is drafted. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { draftBill } from './billing.ts'
import { endAsPlanned } from './end.ts'
import { nextEnd } from './items.ts'
import { cycleLines, openPeriods } from './renewal-lines.ts'
import { asOneChange, currentSubscription } from './save.ts'
import { isBilled } from './status.ts'
import { waitForPeriodEnd } from './timers.ts'
import { endTrial } from './trial-end.ts'

export function renew(tx: Transaction, before: Subscription, at: number): void {
  if (!isBilled(before) || nextEnd(before) !== at) return
  // A phase that begins with the period says what the period is billed for.
  if (before.schedule !== null) tx.run({ kind: 'schedule_due', scheduleId: before.schedule })
  const subscription = currentSubscription(tx, before)
  if (!isBilled(subscription) || nextEnd(subscription) !== at) return
  if (subscription.cancel_at !== null && subscription.cancel_at <= at) {
    endAsPlanned(tx, subscription)
  } else if (subscription.status === 'trialing') {
    endTrial(tx, subscription, { asked: false })
  } else {
    asOneChange(tx, subscription, () => cycle(tx, subscription, at))
  }
}

/** Bills the next period of every item whose present one ends at `at`. */
function cycle(tx: Transaction, before: Subscription, at: number): void {
  const due = before.items.data.filter((item) => item.current_period_end <= at)
  const start = Math.min(at, ...due.map((item) => item.current_period_start))
  const after = openPeriods(tx, before, at, due)
  draftBill(tx, after, {
    reason: 'subscription_cycle',
    lines: cycleLines(tx, after, due),
    period: { start, end: at },
  })
  waitForPeriodEnd(tx, currentSubscription(tx, after))
}
