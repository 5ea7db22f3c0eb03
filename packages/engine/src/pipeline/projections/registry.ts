// Owns the table from event type to projection: what differs between types is a row here.
import type { Queryable } from '../../ports/database.ts'
import type { Mode } from '../../types.ts'
import type { JsonObject } from '../inbox/lanes.ts'
import { planRefund } from './orders/refunds.ts'
import { type AllowancesOf, askForSession, settleSession } from './orders/settle.ts'
import type { Apply, CheckItem, EventItem, Outcome, Plan, Projector } from './projector.ts'

type EventPlanner = (item: EventItem, read: Queryable) => Promise<Plan> | Plan

export interface ProjectionOptions {
  readonly mode: Mode
  readonly allowancesOf: AllowancesOf
  /** Stores an event that Stripe answered with; idempotent. */
  readonly admit: (event: JsonObject) => Promise<void>
}

const REFUND_TYPES = [
  'charge.refunded',
  'charge.refund.updated',
  'refund.created',
  'refund.updated',
  'refund.failed',
] as const

const SESSION_TYPES = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
] as const

/** A verified payload is trusted for orders: their status is a join, their amounts do not change. */
export function createProjector(options: ProjectionOptions): Projector {
  const session: EventPlanner = (item) => ({
    kind: 'apply',
    apply: settleSession(item.object, item.type, options.allowancesOf),
  })
  const planners = new Map<string, EventPlanner>([
    ...SESSION_TYPES.map((type) => [type, session] as const),
    ...REFUND_TYPES.map((type) => [type, planRefund] as const),
  ])
  return async (item, read) => {
    if (item.kind === 'check') return planCheck(item, options)
    // Money of a connected account is not ours, whatever marker its objects carry.
    const planner = item.account === '' ? planners.get(item.type) : undefined
    const plan: Plan =
      planner === undefined ? { kind: 'apply', apply: unhandled } : await planner(item, read)
    return plan.kind === 'apply'
      ? { kind: 'apply', apply: withRawHandler(item, plan.apply) }
      : { kind: 'ask', ask: async (asking) => withRawHandler(item, await plan.ask(asking)) }
  }
}

const unhandled: Apply = async () => ({ kind: 'ignored', reason: 'unhandled' })

/** The app's raw handler sees every event of its type that ends well, ours or not. */
function withRawHandler(item: EventItem, apply: Apply): Apply {
  return async (scope): Promise<Outcome> => {
    const outcome = await apply(scope)
    if (outcome.kind === 'ask') {
      const { ask } = outcome
      return { kind: 'ask', ask: async (asking) => withRawHandler(item, await ask(asking)) }
    }
    if (outcome.kind !== 'done' && outcome.kind !== 'ignored') return outcome
    return (await scope.emitRaw(item)) ? { kind: 'done' } : outcome
  }
}

const checked: Apply = async () => ({ kind: 'done' })

/** A check is a question: Stripe's answer is applied like an event of its own. */
function planCheck(item: CheckItem, options: ProjectionOptions): Plan {
  if (item.objectType === 'checkout.session') {
    return { kind: 'ask', ask: askForSession(item.objectId, null, options.allowancesOf, null) }
  }
  return {
    kind: 'ask',
    async ask({ stripe, timeoutMs }) {
      const event = await stripe.event(item.objectId, { timeoutMs })
      if (event !== null) await options.admit({ ...event })
      return checked
    },
  }
}
