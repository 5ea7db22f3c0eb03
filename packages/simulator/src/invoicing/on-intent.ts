/** What a payment intent's change means for the invoice that it pays. */
import type { Invoice, InvoicePayment, PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { failed } from './attempt.ts'
import { receivePayment } from './paid.ts'
import { mayBecome } from './transitions.ts'

export function intentChanged(tx: Transaction, intentId: string): void {
  const intent = tx.db.find('payment_intent', intentId)
  if (!intent) return
  for (const payment of paymentsBy(tx, intentId)) {
    const invoice = tx.db.find('invoice', payment.invoice)
    if (invoice && payment.status === 'open') follow(tx, invoice, payment, intent)
  }
}

function follow(
  tx: Transaction,
  invoice: Invoice,
  payment: InvoicePayment,
  intent: PaymentIntent,
): void {
  const own = inTimeOf(tx, invoice.customer)
  if (intent.status === 'succeeded') {
    receivePayment(own, invoice, payment, intent.amount_received)
  } else if (intent.status === 'canceled') {
    own.db.put('invoice_payment', {
      ...payment,
      status: 'canceled',
      status_transitions: { ...payment.status_transitions, canceled_at: own.now },
    })
  } else if (intent.status === 'requires_payment_method' && mayBecome(invoice, 'paid')) {
    const returned = own.db.find('invoice_secret', invoice.id)?.underWay === true
    failed(own, invoice, { automatic: false, intent, returned })
  }
}

function paymentsBy(tx: Transaction, intentId: string): InvoicePayment[] {
  const { invoicePayments = [] } = tx.db.find('intent_payments', intentId) ?? {}
  return invoicePayments
    .map((id) => tx.db.find('invoice_payment', id))
    .filter((payment) => payment !== undefined)
}
