/** Completes a session whose buyer is done: its state, its customer, its event. */
import type { BuyerDetails, Customer, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newDiscount } from '../catalogue/discounts.ts'
import { newCustomer } from '../customers/customer-object.ts'
import { attach } from '../customers/instruments.ts'
import { fullAddress } from '../http/common-params.ts'
import { exemptionOf } from '../invoicing/sheet.ts'
import { type Attempt, reportCapture } from '../payments/attempt.ts'
import { answered } from './custom-fields.ts'
import { invoiceFor } from './invoice-creation.ts'
import { customerDetails } from './session-object.ts'

type Success = Exclude<Attempt, { kind: 'declined' | 'requires_action' }>

/** What the payment, the setup or the subscription came to. */
export interface Outcome {
  readonly attempt?: Success
  readonly customer?: string
  readonly setupIntent?: string
  readonly subscription?: string
  readonly invoice?: string | null
  readonly paymentStatus?: Session['payment_status']
}

export function completeSession(
  tx: Transaction,
  session: Session,
  buyer: BuyerDetails,
  outcome: Outcome,
): Session {
  const { attempt } = outcome
  const customer = outcome.customer ?? customerOf(tx, session, buyer, attempt)
  if (session.mode === 'payment') settleTerms(tx, session, customer)
  const completed = tx.db.put('session', {
    ...session,
    status: 'complete',
    payment_status: outcome.paymentStatus ?? statusAfter(attempt),
    customer,
    setup_intent: outcome.setupIntent ?? null,
    subscription: outcome.subscription ?? null,
    invoice: outcome.invoice ?? invoiceOnceThere(tx, { ...session, customer }, attempt),
    custom_fields: answered(session.custom_fields, buyer.answers ?? {}),
    customer_details: customerDetails({
      ...buyer,
      address: buyer.address ?? fullAddress(null),
      email: buyer.email ?? session.customer_email,
    }),
    collected_information: {
      business_name: null,
      individual_name: null,
      shipping_details: shippingOf(buyer, attempt),
    },
    consent: session.consent_collection
      ? {
          promotions: session.consent_collection.promotions ? 'opt_in' : null,
          terms_of_service:
            session.consent_collection.terms_of_service === 'required' ? 'accepted' : null,
        }
      : null,
    automatic_tax: session.automatic_tax.enabled
      ? { ...session.automatic_tax, status: 'complete' }
      : session.automatic_tax,
    url: null,
  })
  countForLink(tx, completed)
  const eventId = tx.emit('checkout.session.completed', completed)
  const secret = tx.db.find('session_secret', session.id)
  if (secret) tx.db.put('session_secret', { ...secret, completedEventId: eventId })
  if (attempt?.kind === 'succeeded') reportCapture(tx, attempt.charge.id)
  return completed
}

/** A link may be meant for so many orders and no more. */
function countForLink(tx: Transaction, { payment_link: id }: Session): void {
  const link = tx.db.find('payment_link', id ?? '')
  const completed = link?.restrictions?.completed_sessions
  if (!link || !completed) return
  const counted = { ...completed, count: completed.count + 1 }
  tx.db.put('payment_link', { ...link, restrictions: { completed_sessions: counted } })
}

/** Made at once when there is nothing to wait for; otherwise when the money arrives. */
function invoiceOnceThere(
  tx: Transaction,
  session: Session,
  attempt: Success | undefined,
): string | null {
  if (attempt && attempt.kind !== 'succeeded') return null
  return invoiceFor(tx, session, tx.db.find('payment_intent', attempt?.intent.id ?? ''))
}

/** An authorisation counts as unpaid until it is captured, as a debit does until it settles. */
function statusAfter(attempt: Success | undefined): Session['payment_status'] {
  if (!attempt) return 'no_payment_required'
  return attempt.kind === 'succeeded' ? 'paid' : 'unpaid'
}

function shippingOf(
  buyer: BuyerDetails,
  attempt: Success | undefined,
): NonNullable<Session['collected_information']>['shipping_details'] {
  if (buyer.shipping) return buyer.shipping
  const shipping = attempt?.intent.shipping
  return shipping?.address && shipping.name
    ? { address: shipping.address, name: shipping.name }
    : null
}

/** The discount is redeemed when the order is paid, and its invoice keeps to that. */
function settleTerms(tx: Transaction, session: Session, customer: string | null): void {
  const secret = tx.db.find('session_secret', session.id)
  if (!secret) return
  const discounts = (session.discounts ?? []).map(({ coupon, promotion_code: code }) =>
    newDiscount(tx, code === null ? { coupon: coupon ?? '' } : { promotionCode: code }, {
      checkoutSession: session.id,
      customer,
    }),
  )
  const taxExempt = exemptionOf(tx.db.find('customer', customer ?? ''))
  const settled = { discounts: discounts.map(({ id }) => id), taxExempt }
  tx.db.put('session_secret', { ...secret, settled })
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

export function existingOrNew(
  tx: Transaction,
  session: Session,
  buyer: BuyerDetails,
): Customer | undefined {
  if (session.customer !== null) return tx.db.find('customer', session.customer)
  const needed =
    session.customer_creation === 'always' || session.invoice_creation?.enabled === true
  if (!needed) return undefined
  const { email, name, phone, address } = buyer
  return newCustomer(tx, { email: email ?? session.customer_email, name, phone, address })
}

/** `{CHECKOUT_SESSION_ID}` in the success URL is the merchant's placeholder. */
export function redirectUrlOf(session: Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}
