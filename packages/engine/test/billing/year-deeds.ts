// Owns what subscribers may do within a year: one row for each deed, with its chance, its precondition and what follows it.
import type Stripe from 'stripe'
import { firstItemOf, idOf } from './flows/flow.ts'
import {
  type Actor,
  change,
  chargeOf,
  GOOD_CARD,
  look,
  openDisputeOf,
  type Random,
  signUp,
  subscriptionIdOf,
  switchTo,
  useCard,
} from './year-subscriber.ts'

type Status = Stripe.Subscription.Status

export interface Deed {
  /** How often in a thousand months of a subscriber; 0 for what only follows another deed. */
  readonly chance: number
  /** The statuses in which Stripe lets it happen; elsewhere it is left out. */
  readonly when: readonly Status[]
  /** Answers false when there was nothing to do. */
  readonly act: (actor: Actor, subscription: Stripe.Subscription) => Promise<boolean>
  /** What comes of it, if anything does: drawn from the subscriber's own randomness. */
  readonly after?: (random: Random) => { readonly deed: DeedName; readonly days: number } | null
}

const days = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1))

const LIVE: readonly Status[] = ['active', 'trialing']
const OWING: readonly Status[] = ['past_due', 'unpaid']
const STANDING: readonly Status[] = [...LIVE, ...OWING]

export type DeedName =
  | 'card_fails'
  | 'card_needs_its_owner'
  | 'card_is_renewed'
  | 'debt_is_paid'
  | 'plan_is_changed'
  | 'year_is_bought'
  | 'seats_are_changed'
  | 'collection_rests'
  | 'collection_goes_on'
  | 'is_paused'
  | 'is_resumed'
  | 'end_is_planned'
  | 'end_is_withdrawn'
  | 'ends_now'
  | 'comes_back'
  | 'is_refunded'
  | 'is_refunded_in_part'
  | 'will_dispute'
  | 'dispute_is_answered'

async function swap(actor: Actor, card: string): Promise<boolean> {
  await useCard(actor, card)
  return true
}

async function refund({ stage }: Actor, invoice: string, share: number): Promise<boolean> {
  const charge = await chargeOf(stage, invoice)
  if (charge === null || charge.amount_refunded > 0 || charge.disputed) return false
  const amount = Math.max(1, Math.floor(charge.amount * share))
  await stage.stripe.refunds.create({ charge: charge.id, amount })
  return true
}

async function settleDebt(actor: Actor, subscription: Stripe.Subscription): Promise<boolean> {
  const invoice = await actor.stage.stripe.invoices.retrieve(idOf(subscription.latest_invoice))
  if (invoice.status !== 'open') return false
  await actor.stage.stripe.invoices.pay(invoice.id)
  return true
}

const restBehaviors = ['keep_as_draft', 'mark_uncollectible', 'void'] as const
const prorations = ['create_prorations', 'always_invoice', 'none'] as const

function oneOf<T>(random: Random, of: readonly T[]): T {
  const one = of[Math.floor(random() * of.length)]
  if (one === undefined) throw new TypeError('there is nothing to choose from')
  return one
}

