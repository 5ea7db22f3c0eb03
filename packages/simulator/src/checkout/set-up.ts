/** Setup mode: a method is kept for later, and nothing is paid. */
import type { BuyerDetails, PaymentMethod, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { attach } from '../customers/instruments.ts'
import { mergeMetadata } from '../http/route.ts'
import { setUp } from '../payments/set-up.ts'
import { setupRefused } from '../payments/setup-refused.ts'
import { completeSession, existingOrNew } from './complete.ts'

/** The buyer has passed a challenge, where there was one. Throws Stripe's 402 when the method cannot be saved. */
export function setUpMethod(
  tx: Transaction,
  session: Session,
  method: PaymentMethod,
  buyer: BuyerDetails,
): Session {
  const asked = tx.db.find('session_secret', session.id)?.asked.setup_intent_data
  const intent = setUp(
    tx,
    {
      customer: session.customer,
      description: asked?.description ?? null,
      metadata: mergeMetadata({}, asked?.metadata),
      methodTypes: session.payment_method_types,
      usage: 'off_session',
      method,
    },
    { authenticated: true },
  )
  if (intent.status !== 'succeeded') throw setupRefused(intent)
  // Only now is there somebody to keep it for: a method that fails leaves no customer.
  const customer = existingOrNew(tx, session, buyer)
  if (customer) {
    attach(tx, tx.db.find('payment_method', method.id) ?? method, customer)
    tx.db.put('setup_intent', { ...intent, customer: customer.id })
  }
  return completeSession(tx, session, buyer, {
    setupIntent: intent.id,
    ...(customer ? { customer: customer.id } : {}),
  })
}
