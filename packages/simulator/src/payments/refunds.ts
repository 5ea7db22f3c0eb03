/** The routes of refunds. */
import type { Charge } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { formatMoney } from '../catalogue/money.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import { integer } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
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
  const charge = tx.db
    .where('charge', 'payment_intent', intent.id)
    .find(({ status, captured }) => status !== 'failed' && captured)
  if (!charge) {
    throw refuse('This PaymentIntent does not have a successful charge to refund.', {
      param: 'payment_intent',
    })
  }
  return charge
}

/** A chargeback has taken the money already; an inquiry has not. */
function isChargedBack(tx: Transaction, charge: Charge): boolean {
  if (!charge.disputed) return false
  return tx.db.where('dispute', 'charge', charge.id).some((d) => !d.is_charge_refundable)
}

/** Refuses what cannot be refunded; answers the amount that will be. */
function refundable(tx: Transaction, charge: Charge, asked: number | undefined): number {
  const remainder = charge.amount - charge.amount_refunded
  if (charge.refunded || remainder <= 0) {
    throw refuse(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    })
  }
  if (charge.status !== 'succeeded' || !charge.captured) {
    const state = charge.captured ? charge.status : 'uncaptured'
    throw refuse(`Charge ${charge.id} is ${state} and cannot be refunded.`, {
      code: 'charge_not_refundable',
    })
  }
  if (isChargedBack(tx, charge)) {
    throw refuse(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    })
  }
  const amount = asked ?? remainder
  if (amount > remainder) {
    const [wanted, left] = [
      formatMoney(amount, charge.currency),
      formatMoney(remainder, charge.currency),
    ]
    throw refuse(
      `Refund amount (${wanted}) is greater than unrefunded amount on charge (${left})`,
      { param: 'amount' },
    )
  }
  return amount
}

const path = '/v1/refunds'

export const refundRoutes: readonly Route[] = [
  api(
    `POST ${path}`,
    ({ tx, params }) => {
      const charge = chargeOf(tx, params)
      const amount = refundable(tx, charge, params.amount)
      return makeRefund(inTimeOf(tx, charge.customer), charge, {
        amount,
        metadata: mergeMetadata({}, params.metadata),
        reason: params.reason ?? null,
      })
    },
    {
      fields: { amount: integer(1) },
      refuses: [
        'currency',
        'customer',
        'instructions_email',
        'origin',
        'refund_application_fee',
        'reverse_transfer',
      ],
    },
  ),
  retrieveRoute(`GET ${path}/:id`, 'refund'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const before = inPath(tx, 'refund', ids[0])
    const after = applyUpdate(tx, 'refund', before, {}, params.metadata, 'refund.updated')
    const previous = previousAttributes(before, after)
    if (previous) tx.emit('charge.refund.updated', after, previous)
    return after
  }),
  api(`POST ${path}/:id/cancel`, ({ tx, ids }) => {
    const refund = inPath(tx, 'refund', ids[0])
    throw refuse(
      `You can only cancel a refund with status requires_action; this refund's status is ${refund.status}.`,
    )
  }),
  listRoute(`GET ${path}`, 'refund'),
]
