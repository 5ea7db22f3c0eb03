/** The routes of charges. */
import type { Charge } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { fullAddress } from '../http/common-params.ts'
import { refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer, text } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, given, inParam, inPath, type Route } from '../http/route.ts'
import { captureIntent } from './capture.ts'

const path = '/v1/charges'

function update(tx: Transaction, charge: Charge, params: ParamsOf<'POST /v1/charges/:id'>): Charge {
  const { metadata, shipping, fraud_details: fraud, receipt_email: email, ...rest } = params
  if (rest.customer !== undefined) inParam(tx, 'customer', rest.customer, 'customer')
  return applyUpdate(
    tx,
    'charge',
    charge,
    {
      ...rest,
      ...(email === undefined ? {} : { receipt_email: email }),
      ...(fraud?.user_report ? { fraud_details: { user_report: fraud.user_report } } : {}),
      ...(shipping
        ? { shipping: { ...given(shipping), address: fullAddress(shipping.address) } }
        : {}),
    },
    metadata,
    'charge.updated',
  )
}

export const chargeRoutes: readonly Route[] = [
  retrieveRoute(`GET ${path}/:id`, 'charge'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) =>
    update(tx, inPath(tx, 'charge', ids[0]), params),
  ),
  api(
    `POST ${path}/:id/capture`,
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
      const { amount: amount_to_capture, ...rest } = params
      captureIntent(inTimeOf(tx, charge.customer), intent, {
        ...given({ amount_to_capture }),
        ...given({
          statement_descriptor: rest.statement_descriptor,
          statement_descriptor_suffix: rest.statement_descriptor_suffix,
        }),
      })
      return inPath(tx, 'charge', charge.id)
    },
    {
      fields: {
        amount: integer(1),
        statement_descriptor: text(22),
        statement_descriptor_suffix: text(22),
      },
      refuses: [
        'application_fee',
        'application_fee_amount',
        'receipt_email',
        'transfer_data',
        'transfer_group',
      ],
    },
  ),
  listRoute(`GET ${path}`, 'charge'),
]
