/** What time brings to an invoice: it finalises, it is tried again, it is overdue. */
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { markDelinquent } from './customer-balance.ts'
import { finalizeInvoice } from './finalize.ts'
import { advanceInvoice, collectInvoice } from './pay.ts'

/** A draft that was put off meanwhile has a later job. */
export function finalizeDue(tx: Transaction, invoiceId: string): void {
  const invoice = tx.db.find('invoice', invoiceId)
  if (invoice?.status !== 'draft' || invoice.automatically_finalizes_at === null) return
  if (invoice.automatically_finalizes_at > inTimeOf(tx, invoice.customer).now) return
  if (invoice.auto_advance === true) advanceInvoice(tx, invoice)
  else finalizeInvoice(tx, invoice)
}

export function collectDue(tx: Transaction, invoiceId: string): void {
  const invoice = tx.db.find('invoice', invoiceId)
  if (invoice?.status !== 'open' || invoice.next_payment_attempt === null) return
  if (invoice.auto_advance !== true) return
  if (invoice.next_payment_attempt > inTimeOf(tx, invoice.customer).now) return
  collectInvoice(tx, invoice)
}

export function tellOverdue(tx: Transaction, invoiceId: string): void {
  const invoice = tx.db.find('invoice', invoiceId)
  if (invoice?.status !== 'open') return
  const own = inTimeOf(tx, invoice.customer)
  if (invoice.due_date === null || invoice.due_date > own.now) return
  own.emit('invoice.overdue', invoice)
  markDelinquent(own, invoice.customer, true)
  own.run({ kind: 'invoice_changed', invoiceId: invoice.id, fact: 'overdue' })
}
