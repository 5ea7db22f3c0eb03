/** What becomes of the quotes of a customer who is deleted: nobody is left to accept them. */
import type { Transaction } from '../account/transaction.ts'
import { cancel } from './life.ts'

/** Runs before the customer's row goes. */
export function cancelQuotesOf(tx: Transaction, customerId: string): void {
  for (const quote of tx.db.where('quote', 'customer', customerId).reverse()) {
    if (quote.status === 'open') cancel(tx, quote)
  }
}
