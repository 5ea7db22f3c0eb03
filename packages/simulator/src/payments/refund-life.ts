/** The life of a refund: made, finished, or failed after all; and its charge's sums with it. */
import type { Charge, Refund } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { behaviourOf } from '../customers/instruments.ts'
import { creditRefund } from './cash-balance.ts'
import { settleWarnings } from './fraud-warnings.ts'
import { bookFailedRefund, bookRefund } from './ledger.ts'

/** A pending refund succeeds, and a doomed one fails, after this much virtual time. */
const laterMs = 500

type Fields = Pick<Refund, 'reason' | 'metadata'> & { readonly amount: number }

export function makeRefund(tx: Transaction, charge: Charge, fields: Fields): Refund {
  const plan = behaviourOf(tx, charge.payment_method ?? '').refund
  const card = charge.payment_method_details?.type === 'card'
  const draft = tx.db.put('refund', {
    id: tx.newId(card ? 're_3' : 'pyr_3'),
    object: 'refund',
    amount: fields.amount,
    balance_transaction: null,
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: card
      ? { type: 'card', card: { reference_status: 'pending', type: 'refund' } }
      : { type: charge.payment_method_details?.type ?? 'card' },
    metadata: fields.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(plan === 'pending' ? { pending_reason: 'processing' as const } : {}),
    reason: fields.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: plan === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  })
  const refund = tx.db.put('refund', {
    ...draft,
    balance_transaction: bookRefund(tx, draft).id,
  })
  tx.emit('refund.created', refund)
  const total = charge.amount_refunded + refund.amount
  const refunded = tx.db.put('charge', {
    ...charge,
    amount_refunded: total,
    refunded: total >= charge.amount,
  })
  tx.emit('charge.refunded', refunded, previousAttributes(charge, refunded))
  settleWarnings(tx, refunded)
  if (charge.payment_method_details?.type === 'customer_balance') {
    creditRefund(tx, charge, refund)
  }
  if (plan === 'pending') {
    tx.schedule(laterMs, { kind: 'finish_refund', refundId: refund.id })
    return refund
  }
  if (plan === 'fails_later') tx.schedule(laterMs, { kind: 'fail_refund', refundId: refund.id })
  return card ? announceReference(tx, refund) : refund
}

/** The card network's reference follows the refund, with the update events that merchants see. */
function announceReference(tx: Transaction, refund: Refund): Refund {
  const referenced = tx.db.put('refund', {
    ...refund,
    destination_details: {
      type: 'card',
      card: {
        reference: tx.newId('', 12).toUpperCase(),
        reference_status: 'available',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
    },
  })
  const previous = previousAttributes(refund, referenced)
  tx.emit('refund.updated', referenced, previous)
  tx.emit('charge.refund.updated', referenced, previous)
  return refund
}

export function finishRefund(tx: Transaction, refundId: string): void {
  const pending = tx.db.find('refund', refundId)
  if (pending?.status !== 'pending') return
  const { pending_reason: _, ...rest } = pending
  const succeeded = tx.db.put('refund', { ...rest, status: 'succeeded' })
  const previous = previousAttributes(pending, succeeded)
  tx.emit('refund.updated', succeeded, previous)
  tx.emit('charge.refund.updated', succeeded, previous)
}

/** The bank sent the money back: it returns to the balance and the charge is unrefunded again. */
export function failRefund(tx: Transaction, refundId: string): void {
  const refund = tx.db.find('refund', refundId)
  if (refund?.status !== 'succeeded') return
  const failed = tx.db.put('refund', {
    ...refund,
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: bookFailedRefund(tx, refund).id,
  })
  const charge = tx.db.find('charge', refund.charge ?? '')
  if (charge) {
    tx.db.put('charge', {
      ...charge,
      amount_refunded: charge.amount_refunded - refund.amount,
      refunded: false,
    })
  }
  tx.emit('refund.failed', failed)
  tx.emit('charge.refund.updated', failed, previousAttributes(refund, failed))
}
