/** A change of what a subscription is for: which prorations it brings, and whether it is billed at once. */
import type { Price, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam } from '../http/errors.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { amountOf } from './amounts.ts'
import { afters, type ItemChange, isPriced, type Step, stepsOf } from './item-changes.ts'
import { itemList } from './items.ts'
import { periodOf, trialLine, wholeLine } from './lines.ts'
import { anchorOf, isSameCadence, type Period } from './periods.ts'
import { cadenceOf, isMetered } from './prices.ts'
import { creditLine, creditLines, restLines } from './prorations.ts'
import { inNextPeriod } from './renewal-lines.ts'
import { checkTrialEnd, opening } from './start.ts'
import { usageSoFar } from './usage.ts'

export interface ChangeParams {
  readonly items?: readonly ItemChange[] | undefined
  readonly billing_cycle_anchor?: { readonly type: string } | undefined
  readonly trial_end?: 'now' | number | undefined
  readonly proration_behavior?: string | undefined
  readonly proration_date?: number | undefined
}

/** What a change comes to, before anything of it is stored. */
export interface ChangePlan {
  readonly after: Subscription
  readonly steps: readonly Step[]
  readonly prorations: readonly LineEntry[]
  /** New periods that begin now. */
  readonly lines: readonly LineEntry[]
  readonly isBilledNow: boolean
}

/** Undefined when the parameters change nothing of this. The end of a trial is not planned here. */
export function planChange(
  tx: Transaction,
  before: Subscription,
  params: ChangeParams,
): ChangePlan | undefined {
  const trialEnd = typeof params.trial_end === 'number' ? params.trial_end : undefined
  const isAnchored = params.billing_cycle_anchor?.type === 'now'
  if (!params.items && trialEnd === undefined && !isAnchored) return undefined
  const change: Change = {
    before,
    steps: stepsOf(tx, before, params.items ?? [], ({ price }) => periodFor(tx, before, price)),
    at: readDate(tx, before, params.proration_date),
    prorates: params.proration_behavior !== 'none' && !isFree(before),
  }
  if (trialEnd !== undefined) return planTrial(tx, change, trialEnd)
  const resets = isAnchored || change.steps.some(resetsBilling(change.steps))
  if (resets && before.status !== 'trialing') return planNewPeriods(tx, change)
  return planInsidePeriod(tx, change, params.proration_behavior === 'always_invoice')
}

interface Change {
  readonly before: Subscription
  readonly steps: readonly Step[]
  /** The moment that prorations are counted from. */
  readonly at: number
  readonly prorates: boolean
}

/** Nothing was paid for the running periods, or is to be. */
function isFree({ status }: Subscription): boolean {
  return status === 'trialing' || status === 'incomplete' || status === 'paused'
}

/** A new item joins those that are billed as it is. */
function periodFor(tx: Transaction, of: Subscription, price: Price): Period {
  const sibling = of.items.data.find(
    (item) => of.status === 'trialing' || isSameCadence(cadenceOf(item.price), cadenceOf(price)),
  )
  return sibling ? periodOf(sibling) : opening(anchorOf(of), price, tx.now).whole
}

/** The periods stay: what changes is given back and owed for what is left of them. */
function planInsidePeriod(
  tx: Transaction,
  { at, before, prorates, steps }: Change,
  invoices: boolean,
): ChangePlan {
  const after = { ...before, items: itemList(before.id, afters(steps)) }
  const left = steps.filter((step) => step.before?.price.id !== step.after?.price.id)
  const prorations = [
    ...(prorates ? partsOf(tx, before, after, steps.filter(isPriced), at) : []),
    ...usageOf(tx, before, left),
  ]
  return {
    after,
    steps,
    prorations,
    lines: [],
    isBilledNow: invoices && prorations.length > 0,
  }
}

/** Of each step what it gives back, then what it owes. */
function partsOf(
  tx: Transaction,
  before: Subscription,
  after: Subscription,
  steps: readonly Step[],
  at: number,
): LineEntry[] {
  const owed = restLines(tx, after, afters(steps), () => at).filter(({ amount }) => amount !== 0)
  return steps.flatMap((step) => [
    ...(step.before ? creditLine(tx, before, step.before, at) : []),
    ...owed.filter(({ subscriptionItem: id }) => id === step.after?.id),
  ])
}

/** What is owed for metered items whose period ends here, whatever is prorated. */
function usageOf(tx: Transaction, of: Subscription, steps: readonly Step[]): LineEntry[] {
  if (of.status === 'trialing') return []
  const ended = new Set(steps.map(({ before }) => before?.id))
  return usageSoFar(tx, of).filter(({ subscriptionItem: id }) => ended.has(id ?? undefined))
}

/** Another interval, or the first that costs anything, is billed now and sets the billing date. */
function resetsBilling(steps: readonly Step[]) {
  const costs = (of: 'before' | 'after') =>
    steps.some(({ [of]: item }) => item && (isMetered(item.price) || amountOf(item) > 0))
  const becomesPaid = !costs('before') && costs('after')
  return ({ before, after }: Step): boolean => {
    if (!before || !after) return false
    return becomesPaid || !isSameCadence(cadenceOf(before.price), cadenceOf(after.price))
  }
}

/** Billing begins anew at this moment, with an invoice. */
function planNewPeriods(tx: Transaction, { at, before, prorates, steps }: Change): ChangePlan {
  const data = inNextPeriod({ time: tx.now }, afters(steps), tx.now)
  const after = {
    ...before,
    billing_cycle_anchor: tx.now,
    billing_cycle_anchor_config: null,
    items: itemList(before.id, data),
  }
  return {
    after,
    steps,
    prorations: prorates ? creditLines(tx, before, at) : [],
    lines: [...usageOf(tx, before, steps), ...data.map((item) => wholeLine(tx, after, item))],
    isBilledNow: true,
  }
}

/** From now until then it is free, and billing begins then. */
function planTrial(
  tx: Transaction,
  { at, before, prorates, steps }: Change,
  trialEnd: number,
): ChangePlan {
  const end = checkTrialEnd(tx.now, trialEnd)
  const isLonger = before.status === 'trialing'
  const start = isLonger ? (before.trial_start ?? tx.now) : tx.now
  const data = afters(steps).map((item) => ({
    ...item,
    current_period_start: start,
    current_period_end: end,
  }))
  const after: Subscription = {
    ...before,
    status: 'trialing',
    billing_cycle_anchor: end,
    billing_cycle_anchor_config: null,
    trial_start: start,
    trial_end: end,
    items: itemList(before.id, data),
  }
  return {
    after,
    steps,
    prorations: prorates ? creditLines(tx, before, at) : [],
    lines: isLonger ? [] : data.map((item) => trialLine(tx, after, item, { start, end })),
    isBilledNow: !isLonger,
  }
}

function readDate(tx: Transaction, of: Subscription, date: number | undefined): number {
  if (date === undefined) return tx.now
  const isInside = of.items.data.every(
    (item) => date >= item.current_period_start && date <= item.current_period_end,
  )
  if (isInside) return date
  throw badParam(
    'Invalid timestamp: proration_date must be inside the current period of the subscription.',
    'proration_date',
  )
}
