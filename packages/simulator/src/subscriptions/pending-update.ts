/** A change that waits for its payment: held beside the subscription, applied when the money comes, dropped when it does not. */
import type { Invoice, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { voidInvoice } from '../invoicing/end.ts'
import { withoutEnded } from './discounts.ts'
import { grantFeatures } from './entitlements.ts'
import { itemList } from './items.ts'
import { returnPending } from './prorations.ts'
import {
  asOneChange,
  changeSecret,
  changeSubscription,
  currentSubscription,
  secretOf,
} from './save.ts'
import { wait, waitForPeriodEnd } from './timers.ts'

/** This invoice is about to be paid for a change; `waiting` are the items that were pending without it. */
export function expectPayment(
  tx: Transaction,
  { id }: Pick<Subscription, 'id'>,
  invoice: Invoice,
  waiting: readonly string[],
): void {
  changeSecret(tx, id, { pendingInvoice: invoice.id, pendingBefore: waiting })
}

/** Holds a change that is not in effect yet, until its invoice is paid. */
export function holdUpdate(tx: Transaction, before: Subscription, wanted: Subscription): void {
  const expires = tx.now + tx.rules.incompleteSeconds
  changeSubscription(tx, before, {
    pending_update: {
      billing_cycle_anchor:
        wanted.billing_cycle_anchor === before.billing_cycle_anchor
          ? null
          : wanted.billing_cycle_anchor,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: expires,
      metadata: null,
      subscription_items: withoutEnded(tx, wanted.items.data),
      trial_end: wanted.trial_end === before.trial_end ? null : wanted.trial_end,
      trial_from_plan: null,
    },
  })
  wait(tx, before, 'pending_update', expires)
}

/** Its invoice is paid. */
export function applyPendingUpdate(tx: Transaction, subscription: Subscription): void {
  const update = subscription.pending_update
  changeSecret(tx, subscription.id, { pendingInvoice: '' })
  if (!update) return
  const items = withoutEnded(tx, update.subscription_items ?? subscription.items.data)
  asOneChange(tx, subscription, () => {
    changeSubscription(tx, subscription, {
      ...(update.billing_cycle_anchor === null
        ? {}
        : {
            billing_cycle_anchor: update.billing_cycle_anchor,
            billing_cycle_anchor_config: null,
          }),
      items: itemList(subscription.id, items),
      trial_end: update.trial_end ?? subscription.trial_end,
      pending_update: null,
    })
    grantFeatures(tx, subscription.id, items)
  })
  const after = currentSubscription(tx, subscription)
  tx.emit('customer.subscription.pending_update_applied', after)
  waitForPeriodEnd(tx, after)
}

export function expirePendingUpdate(tx: Transaction, subscription: Subscription, at: number): void {
  if (subscription.pending_update?.expires_at !== at) return
  dropUpdate(tx, subscription)
  const after = changeSubscription(tx, subscription, { pending_update: null })
  tx.emit('customer.subscription.pending_update_expired', after)
}

/** Nobody will pay for it any more: what else its invoice took is pending again. */
export function dropUpdate(tx: Transaction, { id }: Subscription): void {
  const { pendingBefore = [], pendingInvoice } = secretOf(tx, id)
  const invoice = tx.db.find('invoice', pendingInvoice ?? '')
  if (invoice?.status === 'open') {
    voidInvoice(tx, invoice)
    returnPending(tx, invoice, (item) => pendingBefore.includes(item))
  }
  changeSecret(tx, id, { pendingInvoice: '' })
}
