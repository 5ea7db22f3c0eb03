/** Carries out a planned change: its prorations, its invoice if it is billed at once, and what a payment that fails means. */
import type { Invoice, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { finalizeInvoice } from '../invoicing/finalize.ts'
import { advanceInvoice, payInvoice } from '../invoicing/pay.ts'
import { addOnce, type OnceEntry } from './add-invoice-items.ts'
import { billNow, pendingItems } from './billing.ts'
import type { ChangePlan } from './change.ts'
import { withoutEnded } from './discounts.ts'
import { grantFeatures } from './entitlements.ts'
import { notPaid } from './first-invoice.ts'
import { lastEnd, nextEnd } from './items.ts'
import { expectPayment, holdUpdate } from './pending-update.ts'
import { addPending } from './prorations.ts'
import { changeSubscription, currentSubscription } from './save.ts'
import { wait, waitForPeriodEnd, waitForTrialEnd } from './timers.ts'

export interface PaymentParams {
  readonly add_invoice_items?: readonly OnceEntry[] | undefined
  readonly off_session?: boolean | undefined
  readonly payment_behavior?: string | undefined
}

export function applyChange(
  tx: Transaction,
  before: Subscription,
  plan: ChangePlan,
  params: PaymentParams,
): void {
  const waiting = pendingItems(tx, before).map(({ id }) => id)
  addPending(tx, before, plan.prorations)
  addOnce(tx, before, params.add_invoice_items ?? [], 'add_invoice_items')
  if (plan.isBilledNow && params.payment_behavior === 'pending_if_incomplete') {
    const invoice = billChange(tx, before, plan, params, (draft) => {
      expectPayment(tx, before, draft, waiting)
    })
    if (isOwed(invoice)) holdUpdate(tx, before, plan.after)
    else takeEffect(tx, before, plan)
  } else {
    takeEffect(tx, before, plan)
    if (plan.isBilledNow) checkPaid(tx, before, billChange(tx, before, plan, params), params)
  }
  if (currentSubscription(tx, before).pending_update === null) {
    waitAnew(tx, before, currentSubscription(tx, before))
  }
}

function isOwed({ collection_method: method, status }: Invoice): boolean {
  return status === 'open' && method === 'charge_automatically'
}

function takeEffect(tx: Transaction, before: Subscription, { after, steps }: ChangePlan): void {
  changeSubscription(tx, before, {
    billing_cycle_anchor: after.billing_cycle_anchor,
    billing_cycle_anchor_config: after.billing_cycle_anchor_config,
    items: { ...after.items, data: withoutEnded(tx, after.items.data) },
    trial_end: after.trial_end,
    trial_start: after.trial_start,
    ...(after.status === before.status ? {} : { status: after.status }),
  })
  // A new product grants what it has now; an item whose product stays grants what it did.
  for (const { before: old, after: item } of steps) {
    const isNew = old?.price.product !== item?.price.product
    if (item && isNew) grantFeatures(tx, item.subscription, [item])
  }
}

/** What an invoice that is still owed means for a change that has taken effect. */
function checkPaid(
  tx: Transaction,
  of: Subscription,
  invoice: Invoice,
  { payment_behavior: behavior }: PaymentParams,
): void {
  if (!isOwed(invoice)) return
  if (behavior === 'error_if_incomplete') throw notPaid(tx, invoice)
  if (behavior === 'default_incomplete' && currentSubscription(tx, of).status === 'active') {
    changeSubscription(tx, of, { status: 'past_due' })
  }
}

function billChange(
  tx: Transaction,
  before: Subscription,
  plan: ChangePlan,
  { payment_behavior: behavior, off_session: offSession = false }: PaymentParams,
  announce: (draft: Invoice) => void = () => undefined,
): Invoice {
  const start = Math.min(tx.now, ...before.items.data.map((item) => item.current_period_start))
  const bill = {
    reason: 'subscription_update',
    lines: plan.lines,
    period: { start, end: tx.now },
  } as const
  return billNow(tx, currentSubscription(tx, before), bill, (draft) => {
    announce(draft)
    if (draft.collection_method === 'send_invoice') return advanceInvoice(tx, draft)
    const open = finalizeInvoice(tx, draft)
    if (open.status !== 'open' || behavior === 'default_incomplete') return open
    return payInvoice(tx, open, { offSession })
  })
}

/** Whatever is waited for comes at another moment now. */
function waitAnew(tx: Transaction, before: Subscription, changed: Subscription): void {
  const after = withPlannedEnd(tx, changed)
  if (nextEnd(after) !== nextEnd(before)) waitForPeriodEnd(tx, after)
  if (after.status === 'trialing' && after.trial_end !== before.trial_end)
    waitForTrialEnd(tx, after)
}

/** An end that was planned with the period moves with it. */
function withPlannedEnd(tx: Transaction, of: Subscription): Subscription {
  const at = lastEnd(of)
  if (!of.cancel_at_period_end || of.cancel_at === at) return of
  wait(tx, of, 'cancel', at)
  return changeSubscription(tx, of, { cancel_at: at })
}
