/** Captures an authorised payment, whole or in part. */
import type { PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import { given, mergeMetadata } from '../http/route.ts'
import { reportCapture } from './attempt.ts'

interface CaptureEntry {
  readonly amount_to_capture?: number
  readonly metadata?: Record<string, string> | null
  readonly statement_descriptor?: string
  readonly statement_descriptor_suffix?: string
}

export function captureIntent(
  tx: Transaction,
  intent: PaymentIntent,
  entry: CaptureEntry,
): PaymentIntent {
  const amount = entry.amount_to_capture ?? intent.amount_capturable
  if (amount > intent.amount_capturable) {
    throw refuse(
      `The remaining capturable amount for this PaymentIntent is ${intent.amount_capturable}, which is less than the amount to capture of ${amount}.`,
      { code: 'amount_too_large', param: 'amount_to_capture' },
    )
  }
  const held = tx.db.find('charge', intent.latest_charge ?? '')
  if (!held) throw refuse('This PaymentIntent has no charge to capture.')
  const descriptors = given({
    statement_descriptor: entry.statement_descriptor,
    statement_descriptor_suffix: entry.statement_descriptor_suffix,
  })
  const metadata = mergeMetadata(intent.metadata, entry.metadata ?? {})
  const charge = tx.db.put('charge', {
    ...held,
    ...descriptors,
    metadata: mergeMetadata(held.metadata, entry.metadata ?? {}),
    captured: true,
    amount_captured: amount,
    // What is not captured is released: Stripe shows it as refunded.
    amount_refunded: held.amount - amount,
  })
  const paid = tx.db.put('payment_intent', {
    ...intent,
    ...descriptors,
    metadata,
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: amount,
  })
  tx.emit('charge.captured', charge)
  tx.emit('payment_intent.succeeded', paid)
  reportCapture(tx, charge.id)
  settleSession(tx, paid)
  tx.run({ kind: 'intent_changed', intentId: paid.id })
  return paid
}

/** A manual capture turns the session paid; Stripe has no event for it. */
function settleSession(tx: Transaction, intent: PaymentIntent): void {
  const sessionId = tx.db.find('intent_secret', intent.id)?.sessionId
  const session = sessionId === undefined ? undefined : tx.db.find('session', sessionId)
  if (session) tx.db.put('session', { ...session, payment_status: 'paid' })
}
