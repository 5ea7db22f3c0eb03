/** When a subscription begins: its trial, the anchor of its billing, the first period of each item. */
import type { Price, Subscription } from '../account/tables.ts'
import { badParam, refuse } from '../http/errors.ts'
import { type Anchor, type AnchorConfig, anchorFrom, type Period, periodAt } from './periods.ts'
import { cadenceOf } from './prices.ts'

const day = 24 * 60 * 60
const trialDaysMax = 730

export interface StartParams {
  readonly billing_cycle_anchor?: number | undefined
  readonly billing_cycle_anchor_config?: AnchorConfig | undefined
  readonly trial_end?: 'now' | number | undefined
  readonly trial_from_plan?: boolean | undefined
  readonly trial_period_days?: number | undefined
}

export interface Start {
  readonly anchor: number
  readonly anchorConfig: Subscription['billing_cycle_anchor_config']
  readonly trial: Period | null
}

export function readStart(now: number, params: StartParams, prices: readonly Price[]): Start {
  const trialEnd = readTrialEnd(now, params, prices)
  const trial = trialEnd === null ? null : { start: now, end: trialEnd }
  const config = params.billing_cycle_anchor_config
  if (config && params.billing_cycle_anchor !== undefined) {
    throw refuse(
      'You may only specify one of these parameters: billing_cycle_anchor, billing_cycle_anchor_config.',
      { code: 'parameters_exclusive', param: 'billing_cycle_anchor_config' },
    )
  }
  const anchorConfig = config
    ? {
        day_of_month: config.day_of_month,
        hour: config.hour ?? null,
        minute: config.minute ?? null,
        month: config.month ?? null,
        second: config.second ?? null,
      }
    : null
  const from = trialEnd ?? now
  if (config) return { anchor: anchorFrom(config, from), anchorConfig, trial }
  const anchor = params.billing_cycle_anchor
  if (anchor === undefined) return { anchor: from, anchorConfig, trial }
  checkAnchor(now, from, anchor, prices)
  return { anchor, anchorConfig, trial }
}

function checkAnchor(now: number, from: number, anchor: number, prices: readonly Price[]): void {
  if (anchor < now)
    throw badParam('billing_cycle_anchor must be in the future.', 'billing_cycle_anchor')
  for (const price of prices) {
    const natural = periodAt({ time: from }, cadenceOf(price), from).end
    if (anchor > natural) {
      throw refuse(
        `billing_cycle_anchor cannot be later than next natural billing date (${natural}) for plan.`,
        { param: 'billing_cycle_anchor' },
      )
    }
  }
}

function readTrialEnd(now: number, params: StartParams, prices: readonly Price[]): number | null {
  const { trial_end: end, trial_period_days: days, trial_from_plan: fromPlan } = params
  if (end !== undefined && days !== undefined) {
    throw refuse('You may only specify one of these parameters: trial_end, trial_period_days.', {
      code: 'parameters_exclusive',
      param: 'trial_period_days',
    })
  }
  if (end === 'now') return null
  if (end !== undefined) return checkTrialEnd(now, end)
  if (days !== undefined) {
    if (days < 1 || days > trialDaysMax) {
      throw badParam(
        `Invalid integer: trial_period_days must be from 1 to ${trialDaysMax}`,
        'trial_period_days',
        'parameter_invalid_integer',
      )
    }
    return now + days * day
  }
  if (fromPlan !== true) return null
  const longest = Math.max(0, ...prices.map((price) => price.recurring?.trial_period_days ?? 0))
  return longest > 0 ? now + longest * day : null
}

export function checkTrialEnd(now: number, end: number): number {
  if (end <= now) {
    throw badParam(
      'Invalid timestamp: must be an integer Unix timestamp in the future.',
      'trial_end',
    )
  }
  if (end > now + trialDaysMax * day) {
    throw badParam('Invalid timestamp: can be no more than two years in the future.', 'trial_end')
  }
  return end
}

/** The stretch that begins at `from`, and the whole period of which it may be the rest. */
export interface Opening {
  readonly period: Period
  readonly whole: Period
}

export function opening(anchor: Anchor, price: Price, from: number): Opening {
  const whole = periodAt(anchor, cadenceOf(price), from)
  return { period: { start: from, end: whole.end }, whole }
}
