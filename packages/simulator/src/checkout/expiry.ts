/** Ends sessions that nobody paid: by the merchant or by the clock. */
import type { Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

export function expireDueSession(tx: Transaction, sessionId: string): void {
  const session = tx.db.find('session', sessionId)
  if (session?.status === 'open') expireSession(tx, session)
}

export function expireSession(tx: Transaction, session: Session): Session {
  const intent = session.payment_intent
    ? tx.db.find('payment_intent', session.payment_intent)
    : undefined
  if (intent && intent.status !== 'canceled' && intent.status !== 'succeeded') {
    const canceled = tx.db.put('payment_intent', {
      ...intent,
      status: 'canceled',
      canceled_at: tx.now,
      cancellation_reason: 'expired',
      next_action: null,
    })
    tx.emit('payment_intent.canceled', canceled)
  }
  const expired = tx.db.put('session', { ...session, status: 'expired', url: null })
  tx.emit('checkout.session.expired', expired)
  return expired
}
