/** `POST /v1/subscriptions/:id`: terms, items, trial, planned end and collection, told as one change. */
import type { Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { badParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { mergeMetadata } from '../http/route.ts'
import { applyChange, type PaymentParams } from './apply-change.ts'
import { readDetails, readEnd, waitForEnd } from './cancel-at.ts'
import { type ChangeParams, planChange } from './change.ts'
import { readPendingInterval, waitForPending } from './pending-items.ts'
import { dropUpdate } from './pending-update.ts'
import { asOneChange, changeSubscription, currentSubscription } from './save.ts'
import { hasEnded } from './status.ts'
import { readTerms } from './terms.ts'
import { wait } from './timers.ts'
import { endTrial } from './trial-end.ts'

export type UpdateParams = ParamsOf<'POST /v1/subscriptions/:id'>

export function updateSubscription(
  tx: Transaction,
  before: Subscription,
  params: UpdateParams,
): Subscription {
  const own = inTimeOf(tx, before.customer)
  if (hasEnded(before)) return updateEnded(own, before, params)
  if (params.payment_behavior === 'pending_if_incomplete') checkPendable(params)
  asOneChange(own, before, () => update(own, before, params))
  return currentSubscription(own, before)
}

const afterTheEnd = ['metadata', 'cancellation_details']

function updateEnded(tx: Transaction, before: Subscription, params: UpdateParams): Subscription {
  const other = Object.keys(params).find((name) => !afterTheEnd.includes(name))
  if (other !== undefined) {
    throw refuse('A canceled subscription can only update its cancellation_details and metadata.', {
      param: other,
    })
  }
  const details = readDetails(before, params.cancellation_details)
  return changeSubscription(tx, before, {
    ...(details ? { cancellation_details: details } : {}),
    metadata: mergeMetadata(before.metadata, params.metadata),
  })
}

/** A change that may have to wait for its payment can hold only these. */
const pendable = [
  'add_invoice_items',
  'billing_cycle_anchor',
  'items',
  'off_session',
  'payment_behavior',
  'proration_behavior',
  'proration_date',
  'trial_end',
  'trial_from_plan',
]

function checkPendable(params: UpdateParams): void {
  const other = Object.keys(params).find((name) => !pendable.includes(name))
  if (other === undefined) return
  throw refuse(
    `You cannot pass \`${other}\` when \`payment_behavior\` is \`pending_if_incomplete\`.`,
    { param: other },
  )
}

function update(tx: Transaction, before: Subscription, params: UpdateParams): void {
  const termed = changeSubscription(tx, before, {
    ...readTerms(tx, before, params, before),
    ...(params.metadata === undefined
      ? {}
      : { metadata: mergeMetadata(before.metadata, params.metadata) }),
    ...collectionPause(tx, before, params.pause_collection),
    ...readPendingInterval(tx, params.pending_invoice_item_interval),
  })
  if (params.pending_invoice_item_interval) waitForPending(tx, termed)
  changePlan(tx, termed, params)
  const present_ = currentSubscription(tx, termed)
  if (hasEnded(present_)) return
  planEnd(tx, present_, params)
}

export type PhaseChange = Parameters<typeof readTerms>[2] &
  ChangeParams & { readonly metadata?: Readonly<Record<string, string>> | undefined }

/** What the next phase of a schedule changes; the subscription is in its own time already. */
export function reviseSubscription(
  tx: Transaction,
  before: Subscription,
  { metadata, ...params }: PhaseChange,
): void {
  asOneChange(tx, before, () => {
    const termed = changeSubscription(tx, before, {
      ...readTerms(tx, before, params, before),
      metadata: mergeMetadata(before.metadata, metadata),
    })
    changePlan(tx, termed, params)
  })
}

type PlanParams = ChangeParams & PaymentParams

/** A change of the items alone. */
export function changeItems(
  tx: Transaction,
  before: Subscription,
  params: PlanParams,
): Subscription {
  const own = inTimeOf(tx, before.customer)
  if (hasEnded(before)) {
    throw refuse('A canceled subscription can only update its cancellation_details and metadata.', {
      param: 'items',
    })
  }
  asOneChange(own, before, () => changePlan(own, before, params))
  return currentSubscription(own, before)
}

function changePlan(tx: Transaction, before: Subscription, params: PlanParams): void {
  const { trial_end: trialEnd } = params
  const plan = planChange(tx, before, params)
  if (plan) {
    if (before.pending_update) dropUpdate(tx, before)
    if (before.pending_update) changeSubscription(tx, before, { pending_update: null })
    applyChange(tx, currentSubscription(tx, before), plan, params)
  } else if (params.add_invoice_items) {
    throw badParam('add_invoice_items needs a change that is billed.', 'add_invoice_items')
  }
  const after = currentSubscription(tx, before)
  if (trialEnd === 'now' && after.status === 'trialing') {
    tx.emit('customer.subscription.trial_will_end', { ...after, trial_end: tx.now })
    endTrial(tx, after, { asked: true })
  }
}

function planEnd(tx: Transaction, before: Subscription, params: UpdateParams): void {
  const planned = changeSubscription(tx, before, readEnd(tx, before, params))
  if (planned.cancel_at !== before.cancel_at) waitForEnd(tx, planned, params.proration_behavior)
}

function collectionPause(
  tx: Transaction,
  before: Subscription,
  pause: UpdateParams['pause_collection'],
): Partial<Subscription> {
  if (pause === undefined) return {}
  if (pause === null) return { pause_collection: null }
  const resumesAt = pause.resumes_at ?? null
  if (resumesAt !== null) {
    if (resumesAt <= tx.now) {
      throw badParam('resumes_at must be in the future.', 'pause_collection[resumes_at]')
    }
    wait(tx, before, 'collect_again', resumesAt)
  }
  return { pause_collection: { behavior: pause.behavior, resumes_at: resumesAt } }
}