export const DEEDS: { readonly [Name in DeedName]: Deed } = {
  card_fails: {
    chance: 70,
    when: LIVE,
    act: (actor) => swap(actor, 'pm_card_chargeCustomerFail'),
    // The rest never notices: dunning ends it.
    after: (random) =>
      random() < 0.7 ? { deed: 'card_is_renewed', days: days(random, 5, 40) } : null,
  },
  card_needs_its_owner: {
    chance: 15,
    when: LIVE,
    act: (actor) => swap(actor, 'pm_card_authenticationRequired'),
    after: (random) =>
      random() < 0.8 ? { deed: 'card_is_renewed', days: days(random, 28, 40) } : null,
  },
  card_is_renewed: {
    chance: 0,
    when: STANDING,
    act: (actor) => swap(actor, GOOD_CARD),
    // Others wait for the next retry.
    after: (random) => (random() < 0.5 ? { deed: 'debt_is_paid', days: 0 } : null),
  },
  debt_is_paid: { chance: 0, when: OWING, act: settleDebt },
  plan_is_changed: {
    chance: 40,
    when: LIVE,
    async act(actor, subscription) {
      const { prices } = actor.stage
      const isTeam = firstItemOf(subscription).price.id === prices.team
      const { random } = actor.subscriber
      const item = isTeam
        ? { price: prices.pro, quantity: 1 }
        : { price: prices.team, quantity: days(random, 1, 5) }
      await switchTo(actor, subscription, item, { proration_behavior: oneOf(random, prorations) })
      return true
    },
  },
  year_is_bought: {
    chance: 10,
    when: ['active'],
    async act(actor, subscription) {
      const { prices } = actor.stage
      if (firstItemOf(subscription).price.id !== prices.pro) return false
      await switchTo(actor, subscription, { price: prices.proYear })
      return true
    },
  },
  seats_are_changed: {
    chance: 40,
    when: LIVE,
    async act(actor, subscription) {
      const { price, quantity: before } = firstItemOf(subscription)
      const { random } = actor.subscriber
      const quantity = days(random, 1, 8)
      const behavior = oneOf(random, prorations)
      if (price.id !== actor.stage.prices.team || quantity === before) return false
      await switchTo(actor, subscription, { quantity }, { proration_behavior: behavior })
      return true
    },
  },
  collection_rests: {
    chance: 15,
    when: ['active'],
    async act(actor) {
      const behavior = oneOf(actor.subscriber.random, restBehaviors)
      await change(actor, { pause_collection: { behavior } })
      return true
    },
    after: (random) => ({ deed: 'collection_goes_on', days: days(random, 20, 45) }),
  },
  collection_goes_on: {
    chance: 0,
    when: STANDING,
    async act(actor, { pause_collection: rest }) {
      if (rest === null) return false
      await change(actor, { pause_collection: '' })
      return true
    },
  },
  is_paused: {
    chance: 10,
    when: ['active'],
    async act({ stage, subscriber }, { cancel_at: end, pause_collection: rest }) {
      if (end !== null || rest !== null) return false
      await stage.stripe.subscriptions.pause(subscriptionIdOf(subscriber))
      return true
    },
    after: (random) => (random() < 0.8 ? { deed: 'is_resumed', days: days(random, 10, 50) } : null),
  },
  is_resumed: {
    chance: 0,
    when: ['paused'],
    async act({ stage, subscriber }) {
      await stage.stripe.subscriptions.resume(subscriptionIdOf(subscriber))
      return true
    },
  },
  end_is_planned: {
    chance: 30,
    when: STANDING,
    async act(actor, { cancel_at_period_end: isPlanned }) {
      if (isPlanned) return false
      await change(actor, { cancel_at_period_end: true })
      return true
    },
    after: (random) =>
      random() < 0.3 ? { deed: 'end_is_withdrawn', days: days(random, 1, 5) } : null,
  },
  end_is_withdrawn: {
    chance: 0,
    when: STANDING,
    async act(actor, { cancel_at_period_end: isPlanned }) {
      if (!isPlanned) return false
      await change(actor, { cancel_at_period_end: false })
      return true
    },
  },
  ends_now: {
    chance: 15,
    when: [...STANDING, 'paused'],
    async act({ stage, subscriber }) {
      const prorate = subscriber.random() < 0.3
      await stage.stripe.subscriptions.cancel(subscriptionIdOf(subscriber), {
        ...(prorate ? { prorate, invoice_now: true } : {}),
      })
      return true
    },
  },
  comes_back: {
    chance: 60,
    when: ['canceled', 'incomplete_expired'],
    async act(actor) {
      const itemId = oneOf(actor.subscriber.random, ['pro_monthly', 'team_monthly'])
      await signUp(actor, itemId, 1)
      return true
    },
  },
  is_refunded: {
    chance: 20,
    when: [...STANDING, 'canceled'],
    act: (actor, { latest_invoice: latest }) =>
      latest === null ? Promise.resolve(false) : refund(actor, idOf(latest), 1),
  },
  is_refunded_in_part: {
    chance: 20,
    when: [...STANDING, 'canceled'],
    act: (actor, { latest_invoice: latest }) =>
      latest === null ? Promise.resolve(false) : refund(actor, idOf(latest), 0.4),
  },
  will_dispute: {
    chance: 15,
    when: LIVE,
    act: (actor) => swap(actor, 'pm_card_createDispute'),
    after: (random) => ({ deed: 'dispute_is_answered', days: days(random, 20, 34) }),
  },
  dispute_is_answered: {
    chance: 0,
    when: [...STANDING, 'paused', 'canceled'],
    async act({ stage, subscriber }, { customer }) {
      const dispute = await openDisputeOf(stage, idOf(customer))
      if (dispute === null) return false
      const text = subscriber.random() < 0.5 ? 'winning_evidence' : 'losing_evidence'
      await stage.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } })
      return true
    },
    after: () => ({ deed: 'card_is_renewed', days: 1 }),
  },
}

export const DEED_NAMES = Object.keys(DEEDS).filter(isDeedName)

function isDeedName(name: string): name is DeedName {
  return Object.hasOwn(DEEDS, name)
}

const THOUSAND = 1000

/** What a subscriber does in a month of its own; mostly nothing. */
export function drawDeed(random: Random): DeedName | null {
  let left = random() * THOUSAND
  for (const name of DEED_NAMES) {
    left -= DEEDS[name].chance
    if (left < 0) return name
  }
  return null
}

/** Answers whether it happened: Stripe's present state decides, not our memory. */
export async function does(actor: Actor, name: DeedName): Promise<boolean> {
  const { when, act } = DEEDS[name]
  const subscription = await look(actor)
  if (!when.includes(subscription.status)) return false
  return act(actor, subscription)
}
