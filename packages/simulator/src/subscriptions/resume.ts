/** Pausing at somebody's request, and the way back: at once, or when the invoice of the resumption is paid. */
import type { Invoice, Resumption, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { finalizeInvoice } from '../invoicing/finalize.ts'
import { payInvoice } from '../invoicing/pay.ts'
import { billNow } from './billing.ts'
import { grantFeatures } from './entitlements.ts'
import { itemList } from './items.ts'
import { wholeLine } from './lines.ts'
import { pauseNow } from './paused.ts'
import { anchorOf } from './periods.ts'
import { addPending, creditLine, restLines, returnPending } from './prorations.ts'
import { inNextPeriod } from './renewal-lines.ts'
import {
  asOneChange,
  changeSecret,
  currentSubscription,
  replaceSubscription,
  secretOf,
} from './save.ts'
import { opening } from './start.ts'
import { wait, waitForPeriodEnd } from './timers.ts'
import { usageSoFar } from './usage.ts'

export function pause(
  tx: Transaction,
  before: Subscription,
  params: ParamsOf<'POST /v1/subscriptions/:id/pause'>,
): Subscription {
  const own = inTimeOf(tx, before.customer)
  checkPausable(before)
  const from = params.bill_for?.unused_time_from?.type ?? 'now'
  const billsUsage = (params.bill_for?.outstanding_usage_through?.type ?? 'now') === 'now'
  const credits =
    from === 'none' || before.status === 'trialing'
      ? []
      : before.items.data.flatMap((item) =>
          creditLine(own, before, item, from === 'now' ? own.now : item.current_period_start),
        )
  const lines = [...credits, ...(billsUsage ? usageSoFar(own, before) : [])]
  addPending(own, before, lines)
  if (params.invoicing_behavior === 'invoice' && lines.length > 0) {
    const period = { start: own.now, end: own.now }
    billNow(own, before, { reason: 'subscription_update', lines: [], period })
  }
  return pauseNow(own, currentSubscription(own, before), 'pause_requested')
}

function checkPausable({ billing_mode: mode, schedule, status }: Subscription): void {
  if (mode.type !== 'flexible') {
    throw refuse('You can only pause subscriptions with `billing_mode[type]=flexible`.')
  }
  if (schedule !== null) {
    throw refuse('You cannot pause a subscription that has a schedule attached.')
  }
  if (!['active', 'trialing', 'past_due', 'unpaid'].includes(status)) {
    throw refuse(`You cannot pause a subscription in \`${status}\` status.`)
  }
}

type ResumeParams = ParamsOf<'POST /v1/subscriptions/:id/resume'>

export function resume(tx: Transaction, before: Subscription, params: ResumeParams): Subscription {
  const own = inTimeOf(tx, before.customer)
  if (before.status !== 'paused') {
    throw refuse(
      'You can only resume a subscription in `paused` status. If you would like to resume payment collection, unset `pause_collection`.',
    )
  }
  if (before.collection_method !== 'charge_automatically') {
    throw refuse('You can only resume subscriptions that are charged automatically.')
  }
  asOneChange(own, before, () => restart(own, before, params))
  const after = currentSubscription(own, before)
  if (after.status !== 'paused') own.emit('customer.subscription.resumed', after)
  return after
}

function restart(tx: Transaction, before: Subscription, params: ResumeParams): void {
  const start = { at: tx.now, keepsAnchor: params.billing_cycle_anchor?.type === 'unchanged' }
  const lines = linesFrom(tx, goneOn(before, start), start, params)
  const invoice = lines.length > 0 ? billResumption(tx, before, lines, params) : undefined
  if (invoice?.status !== 'open') goOn(tx, before, start, 'active')
  else if (params.payment_behavior === 'resume_on_payment_success') hold(tx, before, invoice, start)
  else goOn(tx, before, start, 'past_due')
}

type Start = Pick<Resumption, 'at' | 'keepsAnchor'>

/** The subscription in periods of its own that begin then, or in those that run at that time. */
function goneOn(of: Subscription, { at, keepsAnchor }: Start): Subscription {
  if (!keepsAnchor) {
    const data = inNextPeriod({ time: at }, of.items.data, at)
    return {
      ...of,
      billing_cycle_anchor: at,
      billing_cycle_anchor_config: null,
      items: itemList(of.id, data),
    }
  }
  const data = of.items.data.map((item) => {
    const { whole } = opening(anchorOf(of), item.price, at)
    return { ...item, current_period_start: whole.start, current_period_end: whole.end }
  })
  return { ...of, items: itemList(of.id, data) }
}

function linesFrom(
  tx: Transaction,
  next: Subscription,
  { at, keepsAnchor }: Start,
  { proration_behavior: prorations, proration_date: date }: ResumeParams,
): LineEntry[] {
  const { data } = next.items
  if (!keepsAnchor) return data.map((item) => wholeLine(tx, next, item))
  if (prorations === 'none') return []
  return restLines(tx, next, data, () => date ?? at).filter(({ amount }) => amount !== 0)
}

function billResumption(
  tx: Transaction,
  of: Subscription,
  lines: readonly LineEntry[],
  params: ResumeParams,
): Invoice | undefined {
  const isPending = params.billing_cycle_anchor?.type === 'unchanged'
  if (isPending && params.proration_behavior !== 'always_invoice') {
    addPending(tx, of, lines)
    return undefined
  }
  const period = { start: tx.now, end: tx.now }
  return billNow(tx, of, { reason: 'subscription_update', lines, period }, (draft) => {
    const open = finalizeInvoice(tx, draft)
    return open.status === 'open' ? payInvoice(tx, open, { offSession: true }) : open
  })
}

/** It stays paused, as it was, until this invoice is paid; after the time for it nobody will. */
function hold(tx: Transaction, of: Subscription, { id: invoice }: Invoice, start: Start): void {
  const until = tx.now + tx.rules.incompleteSeconds
  changeSecret(tx, of.id, { resumption: { ...start, invoice, until } })
  wait(tx, of, 'resumption', until)
}

/** Billing goes on from then. */
function goOn(
  tx: Transaction,
  of: Subscription,
  start: Start,
  status: 'active' | 'past_due',
): void {
  const { status_details: _, ...rest } = goneOn(currentSubscription(tx, of), start)
  const after = replaceSubscription(tx, { ...rest, status })
  grantFeatures(tx, after.id, after.items.data)
  waitForPeriodEnd(tx, after)
}

/** The invoice of the resumption is settled. */
export function resumed(tx: Transaction, before: Subscription): void {
  const { resumption } = secretOf(tx, before.id)
  changeSecret(tx, before.id, { resumption: null })
  if (!resumption || before.status !== 'paused') return
  asOneChange(tx, before, () => goOn(tx, before, resumption, 'active'))
  tx.emit('customer.subscription.resumed', currentSubscription(tx, before))
}

/** Its invoice is void: the subscription stays paused, and what the invoice had taken is pending again. */
export function resumptionFailed(tx: Transaction, before: Subscription, invoice: Invoice): void {
  changeSecret(tx, before.id, { resumption: null })
  returnPending(tx, invoice)
}
