// Owns the way of Stripe's news to us: in any order, twice, or lost and sent again.
import type Stripe from 'stripe'
import type { Dice } from './dice.ts'

/** Of a delivery: it never comes here. Stripe tries again. */
const LOST = 0.15
/** Of one that came: Stripe did not hear our answer, or sent it twice. */
const REPEATED = 0.2
/** Whatever the dice say: a history's news has an end. */
const TRIES_MAX = 5

interface Mail {
  readonly event: Stripe.Event
  readonly tries: number
}

export type Order = 'random' | 'newest first'

export class Courier {
  readonly #dice: Dice
  readonly #order: Order
  #waiting: Mail[] = []

  constructor(dice: Dice, order: Order) {
    this.#dice = dice
    this.#order = order
  }

  get waiting(): number {
    return this.#waiting.length
  }

  post(events: readonly Stripe.Event[]): void {
    this.#waiting.push(...events.map((event) => ({ event, tries: 0 })))
  }

  /** The next delivery: null when it is lost on the way, or when nothing waits. */
  next(): Stripe.Event | null {
    const last = this.#waiting.length - 1
    const index = this.#order === 'random' ? this.#dice.below(last + 1) : last
    const [mail] = this.#waiting.splice(index, 1)
    if (mail === undefined) return null
    const isLast = mail.tries + 1 >= TRIES_MAX
    const isLost = !isLast && this.#dice.chance(LOST)
    if (isLost || (!isLast && this.#dice.chance(REPEATED))) {
      // What is sent again comes among the others, not at once.
      const place = this.#dice.below(this.#waiting.length + 1)
      this.#waiting.splice(place, 0, { ...mail, tries: mail.tries + 1 })
    }
    return isLost ? null : mail.event
  }
}
