/** The end of a subscription, whatever brings it: what is given back and collected, one event, and nothing after it by itself. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { type Bill, billNow, draftBill, pendingItems } from './billing.ts'
import { refreshEntitlements } from './entitlements.ts'
import { addPending, creditLines, dropPending } from './prorations.ts'
import { asOneChange, currentSubscription, secretOf, storeSubscription } from './save.ts'
import { hasEnded } from './status.ts'
import { usageSoFar } from './usage.ts'

type Reason = NonNullable<NonNullable<Subscription['cancellation_details']>['reason']>

export interface Conclusion {
  /** Kept where an earlier request for this end has told one. */
  readonly reason: Reason | null
  /** Gives back what is left of the running periods. */
  readonly credits?: boolean
  /**
   * What becomes of that, of everything else that is pending and of the last usage: a last invoice that is collected
   * before the end or drafted after it, or none; prorations then stay, or go.
   */
  readonly pending?: 'collect' | 'draft' | 'drop' | 'keep'
  readonly changes?: Partial<Pick<Subscription, 'canceled_at' | 'cancellation_details'>>
}

/** Ends it now. */
export function conclude(
  tx: Transaction,
  of: Pick<Subscription, 'id'>,
  { reason, credits = false, pending = 'keep', changes = {} }: Conclusion,
): Subscription {
  const before = currentSubscription(tx, of)
  if (hasEnded(before)) return before
  if (credits) addPending(tx, before, creditLines(tx, before, tx.now))
  if (pending === 'drop') dropPending(tx, before)
  if (pending === 'collect') billLast(tx, before, (bill) => billNow(tx, before, bill))
  end(tx, { ...currentSubscription(tx, of), ...changes }, reason)
  if (pending === 'draft') billLast(tx, before, (bill) => draftBill(tx, before, bill))
  return currentSubscription(tx, of)
}

/** The end that was planned for this moment, whichever of the waits for it comes first. */
export function endAsPlanned(tx: Transaction, of: Subscription): void {
  const credits = secretOf(tx, of.id).creditsEnd === true
  conclude(tx, of, { reason: 'cancellation_requested', credits, pending: 'draft' })
}

/** A last invoice, where there is anything to bill. */
function billLast(tx: Transaction, of: Subscription, make: (bill: Bill) => unknown): void {
  const lines = of.status === 'trialing' ? [] : usageSoFar(tx, of)
  if (lines.length === 0 && pendingItems(tx, of).length === 0) return
  const start = Math.min(tx.now, ...of.items.data.map((item) => item.current_period_start))
  const isOver = of.items.data.every((item) => item.current_period_end <= tx.now)
  const reason = isOver ? 'subscription_cycle' : 'subscription_update'
  // The end tells of itself; that an invoice comes with it needs no event of its own.
  asOneChange(
    tx,
    of,
    () => make({ reason, lines, period: { start, end: tx.now } }),
    () => undefined,
  )
}

function end(tx: Transaction, before: Subscription, reason: Reason | null): void {
  const details = before.cancellation_details
  const ended = storeSubscription(tx, {
    ...before,
    status: 'canceled',
    canceled_at: before.canceled_at ?? tx.now,
    ended_at: tx.now,
    cancellation_details: {
      comment: details?.comment ?? null,
      feedback: details?.feedback ?? null,
      feedback_option: details?.feedback_option ?? null,
      reason: details?.reason ?? reason,
    },
    pause_collection: null,
    pending_update: null,
  })
  tx.emit('customer.subscription.deleted', ended)
  stopCollecting(tx, ended)
  refreshEntitlements(tx, ended.customer)
  tx.run({ kind: 'subscription_ended', subscriptionId: ended.id })
}

/** Its invoices wait for somebody to collect them. */
function stopCollecting(tx: Transaction, { id, customer }: Subscription): void {
  for (const invoice of tx.db.where('invoice', 'customer', customer)) {
    const isOwn = invoice.parent?.subscription_details?.subscription === id
    const isWaiting = invoice.status === 'open' || invoice.status === 'draft'
    if (!isOwn || !isWaiting || invoice.auto_advance === false) continue
    tx.db.put('invoice', {
      ...invoice,
      auto_advance: false,
      automatically_finalizes_at: null,
      next_payment_attempt: null,
    })
  }
}
