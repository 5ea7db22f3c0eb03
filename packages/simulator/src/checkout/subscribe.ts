/** Subscription mode: the subscription is made when its first payment has gone through, and not before. */
import type {
  BuyerDetails,
  Customer,
  Invoice,
  PaymentIntent,
  PaymentMethod,
  Session,
  SessionSecret,
} from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { attach } from '../customers/instruments.ts'
import { rememberSetUp } from '../customers/method-state.ts'
import { finalizeInvoice } from '../invoicing/finalize.ts'
import { receivePayment } from '../invoicing/paid.ts'
import { paymentsOf } from '../invoicing/payment-rows.ts'
import type { Attempt } from '../payments/attempt.ts'
import { setUp } from '../payments/set-up.ts'
import { setupRefused } from '../payments/setup-refused.ts'
import { type CreateParams, createSubscription } from '../subscriptions/create.ts'
import { completeSession, existingOrNew } from './complete.ts'
import { asBilled, isRecurring } from './totals.ts'

type Success = Exclude<Attempt, { kind: 'declined' | 'requires_action' }>

/** `attempt` paid what is due today; undefined when nothing is. */
export function subscribe(
  tx: Transaction,
  session: Session,
  method: PaymentMethod | undefined,
  buyer: BuyerDetails,
  attempt: Success | undefined,
): Session {
  const secret = tx.db.find('session_secret', session.id)
  if (method && !attempt) checkMethod(tx, session, method)
  const customer = existingOrNew(tx, session, buyer)
  if (!secret || !customer) throw new Error('A subscription needs a customer.')
  if (method) keepMethod(tx, method, customer)
  const intent = attempt && ownedBy(tx, attempt, customer)
  const params = paramsOf(session, secret, customer, method)
  const subscription = createSubscription(tx, params, (draft) => settle(tx, draft, intent))
  return completeSession(tx, session, buyer, {
    ...(attempt ? { attempt } : {}),
    customer: customer.id,
    subscription: subscription.id,
    invoice: subscription.latest_invoice,
  })
}

/** With nothing to pay today, a setup intent finds out whether the method will do. */
function checkMethod(tx: Transaction, session: Session, method: PaymentMethod): void {
  const entry = { customer: session.customer, methodTypes: session.payment_method_types, method }
  const intent = setUp(tx, entry, { authenticated: true })
  if (intent.status !== 'succeeded') throw setupRefused(intent)
}

/** The buyer is there, and agrees to be charged later without being there. */
function keepMethod(tx: Transaction, method: PaymentMethod, customer: Customer): void {
  attach(tx, tx.db.find('payment_method', method.id) ?? method, customer)
  rememberSetUp(tx, method.id)
}

/** The payment was begun before there was a customer. */
function ownedBy(tx: Transaction, attempt: Success, customer: Customer): PaymentIntent {
  const charge = tx.db.find('charge', attempt.charge.id) ?? attempt.charge
  tx.db.put('charge', { ...charge, customer: customer.id })
  return tx.db.put('payment_intent', { ...attempt.intent, customer: customer.id })
}

/** The first invoice is paid by what the buyer has just paid. */
function settle(tx: Transaction, draft: Invoice, intent: PaymentIntent | undefined): Invoice {
  const open = finalizeInvoice(tx, draft, intent ? { paidBy: intent } : {})
  const [payment] = paymentsOf(tx, open.id)
  if (open.status !== 'open' || !payment || intent?.status !== 'succeeded') return open
  return receivePayment(tx, open, payment, intent.amount_received)
}

function paramsOf(
  session: Session,
  { asked, lineItems, taxRates }: SessionSecret,
  customer: Customer,
  method: PaymentMethod | undefined,
): CreateParams {
  const data = asked.subscription_data ?? {}
  const lines = asBilled(lineItems).map((line) => ({
    price: line.price?.id ?? '',
    isAgreed: true,
    ...(line.quantity === null ? {} : { quantity: line.quantity }),
    ...(taxRates[line.id]?.length ? { tax_rates: [...(taxRates[line.id] ?? [])] } : {}),
    isRecurring: isRecurring(line),
  }))
  const chosen = (recurring: boolean) =>
    lines
      .filter((line) => line.isRecurring === recurring)
      .map(({ isRecurring: _, ...rest }) => rest)
  const [discount] = session.discounts ?? []
  const { default_tax_rates, description, metadata, trial_end, trial_period_days } = data
  return {
    customer: customer.id,
    items: chosen(true),
    // The newest of pending items stands first on an invoice.
    add_invoice_items: chosen(false).reverse(),
    leavesPending: true,
    ...(method ? { default_payment_method: method.id } : {}),
    ...(discount
      ? {
          discounts: [
            discount.promotion_code === null
              ? { coupon: discount.coupon ?? '' }
              : { promotion_code: discount.promotion_code },
          ],
        }
      : {}),
    ...(default_tax_rates === undefined ? {} : { default_tax_rates }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(trial_end === undefined ? {} : { trial_end }),
    ...(trial_period_days === undefined ? {} : { trial_period_days }),
    ...(data.invoice_settings === undefined ? {} : { invoice_settings: data.invoice_settings }),
    ...(data.proration_behavior === undefined
      ? {}
      : { proration_behavior: data.proration_behavior }),
    ...(data.trial_settings === undefined ? {} : { trial_settings: data.trial_settings }),
    ...(data.billing_mode === undefined ? {} : { billing_mode: data.billing_mode }),
  }
}
