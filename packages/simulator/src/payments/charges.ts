/** The routes of charges. */
import { previousAttributes } from '../account/transaction.ts'
import {
  fullAddress,
  pageFields,
  shippingFields,
  timeRange,
  within,
} from '../http/common-params.ts'
import { refuse } from '../http/errors.ts'
import { anything, integer, metadataSpec, oneOf, shape, text } from '../http/params.ts'
import { given, inParam, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { captureIntent } from './capture.ts'

export const chargeRoutes: readonly Route[] = [
  route('GET', '/v1/charges/:id', {}, ({ tx, ids }) => inPath(tx, 'charge', ids[0])),
  route(
    'POST',
    '/v1/charges/:id',
    {
      customer: text(),
      description: text(),
      fraud_details: shape({ user_report: oneOf('fraudulent', 'safe') }),
      metadata: metadataSpec(),
      receipt_email: text(),
      shipping: shape(shippingFields),
      transfer_group: text(),
    },
    ({ tx, ids, params }) => {
      const before = inPath(tx, 'charge', ids[0])
      const { metadata, shipping, fraud_details: fraud, customer, ...rest } = params
      if (customer !== undefined) inParam(tx, 'customer', customer, 'customer')
      const after = tx.db.put('charge', {
        ...before,
        ...given({ ...rest, customer }),
        ...(fraud?.user_report ? { fraud_details: { user_report: fraud.user_report } } : {}),
        ...(shipping
          ? { shipping: { ...given(shipping), address: fullAddress(shipping.address) } }
          : {}),
        metadata:
          metadata === undefined ? before.metadata : mergeMetadata(before.metadata, metadata),
      })
      const previous = previousAttributes(before, after)
      if (previous) tx.emit('charge.updated', after, previous)
      return after
    },
  ),
  route(
    'POST',
    '/v1/charges/:id/capture',
    {
      amount: integer(1),
      application_fee_amount: anything(),
      receipt_email: text(),
      statement_descriptor: text(22),
      statement_descriptor_suffix: text(22),
      transfer_data: anything(),
      transfer_group: text(),
    },
    ({ tx, ids, params }) => {
      const charge = inPath(tx, 'charge', ids[0])
      if (charge.captured) {
        throw refuse(`Charge ${charge.id} has already been captured.`, {
          code: 'charge_already_captured',
        })
      }
      const intent = tx.db.find('payment_intent', charge.payment_intent ?? '')
      if (intent?.status !== 'requires_capture') {
        throw refuse(`Charge ${charge.id} cannot be captured.`)
      }
      captureIntent(tx, intent, params.amount ?? intent.amount_capturable)
      return inPath(tx, 'charge', charge.id)
    },
  ),
  route(
    'GET',
    '/v1/charges',
    {
      ...pageFields,
      created: timeRange(),
      customer: text(),
      payment_intent: text(),
      transfer_group: text(),
    },
    ({ tx, params }) => {
      const { customer, payment_intent: intent, transfer_group: group } = params
      const rows = tx.db
        .all('charge')
        .filter(
          (charge) =>
            within(charge.created, params.created) &&
            (customer === undefined || charge.customer === customer) &&
            (intent === undefined || charge.payment_intent === intent) &&
            (group === undefined || charge.transfer_group === group),
        )
      return page(rows, '/v1/charges', params)
    },
  ),
]
