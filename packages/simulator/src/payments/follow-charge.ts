/** What some test methods make follow a payment: a dispute, or the issuer's early warning of fraud. */
import type { Charge, Instrument } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

function isFollowed({ card, bank }: Instrument): boolean {
  const { dispute, fraudWarning } = card?.behaviour ?? {}
  return dispute !== undefined || fraudWarning === true || bank?.isDisputed === true
}

/** In the account's own time, so that a customer on a test clock need not wait for its next move. */
export function followCharge(tx: Transaction, charge: Charge): void {
  const instrument = tx.db.find('instrument', charge.payment_method ?? '')
  if (!instrument || !isFollowed(instrument)) return
  tx.on(null).schedule(0, { kind: 'dispute_charge', chargeId: charge.id })
}
