/** What an invoice's change means for the subscription that it bills. */
import type { InvoiceFact } from '../account/jobs.ts'
import type { Invoice, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { conclude } from './end.ts'
import { begin } from './first-invoice.ts'
import { pauseNow } from './paused.ts'
import { applyPendingUpdate } from './pending-update.ts'
import { resumed, resumptionFailed } from './resume.ts'
import { asOneChange, changeSecret, changeSubscription, secretOf } from './save.ts'
import { hasEnded } from './status.ts'

type Reaction = (tx: Transaction, subscription: Subscription, invoice: Invoice) => void

const reactions: { readonly [F in InvoiceFact]?: Reaction } = {
  paid,
  payment_failed: notPaid,
  action_required: notPaid,
  overdue: notPaid,
  exhausted,
  voided: withoutMoney,
  uncollectible: withoutMoney,
}

export function invoiceChanged(tx: Transaction, invoiceId: string, fact: InvoiceFact): void {
  const invoice = tx.db.find('invoice', invoiceId)
  const id = invoice?.parent?.subscription_details?.subscription
  const subscription = tx.db.find('subscription', id ?? '')
  if (!invoice || !subscription || hasEnded(subscription)) return
  reactions[fact]?.(inTimeOf(tx, subscription.customer), subscription, invoice)
}

function paid(tx: Transaction, subscription: Subscription, invoice: Invoice): void {
  const { pendingInvoice, resumption } = secretOf(tx, subscription.id)
  if (pendingInvoice === invoice.id) applyPendingUpdate(tx, subscription)
  else if (resumption?.invoice === invoice.id) resumed(tx, subscription)
  else {
    asOneChange(tx, subscription, () => {
      recover(tx, changeSubscription(tx, subscription, methodThatPaid(tx, subscription, invoice)))
    })
  }
}

/** `save_default_payment_method` keeps what paid for the periods to come. */
function methodThatPaid(
  tx: Transaction,
  { payment_settings: settings }: Subscription,
  invoice: Invoice,
): Partial<Subscription> {
  if (settings?.save_default_payment_method !== 'on_subscription') return {}
  const payment = tx.db
    .where('invoice_payment', 'invoice', invoice.id)
    .find((p) => p.status === 'paid')
  const intent = tx.db.find('payment_intent', payment?.payment.payment_intent ?? '')
  return intent?.payment_method ? { default_payment_method: intent.payment_method } : {}
}

function notPaid(tx: Transaction, subscription: Subscription, invoice: Invoice): void {
  const { pendingInvoice, resumption } = secretOf(tx, subscription.id)
  if (pendingInvoice === invoice.id || resumption?.invoice === invoice.id) return
  if (subscription.status === 'active' || subscription.status === 'trialing') {
    changeSubscription(tx, subscription, { status: 'past_due' })
  }
}

/** The account's rules say what becomes of it when the last retry has failed. */
function exhausted(tx: Transaction, subscription: Subscription, invoice: Invoice): void {
  if (subscription.status !== 'past_due') return
  if (tx.rules.invoiceAfterRetries === 'uncollectible') {
    changeSecret(tx, subscription.id, { givenUp: invoice.id })
  }
  const { afterRetries } = tx.rules
  if (afterRetries === 'cancel') conclude(tx, subscription, { reason: 'payment_failed' })
  else if (afterRetries === 'pause') pauseNow(tx, subscription, 'final_payment_failure')
  else if (afterRetries === 'unpaid') changeSubscription(tx, subscription, { status: 'unpaid' })
}

/** Void or written off, an invoice is nothing that could be owed any more. */
function withoutMoney(tx: Transaction, subscription: Subscription, invoice: Invoice): void {
  const { givenUp, pendingInvoice, resumption } = secretOf(tx, subscription.id)
  if (givenUp === invoice.id || pendingInvoice === invoice.id) return
  if (resumption?.invoice === invoice.id) {
    if (invoice.status === 'uncollectible') resumed(tx, subscription)
    else resumptionFailed(tx, subscription, invoice)
  } else if (subscription.status === 'incomplete') {
    if (invoice.status === 'void')
      changeSubscription(tx, subscription, { status: 'incomplete_expired', ended_at: tx.now })
  } else recover(tx, subscription)
}

/** Under way, or active again, when nothing is owed on the latest invoice that was final. */
function recover(tx: Transaction, subscription: Subscription): void {
  if (!['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return
  const latest = tx.db
    .where('invoice', 'customer', subscription.customer)
    .find(
      ({ parent, status }) =>
        status !== 'draft' && parent?.subscription_details?.subscription === subscription.id,
    )
  if (latest?.status === 'open') return
  if (subscription.status === 'incomplete') begin(tx, subscription)
  else changeSubscription(tx, subscription, { status: 'active' })
}
