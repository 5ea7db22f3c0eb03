// Owns what only an event's payload knows: the attempt that failed, the trial that is about to end.
import type { Buyer, Invoice, Subscription } from '../../../model.ts'
import { timeOf, wholeOf } from '../fields.ts'
import type { EventItem, Scope } from '../projector.ts'

/**
 * The row says how things are now; these say that something happened, and it stays true. They are
 * told once their row is here, whoever wrote it.
 */
export type Announcement =
  | { readonly kind: 'trial_ending'; readonly trialEnd: Date }
  | { readonly kind: 'payment_failed' | 'action_required'; readonly attempt: number }

const attemptOf =
  (kind: 'payment_failed' | 'action_required') =>
  ({ object }: EventItem): Announcement => ({ kind, attempt: wholeOf(object.attempt_count) ?? 0 })

/** An end that has come, or was brought forward to this very moment, is no news of what is ahead. */
function trialEnding({ object, event }: EventItem): Announcement | null {
  const trialEnd = timeOf(object.trial_end)
  const created = timeOf(event.created)
  if (trialEnd === null || (created !== null && trialEnd <= created)) return null
  return { kind: 'trial_ending', trialEnd }
}

/** By event type: the other types announce nothing. */
const ANNOUNCED: { readonly [type: string]: (item: EventItem) => Announcement | null } = {
  'customer.subscription.trial_will_end': trialEnding,
  'invoice.payment_failed': attemptOf('payment_failed'),
  'invoice.payment_action_required': attemptOf('action_required'),
}

export const announcementOf = (item: EventItem): Announcement | null =>
  Object.hasOwn(ANNOUNCED, item.type) ? (ANNOUNCED[item.type]?.(item) ?? null) : null

/** The present rows, as handlers see them. */
export interface Present {
  readonly subscription: Subscription | null
  readonly invoice: Invoice | null
  readonly buyer: Buyer | null
}

export function announce(
  scope: Scope,
  announcement: Announcement | null,
  { subscription, invoice, buyer }: Present,
): void {
  if (announcement === null) return
  if (announcement.kind === 'trial_ending') {
    if (subscription === null || buyer === null) return
    const { trialEnd } = announcement
    scope.emit({
      name: 'subscription.trial_ending',
      key: `subscription:${subscription.id}:trial_ending:${trialEnd.getTime() / 1000}`,
      about: { subscription, buyer, trialEnd },
    })
  } else if (invoice !== null) {
    const { kind, attempt } = announcement
    scope.emit({
      name: `invoice.${kind}`,
      key: `invoice:${invoice.id}:${kind}:${attempt}`,
      about: { invoice, subscription, buyer, attempt },
    })
  }
}
