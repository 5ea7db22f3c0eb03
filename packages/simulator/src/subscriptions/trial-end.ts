/** The end of a trial: billing begins, unless there is nothing to charge and the subscription says what then. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { billNow, draftBill } from './billing.ts'
import { conclude } from './end.ts'
import { pauseNow } from './paused.ts'
import { cycleLines, openPeriods } from './renewal-lines.ts'
import { asOneChange, changeSubscription, currentSubscription } from './save.ts'
import { chargeable } from './terms.ts'
import { waitForPeriodEnd } from './timers.ts'

/** `asked` when a request ends it early: what it costs is then billed at once. */
export function endTrial(
  tx: Transaction,
  before: Subscription,
  { asked }: { readonly asked: boolean },
): void {
  const { missing_payment_method: missing, billing_cycle_anchor: anchoring } =
    before.trial_settings?.end_behavior ?? {}
  const isBare =
    before.collection_method === 'charge_automatically' && chargeable(tx, before) === null
  if (isBare && missing === 'cancel') {
    conclude(tx, before, { reason: null })
  } else if (isBare && missing === 'pause') {
    pauseNow(tx, ended(tx, before, true), 'trial_end_without_payment_method')
  } else {
    const keepsAnchor = anchoring === 'unchanged' || !asked
    asOneChange(tx, before, () => begin(tx, ended(tx, before, keepsAnchor), asked))
  }
}

/** The trial lies behind it. */
function ended(tx: Transaction, before: Subscription, keepsAnchor: boolean): Subscription {
  return {
    ...before,
    trial_end: Math.min(before.trial_end ?? tx.now, tx.now),
    ...(keepsAnchor ? {} : { billing_cycle_anchor: tx.now, billing_cycle_anchor_config: null }),
  }
}

function begin(tx: Transaction, from: Subscription, asked: boolean): void {
  const { trial_end, billing_cycle_anchor, billing_cycle_anchor_config } = from
  const period = { start: from.trial_start ?? tx.now, end: tx.now }
  const started = changeSubscription(tx, from, {
    trial_end,
    billing_cycle_anchor,
    billing_cycle_anchor_config,
    status: 'active',
  })
  const { data } = started.items
  const after = openPeriods(tx, started, tx.now, data)
  const lines = cycleLines(tx, after, data)
  if (asked) billNow(tx, after, { reason: 'subscription_update', lines, period })
  else draftBill(tx, after, { reason: 'subscription_cycle', lines, period })
  waitForPeriodEnd(tx, currentSubscription(tx, after))
}
