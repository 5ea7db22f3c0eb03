/** Lets a payment intent of the caller's own pay for an invoice. */
import type { Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { inParam } from '../http/route.ts'
import { receivePayment } from './paid.ts'
import { newPayment, paymentsOf } from './payment-rows.ts'

type Params = ParamsOf<'POST /v1/invoices/:id/attach_payment'>

export function attachPayment(tx: Transaction, invoice: Invoice, params: Params): Invoice {
  if (params.payment_intent === undefined) throw missingParam('payment_intent')
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw refuse(`You cannot attach a payment to an invoice that is ${invoice.status}.`)
  }
  const param = 'payment_intent'
  const intent = inParam(tx, 'payment_intent', params.payment_intent, param)
  if (intent.status === 'canceled') {
    throw refuse('You cannot attach a PaymentIntent that is canceled.', { param })
  }
  if (intent.currency !== invoice.currency) {
    throw refuse('The PaymentIntent and the invoice must be of one currency.', { param })
  }
  if (intent.customer !== null && intent.customer !== invoice.customer) {
    throw refuse('The PaymentIntent and the invoice must be of one customer.', { param })
  }
  const isAttached = paymentsOf(tx, invoice.id).some(
    ({ payment, status }) => payment.payment_intent === intent.id && status !== 'canceled',
  )
  if (isAttached) {
    throw refuse('The PaymentIntent is already attached to the invoice.', { param })
  }
  const own = inTimeOf(tx, invoice.customer)
  const payment = newPayment(own, invoice, intent, false)
  if (intent.status !== 'succeeded') return invoice
  return receivePayment(own, invoice, payment, intent.amount_received)
}
