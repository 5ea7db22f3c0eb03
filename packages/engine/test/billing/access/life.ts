// Owns one buyer's life at Stripe and at the shop: what was bought, what news is on its way, and what is left to be told.
import Stripe from 'stripe'
import type { EngineShop, Sale } from '../engine-shop.ts'
import { idOf } from '../flows/flow.ts'
import type { FlowStage } from '../flows/stage.ts'
import { Courier } from '../permute/courier.ts'
import type { Dice } from '../permute/dice.ts'

export const USER = 'user_ada'

/** Stripe or a bank said no: that, too, is a history. */
export type Outcome = 'done' | 'left out' | 'refused'

export class Life {
  readonly shop: EngineShop
  readonly stage: FlowStage
  readonly dice: Dice
  readonly #courier: Courier
  /** The oldest first. */
  readonly subscriptions: string[] = []
  readonly sessions: string[] = []

  constructor(shop: EngineShop, dice: Dice) {
    this.shop = shop
    this.stage = shop.stage
    this.dice = dice
    this.#courier = new Courier(dice, 'random')
  }

  get stripe(): Stripe {
    return this.stage.stripe
  }

  get sales(): readonly Sale[] {
    const latest = new Map(this.shop.sales.map((sale) => [sale.orderId, sale]))
    return [...latest.values()]
  }

  /** The one by which Stripe knows the buyer now; null before the first. */
  async customer(): Promise<string | null> {
    const { data } = await this.stripe.customers.list({ limit: 1 })
    return data[0]?.id ?? null
  }

  /** One of the subscriptions as it is now, by any number. */
  async subscription(which: number): Promise<Stripe.Subscription | null> {
    const id = this.subscriptions[which % Math.max(1, this.subscriptions.length)]
    return id === undefined ? null : await this.stripe.subscriptions.retrieve(id)
  }

  async isPaid(sessionId: string): Promise<Stripe.Checkout.Session> {
    const session = await this.stripe.checkout.sessions.retrieve(sessionId)
    const { subscription } = session
    if (subscription !== null && !this.subscriptions.includes(idOf(subscription))) {
      this.subscriptions.push(idOf(subscription))
    }
    return session
  }

  /** Does it, and says what came of it. Errors that are no word of Stripe's are ours. */
  async tries(act: () => Promise<boolean>): Promise<Outcome> {
    try {
      return (await act()) ? 'done' : 'left out'
    } catch (error) {
      if (error instanceof Stripe.errors.StripeError) return 'refused'
      throw error
    } finally {
      await this.shop.followClock()
      this.#courier.post(this.stage.news())
    }
  }

  /** A part of what waits comes, in any order, all at once or one by one; then the engine works. */
  async hears(share: number, atOnce: boolean): Promise<void> {
    const count = Math.ceil(this.#courier.waiting * share)
    await this.#hear(count, atOnce)
    await this.shop.drain()
  }

  /** Everything has come, and nothing is left to do. */
  async hearsAll(): Promise<void> {
    do {
      while (this.#courier.waiting > 0) await this.#hear(this.#courier.waiting, true)
      await this.shop.settle()
      await this.#lookForNews()
    } while (this.#courier.waiting > 0)
  }

  /** What is due at Stripe by now (a dispute of a charge just made) happens with the next request. */
  async #lookForNews(): Promise<void> {
    await this.customer()
    this.#courier.post(this.stage.news())
  }

  async #hear(count: number, atOnce: boolean): Promise<void> {
    const events = Array.from({ length: count }, () => this.#courier.next())
    const arrived = events.filter((event) => event !== null)
    if (atOnce) await this.shop.deliver(arrived)
    else
      for (const event of arrived) {
        await this.shop.deliver([event])
        await this.shop.drain()
      }
  }
}
