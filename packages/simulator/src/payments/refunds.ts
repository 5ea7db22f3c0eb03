/** The routes of refunds. */
import type { Charge } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { refuse } from '../http/errors.ts'
import { anything, flag, integer, metadataSpec, oneOf, text } from '../http/params.ts'
import { inParam, inPath, mergeMetadata, page, type Route, route } from '../http/route.ts'
import { makeRefund } from './refund-life.ts'

function chargeOf(
  tx: Transaction,
  params: { charge?: string | undefined; payment_intent?: string | undefined },
): Charge {
  if (params.charge !== undefined) return inParam(tx, 'charge', params.charge, 'charge')
  if (params.payment_intent === undefined) {
    throw refuse(
      'One of the following params should be provided for this request: payment_intent or charge.',
      {
        code: 'parameter_missing',
        param: 'payment_intent',
      },
    )
  }
  const intent = inParam(tx, 'payment_intent', params.payment_intent, 'payment_intent')
  const charge = tx.db.find('charge', intent.latest_charge ?? '')
  if (!charge || charge.status === 'failed') {
    throw refuse('This PaymentIntent does not have a successful charge to refund.', {
      param: 'payment_intent',
    })
  }
  return charge
}

function money(amount: number, currency: string): string {
  const figure = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  return figure.format(amount / 10 ** (figure.resolvedOptions().maximumFractionDigits ?? 2))
}

/** Refuses what cannot be refunded; answers the amount that will be. */
function refundable(charge: Charge, asked: number | undefined): number {
  const remainder = charge.amount_captured - charge.amount_refunded
  if (charge.refunded || remainder <= 0) {
    throw refuse(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    })
  }
  if (charge.status !== 'succeeded') {
    throw refuse(`Charge ${charge.id} is ${charge.status} and cannot be refunded.`, {
      code: 'charge_not_refundable',
    })
  }
  const amount = asked ?? remainder
  if (amount > remainder) {
    const [wanted, left] = [money(amount, charge.currency), money(remainder, charge.currency)]
    throw refuse(
      `Refund amount (${wanted}) is greater than unrefunded amount on charge (${left})`,
      {
        param: 'amount',
      },
    )
  }
  return amount
}

export const refundRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/refunds',
    {
      amount: integer(1),
      charge: text(),
      currency: text(3),
      customer: text(),
      instructions_email: text(),
      metadata: metadataSpec(),
      origin: anything(),
      payment_intent: text(),
      reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
      refund_application_fee: flag(),
      reverse_transfer: flag(),
    },
    ({ tx, params }) => {
      const charge = chargeOf(tx, params)
      return makeRefund(tx, charge, {
        amount: refundable(charge, params.amount),
        metadata: mergeMetadata({}, params.metadata),
        reason: params.reason ?? null,
      })
    },
  ),
  route('GET', '/v1/refunds/:id', {}, ({ tx, ids }) => inPath(tx, 'refund', ids[0])),
  route('POST', '/v1/refunds/:id', { metadata: metadataSpec() }, ({ tx, ids, params }) => {
    const before = inPath(tx, 'refund', ids[0])
    if (params.metadata === undefined) return before
    const after = tx.db.put('refund', {
      ...before,
      metadata: mergeMetadata(before.metadata, params.metadata),
    })
    const previous = previousAttributes(before, after)
    if (previous) {
      tx.emit('refund.updated', after, previous)
      tx.emit('charge.refund.updated', after, previous)
    }
    return after
  }),
  route('POST', '/v1/refunds/:id/cancel', {}, ({ tx, ids }) => {
    const refund = inPath(tx, 'refund', ids[0])
    throw refuse(
      `You can only cancel a refund with status requires_action; this refund's status is ${refund.status}.`,
    )
  }),
  route(
    'GET',
    '/v1/refunds',
    { ...pageFields, charge: text(), created: timeRange(), payment_intent: text() },
    ({ tx, params }) => {
      const rows = tx.db
        .all('refund')
        .filter(
          (refund) =>
            within(refund.created, params.created) &&
            (params.charge === undefined || refund.charge === params.charge) &&
            (params.payment_intent === undefined ||
              refund.payment_intent === params.payment_intent),
        )
      return page(rows, '/v1/refunds', params)
    },
  ),
]
