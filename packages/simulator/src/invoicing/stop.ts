/** Ends what would pay an invoice by itself: its method is taken away, or its customer is deleted. */
import type { Transaction } from '../account/transaction.ts'
import { tellChanged } from './changed.ts'
import { mayBecome } from './transitions.ts'

/** A method that was taken from its customer pays none of their invoices. */
export function unsetInvoiceMethod(tx: Transaction, method: string, customer: string): void {
  for (const invoice of tx.db.where('invoice', 'customer', customer).reverse()) {
    const isUnpaid = invoice.status === 'draft' || mayBecome(invoice, 'paid')
    if (!isUnpaid || invoice.default_payment_method !== method) continue
    tellChanged(tx, invoice, tx.db.put('invoice', { ...invoice, default_payment_method: null }))
  }
}

/** The invoices of a customer who is deleted stay, and wait for somebody to collect or void them; nobody is told. */
export function stopCollecting(tx: Transaction, customer: string): void {
  for (const invoice of tx.db.where('invoice', 'customer', customer)) {
    const isWaiting = invoice.status === 'open' || invoice.status === 'draft'
    if (!isWaiting || invoice.auto_advance === false) continue
    tx.db.put('invoice', {
      ...invoice,
      auto_advance: false,
      automatically_finalizes_at: null,
      next_payment_attempt: null,
    })
  }
}
