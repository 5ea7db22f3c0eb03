/** What time brings to a subscription: each kind of wait, and what happens when its moment has come. */
import type { SubscriptionDue } from '../account/jobs.ts'
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { voidInvoice } from '../invoicing/end.ts'
import { endAsPlanned } from './end.ts'
import { billPending } from './pending-items.ts'
import { expirePendingUpdate } from './pending-update.ts'
import { renew } from './renewal.ts'
import { changeSubscription, secretOf } from './save.ts'
import { hasEnded } from './status.ts'
import { tellUpcoming } from './upcoming.ts'

type Arrive = (tx: Transaction, subscription: Subscription, at: number) => void

const arrivals: { readonly [D in SubscriptionDue]: Arrive } = {
  upcoming: tellUpcoming,
  period_end: renew,
  trial_will_end: tellTrialEnd,
  cancel,
  incomplete: expire,
  pending_update: expirePendingUpdate,
  collect_again: collectAgain,
  pending_items: billPending,
  resumption: giveUpResumption,
}

export function subscriptionDue(
  tx: Transaction,
  id: string,
  due: SubscriptionDue,
  at: number,
): void {
  const subscription = tx.db.find('subscription', id)
  if (!subscription || hasEnded(subscription)) return
  arrivals[due](inTimeOf(tx, subscription.customer), subscription, at)
}

function tellTrialEnd(tx: Transaction, subscription: Subscription, at: number): void {
  const { status, trial_end: trialEnd } = subscription
  const notice = tx.rules.trialWillEndDays * 24 * 60 * 60
  if (status !== 'trialing' || trialEnd === null || trialEnd - notice !== at) return
  tx.emit('customer.subscription.trial_will_end', subscription)
}

function cancel(tx: Transaction, subscription: Subscription, at: number): void {
  if (subscription.cancel_at === at) endAsPlanned(tx, subscription)
}

/** The first payment never came. */
function expire(tx: Transaction, subscription: Subscription): void {
  if (subscription.status !== 'incomplete') return
  const invoice = tx.db.find('invoice', subscription.latest_invoice ?? '')
  if (invoice?.status === 'open') voidInvoice(tx, invoice)
  else changeSubscription(tx, subscription, { status: 'incomplete_expired', ended_at: tx.now })
}

function collectAgain(tx: Transaction, subscription: Subscription, at: number): void {
  if (subscription.pause_collection?.resumes_at !== at) return
  changeSubscription(tx, subscription, { pause_collection: null })
}

/** Nobody paid to resume it: it stays paused. */
function giveUpResumption(tx: Transaction, subscription: Subscription, at: number): void {
  const { resumption } = secretOf(tx, subscription.id)
  if (resumption?.until !== at) return
  const invoice = tx.db.find('invoice', resumption.invoice)
  if (invoice?.status === 'open') voidInvoice(tx, invoice)
}
