/** Ends sessions that nobody paid: by the merchant or by the clock. */
import type { Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { intentOf } from './pay-session.ts'

/** For this long a buyer may come back to a session that expired. */
const recoverySeconds = 30 * 24 * 60 * 60

function recoverable(tx: Transaction, session: Session): Session['after_expiration'] {
  const recovery = session.after_expiration?.recovery
  if (!recovery?.enabled) return session.after_expiration
  const expires_at = tx.now + recoverySeconds
  return { recovery: { ...recovery, expires_at, url: `${tx.baseUrl}/c/recover/${session.id}` } }
}

export function expireDueSession(tx: Transaction, sessionId: string): void {
  const session = tx.db.find('session', sessionId)
  if (session?.status === 'open') expireSession(tx, session)
}

export function expireSession(tx: Transaction, session: Session): Session {
  const intent = intentOf(tx, session)
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
  const expired = tx.db.put('session', {
    ...session,
    status: 'expired',
    url: null,
    after_expiration: recoverable(tx, session),
  })
  tx.emit('checkout.session.expired', expired)
  return expired
}
