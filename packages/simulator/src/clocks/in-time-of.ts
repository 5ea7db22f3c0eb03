/** Finds whose time an object lives in: its customer's test clock, or the account's own. */
import type { Transaction } from '../account/transaction.ts'

/** The same transaction in the time of this customer. */
export function inTimeOf(tx: Transaction, customerId: string | null | undefined): Transaction {
  if (customerId === null || customerId === undefined) return tx.on(null)
  return tx.on(tx.db.find('customer', customerId)?.test_clock ?? null)
}
