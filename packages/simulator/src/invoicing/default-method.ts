/** By what an invoice is paid unless somebody names another method. */
import type { Invoice, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

/** The invoice's own method, else its subscription's, else its customer's. */
export function methodFor(tx: Transaction, invoice: Invoice): PaymentMethod | undefined {
  const subscriptionId = invoice.parent?.subscription_details?.subscription
  const subscription = tx.db.find('subscription', subscriptionId ?? '')
  const customer = tx.db.find('customer', invoice.customer ?? '')
  const candidates = [
    invoice.default_payment_method,
    invoice.default_source,
    subscription?.default_payment_method,
    subscription?.default_source,
    customer?.invoice_settings.default_payment_method,
    customer?.default_source,
  ]
  // A method that is another's, or nobody's any more, pays nothing.
  return candidates
    .map((id) => tx.db.find('payment_method', id ?? ''))
    .find((method) => method !== undefined && method.customer === invoice.customer)
}
