/** `invoice.upcoming`: the invoice that the end of the period will bring, told some days before. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { previewInvoice } from '../invoicing/draft.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { invoiceEntry } from './billing.ts'
import { nextEnd } from './items.ts'
import { periodOf } from './lines.ts'
import { anchorOf, type Period } from './periods.ts'
import { cycleLines, inNextPeriod } from './renewal-lines.ts'
import { changeSecret, secretOf } from './save.ts'
import { isBilled } from './status.ts'

/** The lines of the next period, and the period that they follow. */
export function upcomingLines(
  tx: Transaction,
  of: Subscription,
): { readonly lines: LineEntry[]; readonly period: Period } {
  const at = nextEnd(of)
  const due = of.items.data.filter((item) => item.current_period_end === at)
  const data = inNextPeriod(anchorOf(of), due, at)
  const ahead = { ...of, items: { ...of.items, data } }
  return {
    lines: cycleLines(tx, ahead, due),
    period: due[0] ? periodOf(due[0]) : { start: at, end: at },
  }
}

export function tellUpcoming(tx: Transaction, subscription: Subscription): void {
  const at = nextEnd(subscription)
  const notice = tx.rules.upcomingDays * 24 * 60 * 60
  const isNear = at > tx.now && at - tx.now <= notice
  const endsThen = subscription.cancel_at !== null && subscription.cancel_at <= at
  if (!isBilled(subscription) || !isNear || endsThen) return
  if (secretOf(tx, subscription.id).announced === at) return
  changeSecret(tx, subscription.id, { announced: at })
  const entry = invoiceEntry(tx, subscription, {
    reason: 'subscription_cycle',
    ...upcomingLines(tx, subscription),
  })
  // It does not exist yet, so it has no id.
  const { id: _, ...upcoming } = previewInvoice(tx, {
    ...entry,
    billingReason: 'upcoming',
    finalizesAt: at + tx.rules.finalizeAfterSeconds,
  })
  tx.emit('invoice.upcoming', upcoming)
}
