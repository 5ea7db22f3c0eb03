/** The payment methods of a customer, by the customer's path. */
import { noSuch } from '../http/errors.ts'
import { api, inPath, page, type Route } from '../http/route.ts'

const path = '/v1/customers/:id/payment_methods'

export const customerMethodRoutes: readonly Route[] = [
  api(`GET ${path}`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const { allow_redisplay: redisplay, type } = params
    const rows = tx.db
      .where('payment_method', 'customer', id)
      .filter(
        (method) =>
          (type === undefined || method.type === type) &&
          (redisplay === undefined || method.allow_redisplay === redisplay),
      )
    return page(rows, `/v1/customers/${id}/payment_methods`, params)
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => {
    const customer = inPath(tx, 'customer', ids[0])
    const method = inPath(tx, 'payment_method', ids[1])
    if (method.customer === customer.id) return method
    throw noSuch('PaymentMethod', method.id, 'payment_method', 404)
  }),
]
