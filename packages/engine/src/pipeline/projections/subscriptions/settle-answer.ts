// Owns what an answer of Stripe about a subscription, an invoice or both does, from rows to access.
import type { Buyer } from '../../../model.ts'
import type { JsonObject } from '../../inbox/lanes.ts'
import type { AccessRules } from '../access/rules.ts'
import { settleBuyer } from '../access/settle-buyer.ts'
import { buyerOf, toBuyer } from '../buyers/row.ts'
import { hold } from '../hold.ts'
import { type InvoiceWrite, writeInvoice } from '../invoices/apply.ts'
import { type InvoiceFacts, readInvoice } from '../invoices/read.ts'
import { findInvoice, toInvoice } from '../invoices/row.ts'
import type { Outcome, Scope } from '../projector.ts'
import { type Announcement, announce, type Present } from './announce.ts'
import { type SubscriptionWrite, writeSubscription } from './apply.ts'
import { observationsOf } from './observe.ts'
import { readSubscription, type SubscriptionFacts } from './read.ts'
import { findSubscription, toSubscription } from './row.ts'

/** What one request answered. Both are written under its ticket, each by a compare of its own. */
export interface BillingAnswer {
  readonly ticket: bigint
  readonly subscription: SubscriptionFacts | null
  readonly invoice: InvoiceFacts | null
}

/** Null when there is an object that cannot be read: then nothing of the answer is applied. */
export function readAnswer(
  ticket: bigint,
  subscription: JsonObject | null,
  invoice: JsonObject | null,
): BillingAnswer | null {
  const answer: BillingAnswer = {
    ticket,
    subscription: subscription === null ? null : readSubscription(subscription),
    invoice: invoice === null ? null : readInvoice(invoice),
  }
  const isRead =
    (subscription === null) === (answer.subscription === null) &&
    (invoice === null) === (answer.invoice === null)
  return isRead ? answer : null
}

/**
 * Locks and writes the subscription, then the invoice, settles the buyer, and tells what happened.
 * Safe any number of times, concurrently, in any order: rows are set by newer answers only.
 */
export async function settleAnswer(
  scope: Scope,
  answer: BillingAnswer,
  rules: AccessRules,
  announcement: Announcement | null = null,
): Promise<Outcome> {
  const { ticket, subscription: ofSubscription, invoice: ofInvoice } = answer
  const isPaid = ofInvoice?.status === 'paid' && ofInvoice.subscriptionId === ofSubscription?.id
  const subscription =
    ofSubscription === null
      ? null
      : await writeSubscription(scope, ofSubscription, { ticket, isPaid }, rules)
  const invoice = ofInvoice === null ? null : await writeInvoice(scope, ofInvoice, ticket)

  const customerId = subscription?.now.row.customer_id ?? invoice?.now.customer_id ?? null
  const buyer = customerId === null ? null : await buyerOf(scope.tx, 'customer_id', customerId)
  const written = subscription?.written === true || invoice?.written === true
  const after = hold(scope)
  const settled = written && buyer !== null ? await settleBuyer(after.scope, buyer.id, rules) : null
  const billed =
    invoice !== null && settled?.hasReturns === true
      ? await findInvoice(scope.tx, invoice.now.id)
      : (invoice?.now ?? null)
  const present: Present = {
    subscription: subscription === null ? null : toSubscription(subscription.now),
    invoice: billed === null ? null : toInvoice(billed),
    buyer: settled?.buyer ?? (buyer === null ? null : toBuyer(buyer)),
  }
  tellFacts(scope, subscription, invoice, present)
  if (subscription !== null) tellObservations(scope, subscription, ticket, present)
  announce(scope, announcement, present)
  after.release()
  return { kind: 'done' }
}

/** What no later change takes back. A transition to it is written once, and so it is told once. */
function tellFacts(
  scope: Scope,
  written: SubscriptionWrite | null,
  billed: InvoiceWrite | null,
  { subscription, invoice, buyer }: Present,
): void {
  const on = subscription === null || buyer === null ? null : { subscription, buyer }
  if (on !== null && written?.activated === true) {
    const key = `subscription:${on.subscription.id}:activated`
    scope.emit({ name: 'subscription.activated', key, about: on })
  }
  if (invoice !== null && billed?.paid === true) {
    const about = { invoice, subscription, buyer }
    scope.emit({ name: 'invoice.paid', key: `invoice:${invoice.id}:paid`, about })
    if (on !== null && invoice.billingReason === 'subscription_cycle') {
      const key = `subscription:${on.subscription.id}:renewed:${invoice.id}`
      scope.emit({ name: 'subscription.renewed', key, about: { ...on, invoice } })
    }
  }
  if (on === null || written?.written !== true) return
  const { status } = on.subscription
  if (status === 'canceled' && written.before?.row.status !== 'canceled') {
    const key = `subscription:${on.subscription.id}:canceled`
    scope.emit({ name: 'subscription.canceled', key, about: on })
  }
}

function tellObservations(
  scope: Scope,
  { now, before, written }: SubscriptionWrite,
  ticket: bigint,
  { subscription, buyer }: Present,
): void {
  if (!written || subscription === null || buyer === null) return
  const about = { subscription, buyer }
  for (const name of observationsOf(before, now)) {
    const key = `${name.replace('.', `:${subscription.id}:`)}:${ticket}`
    if (name !== 'subscription.changed') scope.emit({ name, key, about })
    else if (before !== null) {
      scope.emit({ name, key, about: { ...about, before: toSubscription(before) } })
    }
  }
}

/** The row was written by a newer answer; what the event alone knows is told beside it. */
export async function announceStored(
  scope: Scope,
  announcement: Announcement,
  of: { readonly subscriptionId: string } | { readonly invoiceId: string },
): Promise<Outcome> {
  const { tx } = scope
  const invoice = 'invoiceId' in of ? await findInvoice(tx, of.invoiceId) : null
  const subscriptionId = 'invoiceId' in of ? invoice?.subscription_id : of.subscriptionId
  const stored = subscriptionId ? await findSubscription(tx, subscriptionId) : null
  const customerId = invoice?.customer_id ?? stored?.row.customer_id ?? null
  const buyer: Buyer | null =
    customerId === null ? null : toBuyer(await buyerOf(tx, 'customer_id', customerId))
  announce(scope, announcement, {
    subscription: stored === null ? null : toSubscription(stored),
    invoice: invoice === null ? null : toInvoice(invoice),
    buyer,
  })
  return { kind: 'done' }
}
