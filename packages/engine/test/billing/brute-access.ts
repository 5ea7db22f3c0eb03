// Owns a second opinion on access: Stripe's objects of one buyer, judged for one moment at a time.
// Written from docs/reference/access.md; it must share no code with the engine's own derivation.
import type Stripe from 'stripe'
import {
  type AccessPolicies,
  type CatalogueItem,
  type CatalogueItems,
  DEFAULT_POLICIES,
} from '../../src/catalogue.ts'
import type { FeatureAccess } from '../../src/model.ts'
import type { Bill, Bought, BuyerAtStripe, Held, Money } from './buyer-at-stripe.ts'
import { day } from './flows/stage.ts'

export interface Rules {
  readonly catalogue: CatalogueItems
  readonly policies: Partial<AccessPolicies>
}

const NEVER = Number.NEGATIVE_INFINITY
const FOREVER = Number.POSITIVE_INFINITY

/** What one source says of its features: they are granted until a moment in unix seconds, and why. */
interface Word {
  readonly until: number
  readonly reason: string
  /** What is to be said from then on. */
  readonly after: string
}

interface Says extends Word {
  readonly source: string
  readonly madeAt: number
}

const no = (reason: string): Word => ({ until: NEVER, reason, after: reason })

/** What the policies say of money that went back; null when nothing is taken for it. */
function takenFor(money: Money, policies: AccessPolicies): string | null {
  for (const status of money.disputes) {
    if (status === 'won' || status === 'warning_closed' || status === 'prevented') continue
    const isInquiry = status.startsWith('warning_')
    const undecided = isInquiry ? policies.inquiry : policies.chargeback
    if ((status === 'lost' ? policies.disputeLost : undecided) === 'revoke') return 'disputed'
  }
  if (money.refunded === 0) return null
  const isWhole = money.refunded >= money.amount
  return (isWhole ? policies.fullRefund : policies.partialRefund) === 'revoke' ? 'refunded' : null
}

/** What was paid for by one end of a period, all bills together; the latest end comes last. */
function paidFor({ subscription, bills }: Held): readonly (Money & { readonly end: number })[] {
  const present = Math.max(...subscription.items.data.map((item) => item.current_period_end))
  const paid = bills.filter(({ invoice, end }) => invoice.status === 'paid' && end !== null)
  // A year that was changed to a month is billed to its end, and that end will not come.
  const inTime = paid.filter(({ end }) => (end ?? 0) <= present)
  const newest = Math.max(...inTime.map(({ invoice }) => invoice.created))
  const ahead = paid.filter(({ end, invoice }) => (end ?? 0) > present && invoice.created > newest)
  const ends = new Set([...inTime, ...ahead].map(({ end }) => end ?? 0))
  return [...ends]
    .sort((a, b) => a - b)
    .map((end) => {
      const together = [...inTime, ...ahead].filter((bill) => bill.end === end)
      const sum = (of: (bill: Bill) => number) => together.reduce((all, bill) => all + of(bill), 0)
      return {
        end,
        // A bill that credit paid is paid; there is nothing of it to refund.
        amount: sum(({ amount, invoice }) => amount || Math.max(invoice.total, 0)),
        refunded: sum(({ refunded }) => refunded),
        disputes: together.flatMap(({ disputes }) => disputes),
      }
    })
}

/** The end of what was paid for and stayed paid. */
const paidUntil = (held: Held, policies: AccessPolicies): number =>
  paidFor(held).findLast((period) => takenFor(period, policies) === null)?.end ?? NEVER

/** Since when the buyer owes: a bill that was sent is owed from its due date on. */
function owesSince({ subscription, bills }: Held): number {
  const owed = bills
    .filter(({ invoice }) => invoice.status === 'open')
    .filter(({ invoice }) => invoice.attempted || invoice.due_date !== null)
    .map(({ invoice, start }) => invoice.due_date ?? start ?? invoice.created)
  const starts = subscription.items.data.map((item) => item.current_period_start)
  return Math.min(...(owed.length > 0 ? owed : starts))
}

