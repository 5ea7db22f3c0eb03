/** The invoice of a one-off order, where the merchant asked for one: made when the money is there, and paid by it. */
import type { PaymentIntent, Session, SessionSecret } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { draftInvoice } from '../invoicing/draft.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { finalizeInvoice } from '../invoicing/finalize.ts'
import { receivePayment } from '../invoicing/paid.ts'
import { paymentsOf } from '../invoicing/payment-rows.ts'

/** Answers the invoice's id; null when none was asked for. `session` has its customer. */
export function invoiceFor(
  tx: Transaction,
  session: Session,
  intent: PaymentIntent | undefined,
): string | null {
  const asked = session.invoice_creation
  const secret = tx.db.find('session_secret', session.id)
  // Whoever has been deleted meanwhile gets no invoice any more.
  const customer = tx.db.find('customer', session.customer ?? '')
  if (!asked?.enabled || !customer || !secret?.settled) return null
  const { description, footer, metadata, custom_fields } = asked.invoice_data
  const draft = draftInvoice(tx, {
    customer: customer.id,
    currency: session.currency ?? '',
    collectionMethod: 'charge_automatically',
    billingReason: 'manual',
    parent: null,
    autoAdvance: false,
    description,
    metadata: metadata ?? {},
    discounts: secret.settled.discounts.map((discount) => ({ discount })),
    settled: secret.settled,
    lines: linesOf(tx, session, secret),
    more: { custom_fields, footer },
  })
  const open = finalizeInvoice(tx, draft, intent ? { paidBy: intent } : {})
  const [payment] = paymentsOf(tx, open.id)
  if (open.status === 'open' && payment && intent) {
    receivePayment(tx, open, payment, intent.amount_received)
  }
  return open.id
}

function linesOf(tx: Transaction, session: Session, secret: SessionSecret): LineEntry[] {
  const period = { start: tx.now, end: tx.now }
  const lines = secret.lineItems.map((line) => ({
    price: line.price?.id,
    quantity: line.quantity,
    description: line.description,
    period,
    taxRates: secret.taxRates[line.id] ?? [],
    metadata: line.metadata ?? {},
  }))
  const shipping = session.shipping_cost?.amount_total ?? 0
  if (shipping === 0) return lines
  return [
    ...lines,
    { amount: shipping, quantity: 1, description: 'Shipping', period, discountable: false },
  ]
}
