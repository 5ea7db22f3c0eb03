/** `/v1/payment_pages/:cs`: the undocumented routes by which the official CLI pays a session. */
import { findMethod, nobody } from '../customers/instruments.ts'
import { refuse } from '../http/errors.ts'
import { anything, integer, required, text } from '../http/params.ts'
import { inPath, type Route, route } from '../http/route.ts'
import { paySession } from './pay-session.ts'

export const paymentPageRoutes: readonly Route[] = [
  route('GET', '/v1/payment_pages/:id', {}, ({ tx, ids }) => inPath(tx, 'session', ids[0])),
  route(
    'POST',
    '/v1/payment_pages/:id/confirm',
    {
      payment_method: text(),
      expected_amount: required(integer(0)),
      eid: anything(),
      key: anything(),
      return_url: anything(),
    },
    ({ tx, ids, params }) => {
      const session = inPath(tx, 'session', ids[0])
      if (session.status !== 'open') {
        throw refuse(`This Checkout Session is no longer open: its status is ${session.status}.`)
      }
      if (params.expected_amount !== (session.amount_total ?? 0)) {
        throw refuse(
          `The expected amount ${params.expected_amount} does not match the Checkout Session's total of ${session.amount_total ?? 0}.`,
          { param: 'expected_amount' },
        )
      }
      const method =
        params.payment_method === undefined
          ? undefined
          : findMethod(tx, params.payment_method, 'payment_method')
      const { email, name, phone, address } = method?.billing_details ?? nobody
      return paySession(tx, session, method, { email, name, phone, address }).session
    },
  ),
]