/** The moment at which it is planned to be over. */
function plannedEnd({ items, ...subscription }: Stripe.Subscription): number {
  const periodEnd = Math.max(...items.data.map((item) => item.current_period_end))
  return subscription.cancel_at ?? (subscription.cancel_at_period_end ? periodEnd : FOREVER)
}

function byStatus(held: Held, policies: AccessPolicies): Word {
  const { status } = held.subscription
  const end = plannedEnd(held.subscription)
  const paidThrough = policies.canceledNow === 'paid_through' ? paidUntil(held, policies) : NEVER
  const throughPaid = { until: paidThrough, reason: 'paid_through', after: 'canceled' }
  const planned = { until: end, reason: 'ends_at_cancellation', after: 'canceled' }
  if (status === 'canceled') return paidThrough === NEVER ? no('canceled') : throughPaid
  if (status === 'incomplete_expired') return no('not_paid')
  if (status === 'past_due') {
    const until = owesSince(held) + policies.pastDueGraceDays * day
    const grace = { until, reason: 'past_due_grace', after: 'past_due_grace_over' }
    return end < until ? planned : grace
  }
  if (status !== 'active' && status !== 'trialing') return no(status)
  if (end === FOREVER) return { until: FOREVER, reason: status, after: status }
  return paidThrough > end ? throughPaid : planned
}

function byItem(held: Held, quantity: number | undefined, policies: AccessPolicies): Word {
  const word = byStatus(held, policies)
  if (word.until === NEVER) return word
  if (quantity === 0) return no('no_seats')
  if (held.subscription.status === 'canceled') return word
  const newest = paidFor(held).at(-1)
  const taken = newest === undefined ? null : takenFor(newest, policies)
  if (taken !== null) return no(taken)
  const isVoided = held.subscription.pause_collection?.behavior === 'void'
  return isVoided && policies.collectionVoided === 'revoke' ? no('collection_paused') : word
}

/** Null for a session that nobody has completed, and for a sign-up: its subscription speaks. */
function byPurchase(bought: Bought, item: CatalogueItem, policies: AccessPolicies): Word | null {
  const { session, purchase } = bought
  if (session.mode !== 'payment' || session.status !== 'complete') return null
  if (session.payment_status === 'unpaid' || purchase.fulfilledAt === null) return no('not_paid')
  const taken = takenFor(bought, policies)
  if (taken !== null) return no(taken)
  const days = item.kind === 'plan' ? undefined : item.accessDays
  const until = days === undefined ? FOREVER : purchase.fulfilledAt.getTime() / 1000 + days * day
  return { until, reason: 'purchased', after: 'expired' }
}

const isSoldAs = (price: Stripe.Price, { price: id, lookupKey }: CatalogueItem): boolean =>
  id === price.id || (lookupKey !== undefined && lookupKey === price.lookup_key)

function everySay(buyer: BuyerAtStripe, feature: string, rules: Rules): readonly Says[] {
  const policiesOf = (item: CatalogueItem) => ({
    ...DEFAULT_POLICIES,
    ...rules.policies,
    ...item.policies,
  })
  const giving = Object.entries(rules.catalogue).filter(([, { features = [] }]) =>
    features.includes(feature),
  )
  const says: Says[] = []
  for (const held of buyer.held) {
    const { id: source, created: madeAt, items } = held.subscription
    for (const { price, quantity } of items.data) {
      const [, item] = giving.find(([, sold]) => isSoldAs(price, sold)) ?? []
      if (item === undefined) continue
      says.push({ ...byItem(held, quantity, policiesOf(item)), source, madeAt })
    }
  }
  for (const bought of buyer.bought) {
    const { itemId, orderId: source } = bought.purchase
    const [, item] = giving.find(([id]) => id === itemId) ?? []
    const word = item === undefined ? null : byPurchase(bought, item, policiesOf(item))
    if (word !== null) says.push({ ...word, source, madeAt: bought.session.created })
  }
  return says
}

