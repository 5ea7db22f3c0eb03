// Owns the stage on which flows are played: a simulator of its own, a stocked account, a shop that opens sessions, a buyer.
import { createSimulator, type SimulatedAccount, type Simulator } from '@quittance/simulator'
import Stripe from 'stripe'
import { type Code, offerOf, type Prices, stock } from './goods.ts'

export const hour = 60 * 60
export const day = 24 * hour

/** Where the account's clock begins unless told: 2026-11-01T12:00:00Z, in a month of thirty days. */
export const STAGE_OPENS_MS = 1_793_534_400_000
const API_KEY = 'sk_test_flows_of_the_shop'
export const BUYER_EMAIL = 'ada@example.com'

export interface CheckoutInput {
  /** A lookup key of `GOODS`, or a further name of `OFFERS`. */
  readonly itemId: string
  readonly quantity?: number
  readonly userId?: string | null
}

export type Checkout = (
  input: CheckoutInput,
) => Promise<{ readonly orderId: string; readonly sessionId: string }>

/** What a shop needs to sell. */
export interface Market {
  /** The official SDK against the simulator. */
  readonly stripe: Stripe
  readonly simulator: Simulator
  /** Its virtual clock, its billing rules. */
  readonly account: SimulatedAccount
  readonly prices: Prices
}

export interface FlowStage extends Market {
  /** Opens a Checkout session as the shop does. */
  readonly checkout: Checkout
  /**
   * Pays it as a buyer does; null where nothing is to be paid. A decline and a challenge are no
   * errors: the session stays open.
   */
  pay(sessionId: string, paymentMethod: string | null): Promise<void>
  /** Enters a promotion code on the page, before paying. */
  enterCode(sessionId: string, code: Code): Promise<void>
  /** Passes or fails the 3-D Secure challenge that `pay` met. */
  answerChallenge(sessionId: string, passes: boolean): Promise<void>
  /** The events since the last call, the oldest first; those of stocking the shop are not told. */
  news(): Stripe.Event[]
  /** What a step left for a later one, and for whoever looks at the end: ids by name. */
  readonly kept: Map<string, string>
  /** Throws what the simulator said that is not of Stripe's shape. */
  close(): Promise<void>
}

export interface StageOptions {
  /** The shop that sells; without it, one that asks the SDK. */
  readonly checkout?: (market: Market) => Checkout | Promise<Checkout>
  /**
   * The wall clock under the account's virtual one. Fixed unless told, so that a seed gives the
   * same events; a shop that verifies delivered signatures by a real clock passes `Date.now`.
   */
  readonly now?: () => number
}

export async function openStage(
  seed: string | number,
  { checkout = plainShop, now = () => STAGE_OPENS_MS }: StageOptions = {},
): Promise<FlowStage> {
  let fresh: Stripe.Event[] = []
  const simulator = await createSimulator({
    seed,
    delivery: 'manual',
    now,
    onEvent: (event) => {
      // The simulator says what Stripe says: its checks hold every event against Stripe's types.
      fresh.push(event as Stripe.Event)
    },
  })
  const account = simulator.account(API_KEY)
  const stripe = new Stripe(API_KEY, {
    host: '127.0.0.1',
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  })
  const prices = await stock(stripe)
  fresh = []
  const market: Market = { stripe, simulator, account, prices }
  return {
    ...market,
    checkout: await checkout(market),
    pay: (sessionId, paymentMethod) => pay(stripe, sessionId, paymentMethod),
    enterCode: (sessionId, code) =>
      onPage(`${simulator.url}/c/pay/${sessionId}/promotion`, { code }, 200),
    // A passed challenge leads back to the shop, a failed one shows the form with its error.
    answerChallenge: (sessionId, passes) =>
      onPage(
        `${simulator.url}/c/pay/${sessionId}/challenge`,
        { outcome: passes ? 'complete' : 'fail' },
        passes ? 303 : 402,
      ),
    news() {
      const told = fresh
      fresh = []
      return told
    },
    kept: new Map(),
    close: () => simulator.close(),
  }
}

/** Sells straight through the SDK, with the markers that the engine's create-session sets. */
export function plainShop({ stripe, prices }: Market): Checkout {
  let orders = 0
  return async ({ itemId, quantity = 1, userId = null }) => {
    orders += 1
    const orderId = `ord_${orders}`
    const offer = offerOf(itemId)
    const metadata = { quittance_order: orderId }
    const { id: sessionId } = await stripe.checkout.sessions.create({
      line_items: [{ price: prices[offer.good], quantity }],
      success_url: 'https://shop.example/success?session_id={CHECKOUT_SESSION_ID}',
      cancel_url: `https://shop.example/cancel?order=${orderId}`,
      client_reference_id: userId ?? orderId,
      customer_email: BUYER_EMAIL,
      metadata,
      ...(offer.debits
        ? { allowed_payment_method_types: ['card' as const, 'sepa_debit' as const] }
        : {}),
      ...(offer.codes ? { allow_promotion_codes: true } : {}),
      ...(offer.cardOptional ? { payment_method_collection: 'if_required' as const } : {}),
      ...(offer.price.interval === undefined
        ? { mode: 'payment' as const, payment_intent_data: { metadata } }
        : { mode: 'subscription' as const, subscription_data: signUpOf(offer, metadata) }),
    })
    return { orderId, sessionId }
  }
}

function signUpOf(
  { trialDays, trialEnd }: ReturnType<typeof offerOf>,
  metadata: Record<string, string>,
): Stripe.Checkout.SessionCreateParams.SubscriptionData {
  return {
    metadata,
    ...(trialDays === undefined ? {} : { trial_period_days: trialDays }),
    ...(trialEnd === undefined
      ? {}
      : { trial_settings: { end_behavior: { missing_payment_method: trialEnd } } }),
  }
}

/** The private route of Stripe's own page, which the official CLI's triggers call too. */
async function pay(stripe: Stripe, sessionId: string, method: string | null): Promise<void> {
  const { amount_total: total } = await stripe.checkout.sessions.retrieve(sessionId)
  try {
    await stripe.rawRequest('POST', `/v1/payment_pages/${sessionId}/confirm`, {
      expected_amount: total ?? 0,
      ...(method === null ? {} : { payment_method: method }),
    })
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError)) throw error
  }
}

/** What no API can do for the buyer. */
async function onPage(url: string, form: Record<string, string>, expected: number): Promise<void> {
  const body = new URLSearchParams(form)
  const response = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  // Unread, the body keeps its connection.
  await response.arrayBuffer()
  if (response.status !== expected) throw new Error(`${url} answered ${response.status}`)
}
