/** Tells of an invoice's change, with the old values of what changed. */
import type { Invoice } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'

export function tellChanged(tx: Transaction, before: Invoice, after: Invoice): void {
  const previous = previousAttributes(before, after)
  if (previous) tx.emit('invoice.updated', after, previous)
}
