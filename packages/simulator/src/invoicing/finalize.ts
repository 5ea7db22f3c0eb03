/** Makes an open invoice of a draft: its number, its last sums, and the payment that is to settle it. */
import type { Customer, Invoice, PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { inParam } from '../http/route.ts'
import { changeBalance } from './customer-balance.ts'
import { recalculate, useUpDiscount } from './draft.ts'
import { voidInvoice } from './end.ts'
import { billedTo } from './invoice-object.ts'
import { payNothing } from './paid.ts'
import { defaultPayment, newPayment } from './payment-rows.ts'
import { dueOf } from './sheet.ts'
import { mayBecome, requireWay } from './transitions.ts'

export interface FinalizeOptions {
  /** An intent that is to pay it, or has: none is made. */
  readonly paidBy?: PaymentIntent
}

/**
 * Leaves it open with an intent that nobody has tried to pay, or paid when nothing is due.
 * The automatic collection is `advanceInvoice` of pay.ts.
 */
export function finalizeInvoice(
  tx: Transaction,
  draft: Invoice,
  { paidBy }: FinalizeOptions = {},
): Invoice {
  requireWay(draft, 'open')
  const own = inTimeOf(tx, draft.customer)
  const customer = inParam(own, 'customer', draft.customer ?? '', 'customer')
  const fresh = recalculate(own, { ...draft, ...billedTo(own, customer) })
  const { starting_balance: starting } = fresh
  const { due, endingBalance } = dueOf(fresh.total, starting, fresh.currency)
  const url = `${own.baseUrl}/i/${draft.id}`
  const invoice = own.db.put('invoice', {
    ...fresh,
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    effective_at: draft.effective_at ?? own.now,
    ending_balance: endingBalance,
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    next_payment_attempt: null,
    number: draft.number ?? nextNumber(own, customer),
    status: 'open',
    status_transitions: { ...draft.status_transitions, finalized_at: own.now },
  })
  own.emit('invoice.finalized', invoice)
  changeBalance(own, invoice.customer, {
    type: due === 0 && endingBalance > 0 ? 'invoice_too_small' : 'applied_to_invoice',
    amount: endingBalance - starting,
    currency: invoice.currency,
    invoice: invoice.id,
  })
  replaceRevised(own, invoice)
  // Of a draft that got its lines after it was made.
  useUpDiscount(own, invoice)
  if (due > 0) {
    if (paidBy) newPayment(own, invoice, paidBy, true)
    else defaultPayment(own, invoice)
  }
  if (due > 0 && invoice.due_date !== null) {
    const afterMs = (invoice.due_date - own.now) * 1000
    own.schedule(afterMs, { kind: 'invoice_due', invoiceId: invoice.id })
  }
  own.run({ kind: 'invoice_changed', invoiceId: invoice.id, fact: 'finalized' })
  return due > 0 ? invoice : payNothing(own, invoice)
}

/** A revision takes the place of the invoice that it was made from. */
function replaceRevised(tx: Transaction, { id, from_invoice: from }: Invoice): void {
  const original = tx.db.find('invoice', from?.invoice ?? '')
  if (!original || !mayBecome(original, 'void')) return
  voidInvoice(tx, tx.db.put('invoice', { ...original, latest_revision: id }))
}

/** The customer's own sequence; Stripe does not tell of its step. */
function nextNumber(tx: Transaction, { id }: Customer): string {
  const customer = inParam(tx, 'customer', id, 'customer')
  const sequence = customer.next_invoice_sequence ?? 1
  tx.db.put('customer', { ...customer, next_invoice_sequence: sequence + 1 })
  return `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`
}
