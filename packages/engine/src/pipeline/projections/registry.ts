// Owns the table from event type to projection: what differs between types is a row here.
import type { Queryable } from '../../ports/database.ts'
import type { Mode } from '../../types.ts'
import type { JsonObject } from '../inbox/lanes.ts'
import type { AccessRules } from './access/rules.ts'
import { settledBuyer } from './access/settle-buyer.ts'
import { planCustomerDeleted } from './buyers/customer.ts'
import { planEntitlements } from './entitlements/plan.ts'
import { planInvoice, planInvoiceCheck, planInvoicePayment } from './invoices/plan.ts'
import { type AllowancesOf, askForSession, settleSession } from './orders/settle.ts'
import { planDispute, planPaymentCheck, planRefund } from './payments/plan.ts'
import type { Apply, CheckItem, EventItem, Outcome, Plan, Projector } from './projector.ts'
import { planSubscription, planSubscriptionCheck } from './subscriptions/plan.ts'

type EventPlanner = (item: EventItem, read: Queryable) => Promise<Plan> | Plan

export interface ProjectionOptions {
  readonly mode: Mode
  readonly allowancesOf: AllowancesOf
  readonly rules: AccessRules
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

const DISPUTE_TYPES = [
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
] as const

const SESSION_TYPES = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
] as const

const SUBSCRIPTION_TYPES = [
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
] as const

/** What comes with another one of these and says no more (`payment_succeeded`, `sent`) is left out. */
const INVOICE_TYPES = [
  'invoice.created',
  'invoice.finalized',
  'invoice.finalization_failed',
  'invoice.updated',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.marked_uncollectible',
  'invoice.voided',
  'invoice.deleted',
] as const

/** A verified payload is trusted for orders: their status is a join, their amounts do not change. */
export function createProjector(options: ProjectionOptions): Projector {
  const session: EventPlanner = (item) => ({
    kind: 'apply',
    apply: settleSession(item.object, item.type, options.allowancesOf, options.rules),
  })
  const refund: EventPlanner = (item, read) => planRefund(item, read, options.rules)
  const dispute: EventPlanner = (item, read) => planDispute(item, read, options.rules)
  const subscription: EventPlanner = (item, read) => planSubscription(item, read, options.rules)
  const invoice: EventPlanner = (item, read) => planInvoice(item, read, options.rules)
  const planners = new Map<string, EventPlanner>([
    ...SESSION_TYPES.map((type) => [type, session] as const),
    ...REFUND_TYPES.map((type) => [type, refund] as const),
    ...DISPUTE_TYPES.map((type) => [type, dispute] as const),
    ...SUBSCRIPTION_TYPES.map((type) => [type, subscription] as const),
    ...INVOICE_TYPES.map((type) => [type, invoice] as const),
    ['invoice_payment.paid', (item, read) => planInvoicePayment(item, read, options.rules)],
    [
      'entitlements.active_entitlement_summary.updated',
      (item, read) => planEntitlements(item, read, options.rules),
    ],
    ['customer.deleted', (item) => planCustomerDeleted(item, options.rules)],
  ])
  return async (item, read) => {
    if (item.kind === 'check') return await planCheck(item, read, options)
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
    return scope.emitRaw(item) ? { kind: 'done' } : outcome
  }
}

const checked: Apply = async () => ({ kind: 'done' })

/** A check is a question: Stripe's answer is applied like an event of its own. */
async function planCheck(
  item: CheckItem,
  read: Queryable,
  options: ProjectionOptions,
): Promise<Plan> {
  const { objectType, objectId } = item
  if (objectType === 'checkout.session') {
    const { allowancesOf, rules } = options
    return { kind: 'ask', ask: askForSession(objectId, null, allowancesOf, rules, null) }
  }
  if (objectType === 'buyer') {
    return { kind: 'apply', apply: settledBuyer(BigInt(objectId), options.rules) }
  }
  if (objectType === 'subscription') return await planSubscriptionCheck(item, read, options.rules)
  if (objectType === 'invoice') return await planInvoiceCheck(item, read, options.rules)
  if (objectType === 'charge' || objectType === 'dispute') {
    return await planPaymentCheck({ ...item, objectType }, read, options.rules)
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
