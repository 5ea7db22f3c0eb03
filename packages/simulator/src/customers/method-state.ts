/** What becomes of a payment method: set up for later, used up, taken from its customer, refused when it is to be kept. */
import type { Customer, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { applyUpdate } from '../http/resource.ts'
import { behaviourOf } from './instruments.ts'
import type { Decline } from './test-cards.ts'

/** Remembers that the customer has agreed to later payments without being there. */
export function rememberSetUp(tx: Transaction, methodId: string): void {
  const instrument = tx.db.find('instrument', methodId)
  if (instrument) tx.db.put('instrument', { ...instrument, isSetUp: true })
}

/** From now on it takes a customer to use it, and there is none. */
export function spend(tx: Transaction, methodId: string): void {
  const instrument = tx.db.find('instrument', methodId)
  if (instrument) tx.db.put('instrument', { ...instrument, isSpent: true })
}

/** Takes the method from its customer, for good: nobody is to be paid by it any more. */
export function detach(given: Transaction, before: PaymentMethod): PaymentMethod {
  const tx = inTimeOf(given, before.customer)
  const after = tx.db.put('payment_method', { ...before, customer: null })
  spend(tx, after.id)
  tx.emit('payment_method.detached', after, { customer: before.customer })
  const customer = tx.db.find('customer', before.customer ?? '')
  if (!customer) return after
  forget(tx, customer, after.id)
  tx.run({ kind: 'method_detached', methodId: after.id, customerId: customer.id })
  return after
}

function forget(tx: Transaction, customer: Customer, method: string): void {
  const { invoice_settings: settings } = customer
  if (settings.default_payment_method !== method) return
  const changes = { invoice_settings: { ...settings, default_payment_method: null } }
  applyUpdate(tx, 'customer', customer, changes, undefined, 'customer.updated')
}

/** A card is charged nothing when it is saved, and yet declines where it would decline a payment. */
export function declineOnSave(tx: Transaction, methodId: string): Decline | undefined {
  const { decline, declinesOnlyPayments } = behaviourOf(tx, methodId)
  return declinesOnlyPayments ? undefined : decline
}
