/** The routes of checkout sessions. */

import { pageFields, timeRange, within } from '../http/common-params.ts'
import { refuse } from '../http/errors.ts'
import { listPageBy } from '../http/list-page.ts'
import { oneOf, shape, text } from '../http/params.ts'
import { api, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { createSession } from './create-session.ts'
import { expireSession } from './expiry.ts'
import { olderFields, refusedParams } from './session-params.ts'

const listFields = {
  ...pageFields,
  created: timeRange(),
  customer: text(),
  customer_details: shape({ email: text() }),
  payment_intent: text(),
  payment_link: text(),
  status: oneOf('complete', 'expired', 'open'),
  subscription: text(),
}

export const sessionRoutes: readonly Route[] = [
  api('POST /v1/checkout/sessions', ({ tx, params }) => createSession(tx, params), {
    fields: olderFields,
    refuses: refusedParams,
  }),
  api('GET /v1/checkout/sessions/:id', ({ tx, ids }) => inPath(tx, 'session', ids[0])),
  api(
    'POST /v1/checkout/sessions/:id',
    ({ tx, ids, params }) => {
      const session = inPath(tx, 'session', ids[0])
      if (params.metadata === undefined) return session
      return tx.db.put('session', {
        ...session,
        metadata: mergeMetadata(session.metadata, params.metadata),
      })
    },
    { refuses: ['collected_information', 'line_items', 'payment_intent_data', 'shipping_options'] },
  ),
  route('POST', '/v1/checkout/sessions/:id/expire', {}, ({ tx, ids }) => {
    const session = inPath(tx, 'session', ids[0])
    if (session.status !== 'open') {
      throw refuse(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      )
    }
    return expireSession(tx, session)
  }),
  route('GET', '/v1/checkout/sessions/:id/line_items', pageFields, ({ tx, ids, params }) => {
    const session = inPath(tx, 'session', ids[0])
    const rows = tx.db.find('session_secret', session.id)?.lineItems ?? []
    return page(rows, `/v1/checkout/sessions/${session.id}/line_items`, params)
  }),
  route('GET', '/v1/checkout/sessions', listFields, ({ tx, params }) => {
    const email = params.customer_details?.email
    return listPageBy(
      tx.db,
      'session',
      ['customer', params.customer],
      '/v1/checkout/sessions',
      params,
      (session) =>
        within(session.created, params.created) &&
        (email === undefined || session.customer_details?.email === email) &&
        (params.payment_intent === undefined || session.payment_intent === params.payment_intent) &&
        (params.payment_link === undefined || session.payment_link === params.payment_link) &&
        (params.subscription === undefined || session.subscription === params.subscription) &&
        (params.status === undefined || session.status === params.status),
    )
  }),
]
