/** Saves a payment method to a customer on request: the issuer is asked, and may decline. */
import type { Customer, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse, StripeError } from '../http/errors.ts'
import { declineCodeOf, declineMessage } from './decline-messages.ts'
import { attach } from './instruments.ts'
import { declineOnSave } from './method-state.ts'

export function save(tx: Transaction, method: PaymentMethod, customer: Customer): PaymentMethod {
  if (method.customer !== null && method.customer !== customer.id) {
    throw refuse('The payment method you provided has already been attached to a customer.')
  }
  if (method.customer === null && tx.db.find('instrument', method.id)?.isSpent) {
    throw refuse(
      'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
    )
  }
  const decline = declineOnSave(tx, method.id)
  if (!decline) return attach(tx, method, customer)
  throw new StripeError({
    status: 402,
    type: 'card_error',
    code: decline.code,
    message: declineMessage(decline.code, decline.declineCode),
    param: '',
    more: { decline_code: declineCodeOf(decline) },
  })
}
