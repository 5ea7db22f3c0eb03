/** The life of a schedule: it starts a subscription, leads it from phase to phase, and lets go of it or ends it. */
import type { Subscription, SubscriptionSchedule } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { createSubscription } from '../subscriptions/create.ts'
import { conclude } from '../subscriptions/end.ts'
import { asOneChange, changeSubscription } from '../subscriptions/save.ts'
import { hasEnded } from '../subscriptions/status.ts'
import { reviseSubscription } from '../subscriptions/update.ts'
import type { Phase } from './phases.ts'
import {
  canEnter,
  canStart,
  creationOf,
  invoiceTermsOf,
  itemChanges,
  methodOf,
  termsOf,
  trialOf,
} from './terms.ts'

const kind = 'subscription_schedule'

/** Stripe documents seven days; its own fixture of this event expects it nine days ahead. */
const noticeSeconds = 10 * 24 * 60 * 60

export function save(
  tx: Transaction,
  before: SubscriptionSchedule,
  changes: Partial<SubscriptionSchedule>,
  event: string | null = 'updated',
): SubscriptionSchedule {
  const after = tx.db.put(kind, { ...before, ...changes })
  const previous = previousAttributes(before, after)
  if (event !== null) {
    tx.emit(`${kind}.${event}`, after, event === 'updated' ? previous : undefined)
  }
  return after
}

/** Waits for the next moment at which something of it begins or ends. */
export function waitFor(tx: Transaction, schedule: SubscriptionSchedule): void {
  const first = schedule.phases[0]
  const at = schedule.current_phase?.end_date ?? first?.start_date ?? tx.now
  const scheduleId = schedule.id
  tx.schedule(Math.max(at - tx.now, 0) * 1000, { kind: 'schedule_due', scheduleId })
  const expires = (schedule.phases.at(-1)?.end_date ?? at) - noticeSeconds
  const isLast = schedule.current_phase?.end_date === schedule.phases.at(-1)?.end_date
  if (isLast) {
    const afterMs = Math.max(expires - tx.now, 0) * 1000
    tx.schedule(afterMs, { kind: 'schedule_expiring', scheduleId, at: expires })
  }
}

/** A phase has come to its beginning or its end; nothing happens when the schedule was changed meanwhile. */
export function scheduleDue(tx: Transaction, id: string): void {
  const schedule = tx.db.find(kind, id)
  if (!schedule) return
  const own = inTimeOf(tx, schedule.customer)
  if (schedule.status === 'not_started') {
    const [phase] = schedule.phases
    if (!phase || phase.start_date > own.now) return
    if (canStart(own, creationOf(own, schedule, phase))) start(own, schedule)
    else cancel(own, schedule, { aborted: false })
  } else if (schedule.status === 'active' && (schedule.current_phase?.end_date ?? 0) <= own.now) {
    goOn(own, schedule)
  }
}

export function tellExpiring(tx: Transaction, id: string, at: number): void {
  const schedule = tx.db.find(kind, id)
  if (schedule?.status !== 'active') return
  if ((schedule.phases.at(-1)?.end_date ?? 0) - noticeSeconds !== at) return
  inTimeOf(tx, schedule.customer).emit(`${kind}.expiring`, schedule)
}

function currentOf({ start_date, end_date }: Phase): SubscriptionSchedule['current_phase'] {
  return { start_date, end_date }
}

/** The first phase: the subscription begins, with a first invoice that is a draft for an hour. */
export function start(
  tx: Transaction,
  before: SubscriptionSchedule,
  event: string | null = 'updated',
): SubscriptionSchedule {
  const [phase] = before.phases
  if (!phase) return before
  const subscription = createSubscription(tx, creationOf(tx, before, phase), (draft) => draft)
  changeSubscription(tx, subscription, { schedule: before.id })
  const active = save(
    tx,
    before,
    { status: 'active', subscription: subscription.id, current_phase: currentOf(phase) },
    event,
  )
  waitFor(tx, active)
  return active
}

function goOn(tx: Transaction, before: SubscriptionSchedule): void {
  const subscription = tx.db.find('subscription', before.subscription ?? '')
  if (!subscription || hasEnded(subscription)) return
  const ended = before.current_phase?.end_date
  const next = before.phases.find(({ start_date }) => start_date === ended)
  if (!next) {
    complete(tx, before, subscription)
    return
  }
  if (!canEnter(tx, next, subscription)) {
    release(tx, before)
    return
  }
  const active = save(tx, before, { current_phase: currentOf(next) })
  apply(tx, active, next, subscription)
  waitFor(tx, active)
}

interface Entry {
  /** Instead of what the phase says. */
  readonly prorations?: Phase['proration_behavior'] | undefined
  /** The same phase as it was, of which the subscription has everything. */
  readonly present?: Phase | undefined
}

/** Brings the subscription to what the phase says. */
export function apply(
  tx: Transaction,
  schedule: SubscriptionSchedule,
  phase: Phase,
  subscription: Subscription,
  { prorations = phase.proration_behavior, present }: Entry = {},
): void {
  const anchor = phase.billing_cycle_anchor ?? schedule.default_settings.billing_cycle_anchor
  asOneChange(tx, subscription, () => {
    const worded = changeSubscription(tx, subscription, {
      default_payment_method: methodOf(tx, schedule, phase),
      invoice_settings: invoiceTermsOf(schedule, phase),
    })
    reviseSubscription(tx, worded, {
      ...termsOf(tx, schedule, phase, present),
      items: itemChanges(tx, schedule, phase, subscription, present),
      proration_behavior: prorations,
      ...trialOf(tx, phase),
      ...(anchor === 'phase_start' && !present ? { billing_cycle_anchor: { type: 'now' } } : {}),
    })
  })
}

/** The last phase is over. */
function complete(tx: Transaction, before: SubscriptionSchedule, subscription: Subscription): void {
  const cancels = before.end_behavior === 'cancel'
  save(
    tx,
    before,
    {
      status: 'completed',
      completed_at: tx.now,
      current_phase: null,
      ...(cancels
        ? {}
        : { released_at: tx.now, released_subscription: subscription.id, subscription: null }),
    },
    'completed',
  )
  changeSubscription(tx, subscription, { schedule: null })
  if (cancels) conclude(tx, subscription, { reason: 'cancellation_requested', pending: 'draft' })
}

/** Lets go of the subscription, which goes on as it is. */
export function release(tx: Transaction, before: SubscriptionSchedule): SubscriptionSchedule {
  const subscription = tx.db.find('subscription', before.subscription ?? '')
  if (subscription) changeSubscription(tx, subscription, { schedule: null })
  return save(
    tx,
    before,
    {
      status: 'released',
      current_phase: null,
      released_at: tx.now,
      released_subscription: subscription?.id ?? null,
      subscription: null,
    },
    'released',
  )
}

/** The end of the schedule itself; that of its subscription is the caller's. */
export function cancel(
  tx: Transaction,
  before: SubscriptionSchedule,
  { aborted }: { readonly aborted: boolean },
): SubscriptionSchedule {
  const changes = { status: 'canceled' as const, canceled_at: tx.now, current_phase: null }
  const canceled = save(tx, before, changes, 'canceled')
  if (aborted) tx.emit(`${kind}.aborted`, canceled)
  return canceled
}
