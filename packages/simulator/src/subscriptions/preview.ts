/** What the next invoice of a subscription would be, as it is, after a change, or for one that does not exist yet. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { notSimulated, refuse } from '../http/errors.ts'
import { inParam } from '../http/route.ts'
import type { InvoiceEntry } from '../invoicing/entry.ts'
import type { PreviewParams } from '../invoicing/preview.ts'
import { invoiceEntry } from './billing.ts'
import { readEnd } from './cancel-at.ts'
import { planChange } from './change.ts'
import { draftSubscription } from './create.ts'
import { firstLines } from './first-invoice.ts'
import { nextEnd } from './items.ts'
import { cycleLines, inNextPeriod } from './renewal-lines.ts'
import { isBilled } from './status.ts'
import { upcomingLines } from './upcoming.ts'

type Details = NonNullable<PreviewParams['subscription_details']>

const refused = [
  'billing_schedules',
  'cancel_now',
  'default_tax_rates',
  'pause',
  'resume_at',
  'start_date',
] as const

export function previewEntry(tx: Transaction, params: PreviewParams): InvoiceEntry | undefined {
  const details = params.subscription_details ?? {}
  for (const name of ['schedule', 'schedule_details'] as const) {
    if (params[name] !== undefined) throw notSimulated('previews of schedules', name)
  }
  for (const name of refused) {
    if (details[name] !== undefined) {
      throw notSimulated(`'${name}' in previews`, `subscription_details[${name}]`)
    }
  }
  details.items?.forEach((item, index) => {
    if (!item.discounts) return
    throw notSimulated(
      'discounts of items in previews',
      `subscription_details[items][${index}][discounts]`,
    )
  })
  if (params.subscription === undefined && details.items) return ofNew(tx, params, details)
  const subscription = existing(tx, params)
  return subscription && ofExisting(tx, subscription, details)
}

/** The one that is named, or the customer's that is billed next. */
function existing(tx: Transaction, params: PreviewParams): Subscription | undefined {
  if (params.subscription !== undefined) {
    const named = inParam(tx, 'subscription', params.subscription, 'subscription')
    if (isBilled(named)) return named
    throw noneUpcoming(named)
  }
  if (params.customer === undefined) return undefined
  return tx.db
    .where('subscription', 'customer', params.customer)
    .filter((one) => isBilled(one) && !endsWithPeriod(one))
    .sort((a, b) => nextEnd(a) - nextEnd(b))[0]
}

function endsWithPeriod(of: Subscription): boolean {
  return of.cancel_at !== null && of.cancel_at <= nextEnd(of)
}

function noneUpcoming({ customer }: Subscription) {
  return refuse(`No upcoming invoices for customer: ${customer}`, {
    code: 'invoice_upcoming_none',
    status: 404,
  })
}

function ofExisting(tx: Transaction, before: Subscription, details: Details): InvoiceEntry {
  const own = inTimeOf(tx, before.customer)
  const planned = { ...before, ...readEnd(own, before, details) }
  if (details.trial_end === 'now' && before.status === 'trialing') return trialOver(own, planned)
  const change = planChange(own, planned, details)
  const after = change?.after ?? planned
  const isNow =
    change?.isBilledNow === true ||
    (details.proration_behavior === 'always_invoice' && (change?.prorations.length ?? 0) > 0)
  if (change && isNow) {
    return invoiceEntry(own, after, {
      reason: 'subscription_update',
      lines: [...change.prorations, ...change.lines],
      period: { start: own.now, end: own.now },
    })
  }
  if (endsWithPeriod(after)) throw noneUpcoming(after)
  const upcoming = upcomingLines(own, after)
  const entry = invoiceEntry(own, after, {
    reason: 'subscription_cycle',
    lines: [...(change?.prorations ?? []), ...upcoming.lines],
    period: upcoming.period,
  })
  return { ...entry, billingReason: 'upcoming' }
}

/** The trial ends now, and billing begins. */
function trialOver(tx: Transaction, of: Subscription): InvoiceEntry {
  const data = inNextPeriod({ time: tx.now }, of.items.data, tx.now)
  const after = {
    ...of,
    billing_cycle_anchor: tx.now,
    billing_cycle_anchor_config: null,
    items: { ...of.items, data },
  }
  return invoiceEntry(tx, after, {
    reason: 'subscription_update',
    lines: cycleLines(tx, after, of.items.data),
    period: { start: of.trial_start ?? tx.now, end: tx.now },
  })
}

function ofNew(tx: Transaction, params: PreviewParams, details: Details): InvoiceEntry {
  const { billing_cycle_anchor: anchor, trial_end } = details
  const { own, subscription } = draftSubscription(tx, {
    customer: params.customer,
    items: details.items ?? [],
    billing_cycle_anchor: typeof anchor === 'number' ? anchor : undefined,
    billing_mode: details.billing_mode,
    metadata: details.metadata,
    trial_end,
  })
  const entry = invoiceEntry(own, subscription, {
    reason: 'subscription_create',
    lines: firstLines(own, subscription, details.proration_behavior ?? 'create_prorations'),
    period: { start: own.now, end: own.now },
  })
  return { ...entry, billingReason: 'upcoming', parent: null }
}
