/** The routes of invoice payments. */
import { listRoute, retrieveRoute } from '../http/resource.ts'
import type { Route } from '../http/route.ts'

const path = '/v1/invoice_payments'

export const invoicePaymentRoutes: readonly Route[] = [
  retrieveRoute(`GET ${path}/:id`, 'invoice_payment'),
  listRoute(
    `GET ${path}`,
    'invoice_payment',
    (row, { payment }) =>
      payment === undefined ||
      (payment.type === row.payment.type &&
        (payment.payment_intent === undefined ||
          payment.payment_intent === row.payment.payment_intent)),
    ['payment'],
  ),
]
