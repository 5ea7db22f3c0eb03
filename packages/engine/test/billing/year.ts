// Owns the driver of a year: many subscribers sign up, do what subscribers do by a seed, and time passes day by day.
import { createHash } from 'node:crypto'
import Stripe from 'stripe'
import { day, type FlowStage } from './flows/stage.ts'
import { DEEDS, type DeedName, does, drawDeed } from './year-deeds.ts'
import { type Random, type Subscriber, signUp } from './year-subscriber.ts'

export type { Subscriber } from './year-subscriber.ts'

export interface Moment {
  /** 1 for the first day. */
  readonly day: number
  /** Virtual unix seconds. */
  readonly at: number
}

export interface YearOptions {
  readonly seed: string | number
  readonly subscribers: number
  /** An empty one: its clock is moved, its events are the year's. */
  readonly stage: FlowStage
  /** 365 unless told. */
  readonly days?: number
  /** They sign up within the first so many days; 30 unless told. */
  readonly signUpDays?: number
  /** Subscribers who act at the same time; 8 unless told. With 1 a seed gives the same ids, too. */
  readonly concurrency?: number
  /** After what a day brought: the place to deliver `stage.news()`. */
  readonly onDay?: (moment: Moment) => Promise<void>
  /** After the last day of each calendar month (UTC), behind `onDay`. */
  readonly onMonthEnd?: (moment: Moment) => Promise<void>
}

export interface YearReport {
  readonly subscribers: readonly Subscriber[]
  /** How often each deed happened; `declined` of them were refused by a bank. */
  readonly deeds: Readonly<Record<string, number>>
  readonly days: number
}

const DAYS = 365
const SIGN_UP_DAYS = 30
const CONCURRENCY = 8
/** A subscriber draws a deed once in so many days. */
const MONTH_DAYS = 30

/** What is bought, by how many of a hundred. */
const MIX: readonly (readonly [itemId: string, percent: number])[] = [
  ['pro_monthly', 38],
  ['team_monthly', 25],
  ['pro_yearly', 8],
  ['pro_trial', 15],
  ['pro_trial_short', 4],
  ['pro_trial_cancel', 5],
  ['pro_trial_pause', 5],
]
const PAST_THE_SHOP_PERCENT = 6
const SEATS_MAX = 5

interface Due {
  readonly subscriber: Subscriber
  readonly deed: DeedName | 'signs_up'
}

export async function playYear(options: YearOptions): Promise<YearReport> {
  const { stage, days = DAYS, concurrency = CONCURRENCY } = options
  const subscribers = Array.from({ length: options.subscribers }, (_, index) =>
    subscriberOf(options, index),
  )
  const agenda = new Agenda(days)
  for (const subscriber of subscribers) plan(agenda, subscriber, days)
  const deeds: Record<string, number> = {}
  for (let today = 1; today <= days; today += 1) {
    await inBatches(agenda.of(today), concurrency, async (due) => {
      const done = await act(stage, due, agenda, today)
      for (const name of done) deeds[name] = (deeds[name] ?? 0) + 1
    })
    stage.account.advance(day)
    const moment = { day: today, at: stage.account.now() }
    await options.onDay?.(moment)
    if (today === days || isMonthEnd(moment.at)) await options.onMonthEnd?.(moment)
  }
  return { subscribers, deeds, days }
}

const monthOf = (at: number): number => new Date(at * 1000).getUTCMonth()
const isMonthEnd = (at: number): boolean => monthOf(at) !== monthOf(at + day)

/** What is due on which day. A subscriber's own deeds of a day are in the order in which they were entered. */
class Agenda {
  readonly #days: number
  readonly #due = new Map<number, Map<number, Due[]>>()

  constructor(days: number) {
    this.#days = days
  }

  enter(onDay: number, due: Due): void {
    if (onDay > this.#days) return
    const bySubscriber = this.#due.get(onDay) ?? new Map<number, Due[]>()
    this.#due.set(onDay, bySubscriber)
    const { index } = due.subscriber
    bySubscriber.set(index, [...(bySubscriber.get(index) ?? []), due])
  }

  /** By subscriber: nobody does two things at once. */
  of(onDay: number): Due[][] {
    return [...(this.#due.get(onDay)?.values() ?? [])]
  }
}

/** The sign-up, and in each month after it what the subscriber draws, on a day that it draws. */
function plan(agenda: Agenda, subscriber: Subscriber, days: number): void {
  const { random, signUpDay } = subscriber
  agenda.enter(signUpDay, { subscriber, deed: 'signs_up' })
  for (let from = signUpDay + 1; from <= days; from += MONTH_DAYS) {
    const deed = drawDeed(random)
    const onDay = from + Math.floor(random() * MONTH_DAYS)
    if (deed !== null) agenda.enter(onDay, { subscriber, deed })
  }
}

/** Everything that a subscriber does today; answers what of it happened. */
async function act(
  stage: FlowStage,
  todo: readonly Due[],
  agenda: Agenda,
  today: number,
): Promise<string[]> {
  const done: string[] = []
  const queue = [...todo]
  for (let due = queue.shift(); due !== undefined; due = queue.shift()) {
    const { subscriber, deed } = due
    const actor = { stage, subscriber }
    if (deed === 'signs_up') {
      await signUp(actor)
      done.push(deed)
      continue
    }
    const outcome = await declinedOr(does(actor, deed))
    if (outcome === 'left out') continue
    done.push(outcome === 'declined' ? outcome : deed)
    const next = DEEDS[deed].after?.(subscriber.random) ?? null
    if (next?.days === 0) queue.push({ subscriber, deed: next.deed })
    else if (next !== null) agenda.enter(today + next.days, { subscriber, deed: next.deed })
  }
  return done
}

/** A bank's refusal is an outcome; every other error is the driver's own. */
async function declinedOr(deed: Promise<boolean>): Promise<'done' | 'left out' | 'declined'> {
  try {
    return (await deed) ? 'done' : 'left out'
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) return 'declined'
    throw error
  }
}

function subscriberOf({ seed, signUpDays }: YearOptions, index: number): Subscriber {
  const random = seeded(`${seed}:${index}`)
  const itemId = drawItem(random)
  return {
    index,
    userId: `user_${index}`,
    random,
    signUpDay: 1 + Math.floor(random() * (signUpDays ?? SIGN_UP_DAYS)),
    itemId,
    quantity: itemId === 'team_monthly' ? 1 + Math.floor(random() * SEATS_MAX) : 1,
    pastTheShop: random() * 100 < PAST_THE_SHOP_PERCENT,
    orders: [],
    subscriptions: [],
    customer: null,
  }
}

function drawItem(random: Random): string {
  let left = random() * 100
  for (const [itemId, percent] of MIX) {
    left -= percent
    if (left < 0) return itemId
  }
  throw new TypeError('the mix of items is not of a hundred percent')
}

/** Mulberry32 over a digest of the text. */
export function seeded(text: string): Random {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function inBatches<T>(
  all: readonly T[],
  size: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const queue = all.values()
  const worker = async () => {
    for (const one of queue) await work(one)
  }
  await Promise.all(Array.from({ length: Math.min(size, all.length) }, worker))
}
