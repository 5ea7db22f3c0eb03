// Owns one subscriber of the year: who it is, what it has at Stripe, and the few requests that its deeds are made of.
import type Stripe from 'stripe'
import { firstItemOf, idOf } from './flows/flow.ts'
import { BUYER_EMAIL, type FlowStage } from './flows/stage.ts'

/** Uniform in [0, 1), a function of the seed alone. */
export type Random = () => number

export interface Subscriber {
  readonly index: number
  readonly userId: string
  /** Its own, so that what it does depends on nobody else and on no timing. */
  readonly random: Random
  readonly signUpDay: number
  readonly itemId: string
  readonly quantity: number
  /** Made by the API, past the shop: without our marker. */
  readonly pastTheShop: boolean
  /** Every order of the shop, the newest last. */
  readonly orders: string[]
  /** Every subscription, the newest last. */
  readonly subscriptions: string[]
  customer: string | null
}

export interface Actor {
  readonly stage: FlowStage
  readonly subscriber: Subscriber
}

export const GOOD_CARD = 'pm_card_visa'

/** Through the shop's Checkout, or past it; later sign-ups of one buyer are sessions of their own. */
export async function signUp(
  { stage, subscriber }: Actor,
  itemId = subscriber.itemId,
  quantity = subscriber.quantity,
): Promise<void> {
  if (subscriber.pastTheShop) await signUpPastTheShop(stage, subscriber, quantity)
  else await signUpAtTheShop(stage, subscriber, itemId, quantity)
}

async function signUpAtTheShop(
  stage: FlowStage,
  subscriber: Subscriber,
  itemId: string,
  quantity: number,
): Promise<void> {
  const { orderId, sessionId } = await stage.checkout({
    itemId,
    quantity,
    userId: subscriber.userId,
  })
  subscriber.orders.push(orderId)
  await stage.pay(sessionId, isWithoutCard(itemId) ? null : GOOD_CARD)
  const session = await stage.stripe.checkout.sessions.retrieve(sessionId)
  subscriber.subscriptions.push(idOf(session.subscription))
  subscriber.customer = idOf(session.customer)
}

/** Trials that ask for a card only where one is needed begin without one. */
const isWithoutCard = (itemId: string): boolean => /^pro_trial_(cancel|pause|invoice)$/.test(itemId)

async function signUpPastTheShop(
  { stripe, prices }: FlowStage,
  subscriber: Subscriber,
  quantity: number,
): Promise<void> {
  subscriber.customer ??= (await stripe.customers.create({ email: BUYER_EMAIL })).id
  const { customer } = subscriber
  const method = await stripe.paymentMethods.attach(GOOD_CARD, { customer })
  const { id } = await stripe.subscriptions.create({
    customer,
    items: [{ price: prices.team, quantity }],
    default_payment_method: method.id,
  })
  subscriber.subscriptions.push(id)
}

export function subscriptionIdOf({ subscriptions, userId }: Subscriber): string {
  const id = subscriptions.at(-1)
  if (id === undefined) throw new TypeError(`${userId} has not signed up`)
  return id
}

export const look = ({ stage, subscriber }: Actor): Promise<Stripe.Subscription> =>
  stage.stripe.subscriptions.retrieve(subscriptionIdOf(subscriber))

export async function change(
  { stage, subscriber }: Actor,
  params: Stripe.SubscriptionUpdateParams,
): Promise<void> {
  await stage.stripe.subscriptions.update(subscriptionIdOf(subscriber), params)
}

/** The subscription is charged to this one from now on. */
export async function useCard(actor: Actor, card: string): Promise<void> {
  const { customer } = actor.subscriber
  if (customer === null) throw new TypeError('there is no customer to attach a card to')
  const { id } = await actor.stage.stripe.paymentMethods.attach(card, { customer })
  await change(actor, { default_payment_method: id })
}

export async function switchTo(
  actor: Actor,
  subscription: Stripe.Subscription,
  item: { readonly price?: string; readonly quantity?: number },
  more: Partial<Stripe.SubscriptionUpdateParams> = {},
): Promise<void> {
  await change(actor, { items: [{ id: firstItemOf(subscription).id, ...item }], ...more })
}

/** The charge that paid an invoice; null when no charge did. */
export async function chargeOf(
  { stripe }: FlowStage,
  invoice: string,
): Promise<Stripe.Charge | null> {
  const { data } = await stripe.invoicePayments.list({
    invoice,
    status: 'paid',
    expand: ['data.payment.payment_intent.latest_charge'],
  })
  const intent = data[0]?.payment.payment_intent
  if (intent === undefined || intent === null || typeof intent === 'string') return null
  const { latest_charge: charge } = intent
  return charge === null || typeof charge === 'string' ? null : charge
}

const CHARGES_READ = 10

/** The newest dispute that waits for an answer, among the customer's newest charges. */
export async function openDisputeOf(
  { stripe }: FlowStage,
  customer: string,
): Promise<Stripe.Dispute | null> {
  const { data: charges } = await stripe.charges.list({ customer, limit: CHARGES_READ })
  for (const { id } of charges.filter(({ disputed }) => disputed)) {
    const { data } = await stripe.disputes.list({ charge: id })
    const waiting = data.find(({ status }) => status === 'needs_response')
    if (waiting !== undefined) return waiting
  }
  return null
}
