/** Money that reached an invoice, and the moment at which nothing is left to pay. */
import type { Invoice, InvoicePayment } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { tellChanged } from './changed.ts'
import { changeBalance, markDelinquent } from './customer-balance.ts'
import { cancelOpenPayments, defaultPayment } from './payment-rows.ts'
import { mayBecome, requireWay } from './transitions.ts'

/** Books what a payment brought; the invoice is paid when that covers it. */
export function receivePayment(
  tx: Transaction,
  before: Invoice,
  open: InvoicePayment,
  received: number,
  attemptCount: number = Math.max(1, before.attempt_count),
): Invoice {
  const own = inTimeOf(tx, before.customer)
  const payment = own.db.put('invoice_payment', {
    ...open,
    amount_paid: received,
    status: 'paid',
    status_transitions: { ...open.status_transitions, paid_at: own.now },
  })
  const covered = Math.min(received, before.amount_remaining)
  const overpaid = received - covered
  const invoice: Invoice = {
    ...before,
    attempted: true,
    attempt_count: attemptCount,
    amount_paid: before.amount_paid + received,
    amount_overpaid: before.amount_overpaid + overpaid,
    amount_remaining: before.amount_remaining - covered,
  }
  const settled = invoice.amount_remaining === 0 && mayBecome(before, 'paid')
  const after = settled
    ? markPaid(own, before, invoice, ['invoice.paid', 'invoice.payment_succeeded'])
    : own.db.put('invoice', invoice)
  if (!settled) {
    tellChanged(own, before, after)
    if (after.status === 'open') defaultPayment(own, after)
  }
  own.emit('invoice_payment.paid', payment)
  if (overpaid > 0) {
    own.emit('invoice.overpaid', after)
    changeBalance(own, after.customer, {
      type: 'invoice_overpaid',
      amount: -overpaid,
      currency: after.currency,
      invoice: after.id,
    })
  }
  if (settled) tellPaid(own, after)
  return after
}

/** Nothing was to be paid: no intent, no charge. */
export function payNothing(tx: Transaction, before: Invoice): Invoice {
  const events = ['invoice.paid', 'invoice.payment_succeeded']
  const after = markPaid(tx, before, { ...before, attempted: true, amount_remaining: 0 }, events)
  tellPaid(tx, after)
  return after
}

/** The money came by another way than Stripe; `invoice.payment_succeeded` does not tell of it. */
export function payOutOfBand(tx: Transaction, before: Invoice): Invoice {
  const own = inTimeOf(tx, before.customer)
  const invoice: Invoice = {
    ...before,
    attempted: true,
    amount_paid: before.amount_paid + before.amount_remaining,
    amount_paid_off_stripe: before.amount_remaining,
    amount_remaining: 0,
  }
  const after = markPaid(own, before, invoice, ['invoice.paid'])
  tellPaid(own, after)
  return after
}

function markPaid(
  tx: Transaction,
  before: Invoice,
  invoice: Invoice,
  events: readonly string[],
): Invoice {
  requireWay(before, 'paid')
  const after = tx.db.put('invoice', {
    ...invoice,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: tx.now },
  })
  if (events.length > 1) tellChanged(tx, before, after)
  for (const event of events) tx.emit(event, after)
  return after
}

function tellPaid(tx: Transaction, invoice: Invoice): void {
  tx.db.remove('invoice_secret', invoice.id)
  cancelOpenPayments(tx, invoice, 'automatic')
  markDelinquent(tx, invoice.customer, false)
  tx.run({ kind: 'invoice_changed', invoiceId: invoice.id, fact: 'paid' })
}
