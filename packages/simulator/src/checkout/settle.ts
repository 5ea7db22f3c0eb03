/** What happens days later to a payment by bank debit: it arrives or it is returned. */
import type { Transaction } from '../account/transaction.ts'
import { failDebit, settleDebit } from '../payments/debits.ts'
import { invoiceFor } from './invoice-creation.ts'

export function settleDelayedPayment(tx: Transaction, intentId: string): void {
  const intent = tx.db.find('payment_intent', intentId)
  const charge = intent?.latest_charge ? tx.db.find('charge', intent.latest_charge) : undefined
  if (!intent || !charge || intent.status !== 'processing') return
  const plan = tx.db.find('instrument', intent.payment_method ?? '')?.bank
  const failed = plan?.outcome === 'fails'
  if (failed) failDebit(tx, intent, charge, plan.failureCode ?? 'insufficient_funds')
  else settleDebit(tx, intent, charge)
  const sessionId = tx.db.find('intent_secret', intent.id)?.sessionId
  const session = sessionId === undefined ? undefined : tx.db.find('session', sessionId)
  if (!session) return
  if (failed) {
    tx.emit('checkout.session.async_payment_failed', session)
    return
  }
  const settled = tx.db.find('payment_intent', intent.id)
  const paid = tx.db.put('session', {
    ...session,
    payment_status: 'paid',
    invoice: session.invoice ?? invoiceFor(tx, session, settled),
  })
  tx.emit('checkout.session.async_payment_succeeded', paid)
}
