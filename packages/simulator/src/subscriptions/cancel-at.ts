/** The planned end of a subscription: at a moment, or with the period. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, notSimulated, refuse } from '../http/errors.ts'
import { lastEnd, nextEnd } from './items.ts'
import { changeSecret } from './save.ts'
import { wait } from './timers.ts'

export interface EndParams {
  readonly cancel_at?: number | string | null | undefined
  readonly cancel_at_period_end?: boolean | undefined
  readonly cancellation_details?: DetailParams | undefined
}

export interface DetailParams {
  readonly comment?: string | null | undefined
  readonly feedback?: Details['feedback'] | undefined
  readonly feedback_option?: string | undefined
}

type Details = NonNullable<Subscription['cancellation_details']>
type Planned = Pick<Subscription, 'cancel_at' | 'cancel_at_period_end' | 'canceled_at'>

/** What the parameters change of the planned end and of its reasons. */
export function readEnd(
  tx: Transaction,
  of: Subscription,
  params: EndParams,
): Partial<Subscription> {
  const planned = readPlan(tx, of, params)
  const details = readDetails(of, params.cancellation_details)
  if (planned === undefined) return details === undefined ? {} : { cancellation_details: details }
  const reason = planned.cancel_at === null ? null : 'cancellation_requested'
  return {
    ...planned,
    cancellation_details: { ...(details ?? detailsOf(of)), reason },
  }
}

function readPlan(tx: Transaction, of: Subscription, params: EndParams): Planned | undefined {
  const { cancel_at: at, cancel_at_period_end: atPeriodEnd } = params
  if (at !== undefined && at !== null && atPeriodEnd === true) {
    throw refuse('You may only specify one of these parameters: cancel_at, cancel_at_period_end.', {
      code: 'parameters_exclusive',
      param: 'cancel_at',
    })
  }
  if (atPeriodEnd === true) {
    return { cancel_at: lastEnd(of), cancel_at_period_end: true, canceled_at: tx.now }
  }
  if (at !== undefined && at !== null) {
    return { cancel_at: momentOf(tx, of, at), cancel_at_period_end: false, canceled_at: tx.now }
  }
  if (at === null || (atPeriodEnd === false && of.cancel_at_period_end)) {
    return { cancel_at: null, cancel_at_period_end: false, canceled_at: null }
  }
  return undefined
}

function momentOf(tx: Transaction, of: Subscription, at: number | string): number {
  if (at === 'min_period_end') return nextEnd(of)
  if (at === 'max_period_end') return lastEnd(of)
  if (typeof at === 'string') throw notSimulated('`cancel_at=max_billed_until`', 'cancel_at')
  if (at <= tx.now) {
    throw badParam(
      'Invalid timestamp: must be an integer Unix timestamp in the future.',
      'cancel_at',
    )
  }
  return at
}

function detailsOf({ cancellation_details: details }: Subscription): Details {
  return {
    comment: details?.comment ?? null,
    feedback: details?.feedback ?? null,
    feedback_option: details?.feedback_option ?? null,
    reason: details?.reason ?? null,
  }
}

export function readDetails(
  of: Subscription,
  given: DetailParams | undefined,
): Details | undefined {
  if (!given) return undefined
  const old = detailsOf(of)
  return {
    comment: given.comment === undefined ? old.comment : given.comment,
    feedback: given.feedback === undefined ? old.feedback : given.feedback,
    feedback_option:
      given.feedback_option === undefined ? old.feedback_option : given.feedback_option,
    reason: old.reason,
  }
}

/**
 * Waits for the planned end. One inside a running period gives back what is left of it unless nothing is prorated; one
 * inside a later period always does.
 */
export function waitForEnd(
  tx: Transaction,
  of: Subscription,
  prorations: string | undefined,
): void {
  const at = of.cancel_at
  if (at === null) return
  changeSecret(tx, of.id, { creditsEnd: prorations !== 'none' || at > lastEnd(of) })
  wait(tx, of, 'cancel', at)
}
