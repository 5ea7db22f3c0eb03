/** Keeps a payment method for later, when a payment's `setup_future_usage` asks for it. */
import type { PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { attach } from '../customers/instruments.ts'
import { rememberSetUp, spend } from '../customers/method-state.ts'

/** A payment off-session proves nothing new about the method: only a present customer sets it up. */
export function saveMethod(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  { offSession = false }: { readonly offSession?: boolean },
): void {
  if (intent.setup_future_usage === null) return
  if (intent.setup_future_usage === 'off_session' && !offSession) rememberSetUp(tx, method.id)
  const customer = tx.db.find('customer', intent.customer ?? '')
  if (customer) attach(tx, method, customer)
}

/** A method that belongs to nobody pays only once. */
export function spendUnlessSaved(tx: Transaction, methodId: string): void {
  if (tx.db.find('payment_method', methodId)?.customer === null) spend(tx, methodId)
}
