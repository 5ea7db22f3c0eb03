// Owns how a membership reads: each status and each reason of access, in the shop's own words.
import type { AccessReason, Invoice, Subscription, SubscriptionStatus } from '@quittance/engine'
import { priceText } from '../../goods.ts'
import { type Plan, planOf } from '../../plans.ts'
import { dateText } from '../layout.ts'

/** `open`: all is well. `wait`: something is to come or to be done. `shut`: it is over, or not begun. */
export type Tone = 'open' | 'wait' | 'shut'

export interface Standing {
  readonly tone: Tone
  readonly badge: string
  readonly title: string
  readonly text: string
}

/** In these it may still change by itself, and stands in the way of a second sign-up. */
const LIVE: ReadonlySet<SubscriptionStatus> = new Set([
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
])

export const isLive = ({ status }: Subscription): boolean => LIVE.has(status)

export const planOfSubscription = ({ items }: Subscription): Plan | undefined =>
  planOf(items[0]?.itemId ?? null)

export const priceOf = (plan: Plan): string =>
  `${priceText(plan.unitAmount, plan.currency)} a ${plan.interval}`

const on = (at: Date | null): string => (at === null ? 'soon' : `on ${dateText(at)}`)

const until = (at: Date | null): string => (at === null ? 'for now' : `until ${dateText(at)}`)

const ENDED: Readonly<Record<string, string>> = {
  cancellation_requested: 'It ended as you wished.',
  payment_failed: 'Its last payment never came, so it ended.',
  payment_disputed: 'It ended with a disputed payment.',
}

type Told = (subscription: Subscription, name: string) => Standing

const STANDINGS: Readonly<Record<SubscriptionStatus, Told>> = {
  trialing: (subscription, name) => {
    const plan = planOfSubscription(subscription)
    const then = plan === undefined ? '' : ` Then it is ${priceOf(plan)}.`
    return {
      tone: 'open',
      badge: 'Trial',
      title: `Welcome, ${name}`,
      text: `Everything is free ${until(subscription.trialEnd)}.${then}`,
    }
  },
  active: ({ periodEnd }, name) => ({
    tone: 'open',
    badge: 'Active',
    title: `Good to see you, ${name}`,
    text: `Your membership is paid ${until(periodEnd)}. It renews by itself.`,
  }),
  past_due: (_, name) => ({
    tone: 'wait',
    badge: 'Past due',
    title: `Your card let us down, ${name}`,
    text: 'The renewal could not be charged. See to your card; we try again in the next days.',
  }),
  unpaid: () => ({
    tone: 'shut',
    badge: 'Unpaid',
    title: 'The renewal was never paid',
    text: 'Stripe has stopped trying. Pay the open invoice to come in again.',
  }),
  paused: () => ({
    tone: 'shut',
    badge: 'Paused',
    title: 'Your membership is paused',
    text: 'Nothing is charged meanwhile.',
  }),
  incomplete: (_, name) => ({
    tone: 'wait',
    badge: 'Not begun',
    title: `Nearly there, ${name}`,
    text: 'Your membership begins when its first payment is here.',
  }),
  incomplete_expired: (_, name) => ({
    tone: 'shut',
    badge: 'Never begun',
    title: `Come in, ${name}`,
    text: 'Your last sign-up was not paid. Choose how you would like to come.',
  }),
  canceled: ({ cancelReason, endedAt }, name) => ({
    tone: 'shut',
    badge: 'Ended',
    title: `We miss you, ${name}`,
    text: `Your membership ended ${on(endedAt)}. ${ENDED[cancelReason ?? ''] ?? ''} Come back whenever you like.`,
  }),
}

/** What stands at the top of the page. */
export function standingOf(subscription: Subscription | null, name: string): Standing {
  if (subscription === null) {
    const text = 'You are no member yet. Choose how you would like to come.'
    return { tone: 'shut', badge: 'No member', title: `Come in, ${name}`, text }
  }
  const standing = STANDINGS[subscription.status](subscription, name)
  if (subscription.cancelAt === null || !isLive(subscription)) return standing
  return {
    tone: 'wait',
    badge: 'Ending',
    title: standing.title,
    text: `Your membership ends ${on(subscription.cancelAt)}. Until then nothing changes.`,
  }
}

/** For the reader at the door; what the engine says in its own words stands beside it. */
export const REASONS: Readonly<Record<AccessReason, (at: Date | null) => string>> = {
  active: () => 'Your membership is paid.',
  trialing: () => 'It is your free week.',
  purchased: (at) => (at === null ? 'You have bought it.' : `You have bought it ${until(at)}.`),
  ends_at_cancellation: (at) => `You have canceled, and it stays open ${until(at)}.`,
  paid_through: (at) => `It is paid for ${until(at)}.`,
  past_due_grace: (at) => `A payment is missing. We keep it open ${until(at)}.`,
  past_due_grace_over: () => 'A payment is missing, and the days of grace are over.',
  incomplete: () => 'Your first payment is not here yet.',
  unpaid: () => 'Your last invoice was never paid.',
  paused: () => 'Your membership is paused.',
  collection_paused: () => 'Your membership is paused.',
  canceled: () => 'Your membership has ended.',
  not_paid: () => 'It was never paid.',
  no_seats: () => 'Your membership has no seat.',
  refunded: () => 'Its payment was given back.',
  disputed: () => 'Its payment is disputed.',
  expired: () => 'Its time is over.',
  none: () => 'Nothing that you have opens it.',
}

const BILLED: Readonly<Record<string, string>> = {
  subscription_create: 'Sign-up',
  subscription_cycle: 'Renewal',
  subscription_update: 'Change of plan',
  subscription_threshold: 'Usage',
  manual: 'By hand',
}

export const billedFor = ({ billingReason }: Invoice): string =>
  BILLED[billingReason ?? ''] ?? 'Invoice'

/** What an invoice's status means to the one who pays it. */
export function invoiceText({ status, attemptCount, nextPaymentAttempt, paidAt }: Invoice): string {
  if (status === 'paid') return paidAt === null ? 'paid' : `paid ${on(paidAt)}`
  if (status !== 'open') return status.replaceAll('_', ' ')
  const tries = attemptCount === 1 ? 'one attempt failed' : `${attemptCount} attempts failed`
  const next = nextPaymentAttempt === null ? '' : `, the next is ${on(nextPaymentAttempt)}`
  return attemptCount === 0 ? 'open' : `open: ${tries}${next}`
}
