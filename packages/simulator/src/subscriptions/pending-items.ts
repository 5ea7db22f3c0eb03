/** Bills what is pending between the ends of periods, at an interval of its own. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { draftBill, pendingItems } from './billing.ts'
import { addIntervals } from './periods.ts'
import { asOneChange, changeSubscription, currentSubscription } from './save.ts'
import { isBilled } from './status.ts'
import { wait } from './timers.ts'

interface IntervalEntry {
  readonly interval: 'day' | 'month' | 'week' | 'year'
  readonly interval_count?: number | undefined
}

/** What the parameter sets; null ends it. */
export function readPendingInterval(
  tx: Transaction,
  given: IntervalEntry | null | undefined,
): Partial<Subscription> {
  if (given === undefined) return {}
  if (given === null) {
    return { pending_invoice_item_interval: null, next_pending_invoice_item_invoice: null }
  }
  const every = { interval: given.interval, interval_count: given.interval_count ?? 1 }
  return {
    pending_invoice_item_interval: every,
    next_pending_invoice_item_invoice: addIntervals(tx.now, every, 1),
  }
}

export function waitForPending(tx: Transaction, of: Subscription): void {
  const at = of.next_pending_invoice_item_invoice
  if (at !== null) wait(tx, of, 'pending_items', at)
}

export function billPending(tx: Transaction, before: Subscription, at: number): void {
  const { next_pending_invoice_item_invoice: next, pending_invoice_item_interval: every } = before
  if (next !== at || every === null || !isBilled(before)) return
  asOneChange(tx, before, () => {
    if (pendingItems(tx, before).length > 0) {
      const reason = 'automatic_pending_invoice_item_invoice'
      draftBill(tx, before, { reason, lines: [], period: { start: tx.now, end: tx.now } })
    }
    changeSubscription(tx, before, {
      next_pending_invoice_item_invoice: addIntervals(at, every, 1),
    })
  })
  waitForPending(tx, currentSubscription(tx, before))
}
