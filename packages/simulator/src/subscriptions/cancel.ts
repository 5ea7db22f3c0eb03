/** `DELETE /v1/subscriptions/:id`: the end at once, with or without giving back what is left. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import { type DetailParams, readDetails } from './cancel-at.ts'
import { conclude } from './end.ts'
import { hasEnded } from './status.ts'

export interface CancelParams {
  readonly cancellation_details?: DetailParams | undefined
  readonly invoice_now?: boolean | undefined
  readonly prorate?: boolean | undefined
}

export function cancelSubscription(
  tx: Transaction,
  before: Subscription,
  { cancellation_details: details, invoice_now: invoices = false, prorate = false }: CancelParams,
): Subscription {
  const own = inTimeOf(tx, before.customer)
  if (hasEnded(before)) {
    throw refuse(`No such subscription: '${before.id}'`, {
      code: 'resource_missing',
      param: 'id',
      status: 404,
    })
  }
  const told = readDetails(before, details)
  return conclude(own, before, {
    reason: 'cancellation_requested',
    credits: prorate,
    pending: invoices ? 'collect' : prorate ? 'keep' : 'drop',
    changes: { canceled_at: own.now, ...(told ? { cancellation_details: told } : {}) },
  })
}
