/** Completes a session whose buyer is done: its state, its customer, its event. */
import type { BuyerDetails, Customer, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newCustomer } from '../customers/customer-object.ts'
import { attach } from '../customers/instruments.ts'
import { fullAddress } from '../http/common-params.ts'
import { type Attempt, reportCapture } from '../payments/attempt.ts'
import { customerDetails } from './session-object.ts'

type Success = Exclude<Attempt, { kind: 'declined' | 'requires_action' }>

export function completeSession(
  tx: Transaction,
  session: Session,
  buyer: BuyerDetails,
  attempt: Success | undefined,
): Session {
  const customer = customerOf(tx, session, buyer, attempt)
  const shipping = attempt?.intent.shipping
  const completed = tx.db.put('session', {
    ...session,
    status: 'complete',
    payment_status: statusAfter(attempt),
    customer,
    customer_details: customerDetails({
      ...buyer,
      address: buyer.address ?? fullAddress(null),
      email: buyer.email ?? session.customer_email,
    }),
    collected_information: {
      business_name: null,
      individual_name: null,
      shipping_details:
        shipping?.address && shipping.name
          ? { address: shipping.address, name: shipping.name }
          : null,
    },
    automatic_tax: session.automatic_tax.enabled
      ? { ...session.automatic_tax, status: 'complete' }
      : session.automatic_tax,
    url: null,
  })
  const eventId = tx.emit('checkout.session.completed', completed)
  const secret = tx.db.find('session_secret', session.id)
  if (secret) tx.db.put('session_secret', { ...secret, completedEventId: eventId })
  if (attempt?.kind === 'succeeded') reportCapture(tx, attempt.charge.id)
  return completed
}

/** An authorisation counts as unpaid until it is captured, as a debit does until it settles. */
function statusAfter(attempt: Success | undefined): Session['payment_status'] {
  if (!attempt) return 'no_payment_required'
  return attempt.kind === 'succeeded' ? 'paid' : 'unpaid'
}

function customerOf(
  tx: Transaction,
  session: Session,
  buyer: BuyerDetails,
  attempt: Success | undefined,
): string | null {
  const customer = existingOrNew(tx, session, buyer)
  if (!customer || !attempt) return customer?.id ?? null
  tx.db.put('payment_intent', { ...attempt.intent, customer: customer.id })
  tx.db.put('charge', { ...attempt.charge, customer: customer.id })
  const method = tx.db.find('payment_method', attempt.intent.payment_method ?? '')
  if (method && attempt.intent.setup_future_usage !== null) attach(tx, method, customer)
  return customer.id
}

function existingOrNew(
  tx: Transaction,
  session: Session,
  buyer: BuyerDetails,
): Customer | undefined {
  if (session.customer !== null) return tx.db.find('customer', session.customer)
  return session.customer_creation === 'always' ? newCustomer(tx, buyer) : undefined
}

/** `{CHECKOUT_SESSION_ID}` in the success URL is the merchant's placeholder. */
export function redirectUrlOf(session: Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}
