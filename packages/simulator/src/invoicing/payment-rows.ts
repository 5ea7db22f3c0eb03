/** The payments of an invoice: which intent is to pay how much of it, and what came of that. */
import type { Invoice, InvoicePayment, PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { cancelIntent, isCancelable } from '../payments/cancel.ts'
import { demand } from '../payments/collect.ts'
import { methodFor } from './default-method.ts'

/** The payment that Stripe makes for what is left to pay, or the one it made before, brought up to date. */
export function defaultPayment(
  tx: Transaction,
  invoice: Invoice,
): { readonly payment: InvoicePayment; readonly intent: PaymentIntent } {
  const known = paymentsOf(tx, invoice.id).find((row) => row.is_default && row.status === 'open')
  const intent = tx.db.find('payment_intent', known?.payment.payment_intent ?? '')
  if (known && intent) return upToDate(tx, invoice, known, intent)
  const made = demand(tx, {
    amount: invoice.amount_remaining,
    currency: invoice.currency,
    customer: invoice.customer,
    description: describe(invoice),
    metadata: {},
    methodTypes: methodTypes(tx, invoice),
    setupFutureUsage: invoice.parent?.subscription_details ? 'off_session' : null,
    statementDescriptor: invoice.statement_descriptor,
    receiptEmail: invoice.customer_email,
  })
  return { payment: newPayment(tx, invoice, made, true), intent: made }
}

function methodTypes(tx: Transaction, invoice: Invoice): readonly string[] {
  const named = invoice.payment_settings.payment_method_types
  const usual = methodFor(tx, invoice)?.type ?? 'card'
  return named ?? [...new Set(['card', usual])]
}

function upToDate(
  tx: Transaction,
  invoice: Invoice,
  payment: InvoicePayment,
  intent: PaymentIntent,
) {
  const amount = invoice.amount_remaining
  if (payment.amount_requested === amount || intent.status === 'processing')
    return { payment, intent }
  return {
    payment: tx.db.put('invoice_payment', { ...payment, amount_requested: amount }),
    intent: tx.db.put('payment_intent', { ...intent, amount }),
  }
}

export function newPayment(
  tx: Transaction,
  invoice: Invoice,
  intent: PaymentIntent,
  isDefault: boolean,
): InvoicePayment {
  const id = tx.newId('inpay_1')
  const { invoicePayments = [] } = tx.db.find('intent_payments', intent.id) ?? {}
  tx.db.put('intent_payments', { id: intent.id, invoicePayments: [...invoicePayments, id] })
  return tx.db.put('invoice_payment', {
    id,
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: Math.min(invoice.amount_remaining, intent.amount),
    created: tx.now,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: isDefault,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  })
}

const reasons: Readonly<Record<string, string>> = {
  subscription_create: 'Subscription creation',
  subscription_cycle: 'Subscription update',
  subscription_update: 'Subscription update',
  subscription_threshold: 'Subscription update',
}

function describe(invoice: Invoice): string {
  return reasons[invoice.billing_reason ?? ''] ?? 'Payment for Invoice'
}

export function paymentsOf(tx: Pick<Transaction, 'db'>, invoice: string): InvoicePayment[] {
  return tx.db.where('invoice_payment', 'invoice', invoice)
}

/** Nothing more is to be paid by what is still open. */
export function cancelOpenPayments(
  tx: Transaction,
  invoice: Invoice,
  reason: PaymentIntent['cancellation_reason'],
): void {
  for (const payment of paymentsOf(tx, invoice.id)) {
    if (payment.status !== 'open') continue
    const intent = tx.db.find('payment_intent', payment.payment.payment_intent ?? '')
    // What the bank is already moving cannot be stopped: it comes in later, as too much.
    if (intent?.status === 'processing') continue
    if (intent && isCancelable(tx, intent)) cancelIntent(tx, intent, reason)
    tx.db.put('invoice_payment', {
      ...payment,
      status: 'canceled',
      status_transitions: { ...payment.status_transitions, canceled_at: tx.now },
    })
  }
}