export interface Opinion {
  readonly granted: boolean
  /** Unix seconds; null when no time ends it, or it is not granted. */
  readonly until: number | null
  /** Those that may be given: two sources may end together, or be of one moment. */
  readonly reasons: ReadonlySet<string>
  readonly sources: ReadonlySet<string>
}

/** An order and its session are of one moment, by two clocks. */
const ONE_MOMENT_SECONDS = 60

/** As far as is known now: whether a feature is granted at that moment, in unix seconds. */
export function bruteAccess(
  buyer: BuyerAtStripe,
  feature: string,
  rules: Rules,
  at: number,
): Opinion {
  const says = everySay(buyer, feature, rules)
  const granting = says.filter(({ until }) => until > at)
  const sourcesOf = (some: readonly Says[]) => new Set(some.map(({ source }) => source))
  if (granting.length > 0) {
    const until = Math.max(...granting.map((each) => each.until))
    const longest = granting.filter((each) => each.until === until)
    return {
      granted: true,
      until: until === FOREVER ? null : until,
      reasons: new Set(longest.map(({ reason }) => reason)),
      sources: sourcesOf(longest),
    }
  }
  const newestAt = Math.max(...says.map(({ madeAt }) => madeAt))
  const newest = says.filter(({ madeAt }) => madeAt >= newestAt - ONE_MOMENT_SECONDS)
  const reasons = newest.length === 0 ? ['none'] : newest.map(({ after }) => after)
  return { granted: false, until: null, reasons: new Set(reasons), sources: sourcesOf(newest) }
}

/** Every moment at which something of the buyer's ends by time alone, in unix seconds. */
export function turnsOf(buyer: BuyerAtStripe, feature: string, rules: Rules): readonly number[] {
  const ends = everySay(buyer, feature, rules).map(({ until }) => until)
  return [...new Set(ends.filter(Number.isFinite))].sort((a, b) => a - b)
}

const secondsOf = (date: Date | null): number | null =>
  date === null ? null : date.getTime() / 1000

/** What is wrong with the engine's answer for a moment; null when it is that of Stripe's objects. */
function disagreement(
  says: FeatureAccess,
  buyer: BuyerAtStripe,
  rules: Rules,
  at: number,
): string | null {
  const { feature, granted, reason, source } = says
  const opinion = bruteAccess(buyer, feature, rules, at)
  const until = secondsOf(says.until)
  const isSourceRight =
    source === null ? opinion.sources.size === 0 : opinion.sources.has(source.id)
  const agrees =
    granted === opinion.granted &&
    until === opinion.until &&
    opinion.reasons.has(reason) &&
    isSourceRight
  if (agrees) return null
  const mine = [granted, until, reason, source?.id].join(', ')
  const [reasons, sources] = [[...opinion.reasons].join('|'), [...opinion.sources].join('|')]
  const theirs = [opinion.granted, opinion.until, reasons, sources].join(', ')
  return `${feature} at ${at}: the engine says ${mine}; Stripe's objects ${theirs}`
}

/** What the engine says of a buyer's features, for a moment. */
export type Asks = (at: Date) => Promise<readonly FeatureAccess[]>

/** Where the engine's answers for these moments, in unix seconds, are not those of Stripe's objects. */
export async function disagreements(
  ask: Asks,
  buyer: BuyerAtStripe,
  rules: Rules,
  moments: Iterable<number>,
): Promise<readonly string[]> {
  const faults: string[] = []
  for (const at of new Set(moments)) {
    const said = await ask(new Date(at * 1000))
    faults.push(...said.flatMap((says) => disagreement(says, buyer, rules, at) ?? []))
  }
  return faults
}
