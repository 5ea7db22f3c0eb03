/** The customer's balance, which invoices use up and add to. */
import type { CustomerBalanceTransaction } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { type BalanceMove, moveBalance } from '../customers/balance.ts'

/** A positive change is a debt, a negative one a credit; undefined when nothing changes. */
export function changeBalance(
  tx: Transaction,
  customerId: string | null,
  move: BalanceMove,
): CustomerBalanceTransaction | undefined {
  const customer = tx.db.find('customer', customerId ?? '')
  return customer && move.amount !== 0 ? moveBalance(tx, customer, move) : undefined
}

/** Whether the last thing that happened to an invoice of theirs was a failure. */
export function markDelinquent(
  tx: Transaction,
  customerId: string | null,
  delinquent: boolean,
): void {
  const customer = tx.db.find('customer', customerId ?? '')
  if (!customer || (customer.delinquent ?? false) === delinquent) return
  tx.emit('customer.updated', tx.db.put('customer', { ...customer, delinquent }), {
    delinquent: customer.delinquent ?? false,
  })
}
