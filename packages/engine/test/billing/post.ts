// Owns the way of events from Stripe to us: late, twice, out of order, and sometimes not before the next day.
import type Stripe from 'stripe'
import { hour } from './flows/stage.ts'
import type { Random } from './year-subscriber.ts'

/** Of a hundred events. */
export interface Weather {
  /** The delivery fails, and Stripe comes again a day later. */
  readonly lost: number
  /** It comes twice. */
  readonly twice: number
  /** It came, and comes again a day later: our answer was lost. */
  readonly again: number
  /** It comes with those of a later hour. */
  readonly late: number
}

export const ROUGH: Weather = { lost: 3, twice: 4, again: 2, late: 8 }

export function shuffled<T>(all: readonly T[], random: Random): T[] {
  const left = [...all]
  for (let last = left.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [left[last], left[other]]
    if (a !== undefined && b !== undefined) [left[last], left[other]] = [b, a]
  }
  return left
}

export class Post {
  readonly #random: Random
  readonly #weather: Weather
  /** For tomorrow. */
  #held: Stripe.Event[] = []
  /** Deliveries that the weather let through, duplicates too. */
  deliveries = 0

  constructor(random: Random, weather: Weather = ROUGH) {
    this.#random = random
    this.#weather = weather
  }

  /**
   * The deliveries of a day, in the bundles in which they come: those of an hour together, in no
   * order. Yesterday's stragglers come with the first.
   */
  bundles(news: readonly Stripe.Event[]): readonly (readonly Stripe.Event[])[] {
    const byHour = new Map<number, Stripe.Event[]>()
    const put = (at: number, event: Stripe.Event) => {
      byHour.set(at, [...(byHour.get(at) ?? []), event])
    }
    const stragglers = this.#held
    this.#held = []
    const hours = news.map(({ created }) => Math.floor(created / hour))
    const first = Math.min(...hours)
    for (const event of stragglers)
      put(stragglers.length > 0 && hours.length > 0 ? first : 0, event)
    for (const event of news) this.#send(event, put)
    const bundles = [...byHour].sort(([a], [b]) => a - b).map(([, events]) => events)
    this.deliveries += bundles.reduce((sum, { length }) => sum + length, 0)
    return bundles.map((events) => shuffled(events, this.#random))
  }

  /** What is on the way comes now. */
  rest(): readonly Stripe.Event[] {
    const held = shuffled(this.#held, this.#random)
    this.#held = []
    this.deliveries += held.length
    return held
  }

  #send(event: Stripe.Event, put: (at: number, event: Stripe.Event) => void): void {
    const happens = (percent: number) => this.#random() * 100 < percent
    const at = Math.floor(event.created / hour) + (happens(this.#weather.late) ? 1 : 0)
    if (happens(this.#weather.lost)) {
      this.#held.push(event)
      return
    }
    put(at, event)
    if (happens(this.#weather.twice)) put(at, event)
    if (happens(this.#weather.again)) this.#held.push(event)
  }
}
