// Owns the form of a deed: what is drawn for it, how it reads, on which subscription it is done, and by which card.
import fc from 'fast-check'
import type Stripe from 'stripe'
import type { Life } from './life.ts'

export interface Deed {
  readonly text: string
  readonly act: (life: Life) => Promise<boolean>
}

/** A deed reads as its name and what was drawn for it. */
export function deed<Drawn extends object>(
  name: string,
  draws: { readonly [Name in keyof Drawn]: fc.Arbitrary<Drawn[Name]> },
  act: (life: Life, drawn: Drawn) => Promise<boolean>,
): fc.Arbitrary<Deed> {
  return fc
    .record<Drawn>(draws as { [Name in keyof Drawn]: fc.Arbitrary<Drawn[Name]> })
    .map((drawn) => {
      const text = [name, ...Object.entries(drawn).map(([key, value]) => `${key}=${value}`)].join(
        ' ',
      )
      return { text, act: (life: Life) => act(life, drawn), [fc.toStringMethod]: () => text }
    })
}

type OnSubscription<Drawn> = (
  life: Life,
  subscription: Stripe.Subscription,
  drawn: Drawn,
) => Promise<boolean>

export const which = fc.nat({ max: 3 })

/** A deed on one of the buyer's subscriptions; left out when there is none. */
export const onOne = <Drawn extends object>(
  name: string,
  draws: { readonly [Name in keyof Drawn]: fc.Arbitrary<Drawn[Name]> },
  act: OnSubscription<Drawn>,
): fc.Arbitrary<Deed> =>
  deed<Drawn & { which: number }>(name, { ...draws, which } as never, async (life, drawn) => {
    const subscription = await life.subscription(drawn.which)
    return subscription === null ? false : await act(life, subscription, drawn)
  })

export const GOOD = 'pm_card_visa'
const CARDS = [
  'pm_card_chargeCustomerFail',
  'pm_card_authenticationRequired',
  'pm_card_createDispute',
  'pm_card_createDisputeInquiry',
  'pm_card_createMultipleDisputes',
  'pm_card_refundFail',
  'pm_card_pendingRefund',
] as const
export const card = fc.oneof(
  { weight: 5, arbitrary: fc.constant(GOOD) },
  { weight: 4, arbitrary: fc.constantFrom(...CARDS) },
)
export const update = async (
  { stripe }: Life,
  { id }: Stripe.Subscription,
  params: Stripe.SubscriptionUpdateParams,
): Promise<boolean> => {
  await stripe.subscriptions.update(id, params)
  return true
}
