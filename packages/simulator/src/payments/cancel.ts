/** Ends a payment that will not be made: what was held is released. */
import type { PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { unapplyCash } from './cash-balance.ts'
import { approved } from './declines.ts'

const cancelable: readonly PaymentIntent['status'][] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'requires_capture',
]

/** A US bank debit can still be stopped on its way, no other payment that is processing. */
export function isCancelable(tx: Pick<Transaction, 'db'>, intent: PaymentIntent): boolean {
  if (cancelable.includes(intent.status)) return true
  return intent.status === 'processing' && chargeType(tx, intent) === 'us_bank_account'
}

function chargeType({ db }: Pick<Transaction, 'db'>, intent: PaymentIntent): string | undefined {
  return db.find('charge', intent.latest_charge ?? '')?.payment_method_details?.type
}

/** The caller knows what it does: `intent_changed` is not told. */
export function cancelIntent(
  tx: Transaction,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  const own = inTimeOf(tx, intent.customer)
  const canceled = own.db.put('payment_intent', {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: own.now,
    cancellation_reason: reason,
    next_action: null,
  })
  unapplyCash(own, intent)
  if (intent.status === 'processing') stopDebit(own, intent)
  const charge = intent.status === 'requires_capture' ? intent.latest_charge : null
  const held = charge === null ? undefined : own.db.find('charge', charge)
  if (held) {
    const released = { ...held, refunded: true, amount_refunded: held.amount }
    own.emit('charge.refunded', own.db.put('charge', released))
  }
  own.emit('payment_intent.canceled', canceled)
  return canceled
}

/** The bank is told to move nothing: the charge that waited for it has failed. */
function stopDebit(tx: Transaction, intent: PaymentIntent): void {
  const charge = tx.db.find('charge', intent.latest_charge ?? '')
  if (!charge) return
  const message = 'The payment was canceled.'
  const stopped = tx.db.put('charge', {
    ...charge,
    status: 'failed',
    captured: false,
    amount_captured: 0,
    failure_message: message,
    outcome: {
      ...approved,
      network_status: 'not_sent_to_network',
      risk_level: 'not_assessed',
      seller_message: message,
      type: 'invalid',
    },
    receipt_url: null,
  })
  tx.emit('charge.failed', stopped)
}

/** The card holds the money no longer: nobody captured it in time. */
export function expireAuthorization(tx: Transaction, intentId: string): void {
  const intent = tx.db.find('payment_intent', intentId)
  const held = tx.db.find('charge', intent?.latest_charge ?? '')
  if (intent?.status !== 'requires_capture' || !held) return
  const released = { ...held, refunded: true, amount_refunded: held.amount }
  tx.emit('charge.expired', tx.db.put('charge', released))
  const canceled = tx.db.put('payment_intent', {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: tx.now,
    cancellation_reason: 'automatic',
  })
  tx.emit('payment_intent.canceled', canceled)
  tx.run({ kind: 'intent_changed', intentId })
}
