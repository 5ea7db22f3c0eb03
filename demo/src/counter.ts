// Owns what happens behind the counter: cards that are swapped, and time that is let pass.
import type { Subscription } from '@quittance/engine'
import type Stripe from 'stripe'
import type { ShopTime } from './time.ts'

export const PLAYS = ['renew', 'fail', 'week', 'recover'] as const

export type Play = (typeof PLAYS)[number]

export interface Counter {
  /** Plays one scene with a member's subscription; one at a time, for there is one time for all. */
  play(play: Play, subscription: Subscription): Promise<void>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Stripe charges a renewal about an hour after its period began. */
const AFTER_RENEWAL_MS = 2 * HOUR_MS
/** One more than the days of grace. */
const LONG_WEEK_DAYS = 8

/** Test payment methods of Stripe's: the first one can be kept, and declines when it is charged. */
const BAD_CARD = 'pm_card_chargeCustomerFail'
const GOOD_CARD = 'pm_card_visa'

export const isPlay = (word: unknown): word is Play => PLAYS.some((play) => play === word)

/** When the running period is over and its successor has been charged, or it has ended. */
function nextTurn({ cancelAt, periodEnd }: Subscription, now: Date): Date {
  const turn = cancelAt ?? periodEnd ?? now
  return new Date(Math.max(turn.getTime(), now.getTime()) + AFTER_RENEWAL_MS)
}

export function counter(stripe: Stripe, time: ShopTime): Counter {
  async function useCard(card: string, { id, customerId }: Subscription): Promise<void> {
    const method = await stripe.paymentMethods.attach(card, { customer: customerId })
    await stripe.customers.update(customerId, {
      invoice_settings: { default_payment_method: method.id },
    })
    // A subscription from Checkout has a card of its own, which would go on paying.
    await stripe.subscriptions.update(id, { default_payment_method: method.id })
  }

  async function payOpenInvoices(subscription: string): Promise<void> {
    const { data } = await stripe.invoices.list({ subscription, status: 'open', limit: 10 })
    for (const { id } of data) if (id !== undefined) await stripe.invoices.pay(id)
  }

  const scenes: Readonly<Record<Play, (subscription: Subscription) => Promise<void>>> = {
    renew: (subscription) => time.passTo(nextTurn(subscription, time.now())),
    async fail(subscription) {
      await useCard(BAD_CARD, subscription)
      await time.passTo(nextTurn(subscription, time.now()))
    },
    week: () => time.passTo(new Date(time.now().getTime() + LONG_WEEK_DAYS * DAY_MS)),
    async recover(subscription) {
      await useCard(GOOD_CARD, subscription)
      await payOpenInvoices(subscription.id)
      await time.settled()
    },
  }

  let last: Promise<void> = Promise.resolve()
  return {
    play(play, subscription) {
      const turn = last.then(() => scenes[play](subscription))
      last = turn.catch(() => undefined)
      return turn
    },
  }
}
