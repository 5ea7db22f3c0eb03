// Owns the steps that flows are made of: what buyers, the shop, its Dashboard, banks and time do, one request or moment each.
import type Stripe from 'stripe'
import { firstItemOf, idOf, kept, type Step, subscriptionOf } from './flow.ts'
import type { GoodName } from './goods.ts'
import { BUYER_EMAIL, type CheckoutInput, day, hour } from './stage.ts'

/** What Stripe's test bank accounts do. */
export const IBAN = {
  settlesLater: 'AT321904300235473204',
  failsLater: 'AT051904300235473205',
  settlesThenDisputed: 'AT591904300235473203',
} as const
/** After these the bank has said what becomes of such a debit … */
export const DEBIT_SECONDS = 180
/** … and after these of a dispute, or of a refund that fails. */
export const BANK_SECONDS = 5
/** The account announces a renewal so long before. */
const UPCOMING_DAYS = 7

export const passes =
  (seconds: number): Step =>
  async ({ account }) => {
    account.advance(seconds)
  }

export const bankDecides = passes(BANK_SECONDS)

// ---- The buyer at Checkout

/** Opens a session and keeps `order` and `session`. */
export const opens =
  (input: CheckoutInput): Step =>
  async (stage) => {
    const { orderId, sessionId } = await stage.checkout(input)
    stage.kept.set('order', orderId)
    stage.kept.set('session', sessionId)
  }

/** Pays the session; what came of it is kept: `intent` and `charge`, or `subscription` and its kin. */
export const pays =
  (method: string | null): Step =>
  async (stage) => {
    await stage.pay(kept(stage, 'session'), method)
    await keepsOutcome(stage)
  }

export const keepsOutcome: Step = async (stage) => {
  const session = await stage.stripe.checkout.sessions.retrieve(kept(stage, 'session'), {
    expand: ['payment_intent'],
  })
  const { payment_intent: intent, subscription, customer } = session
  if (intent !== null && typeof intent !== 'string') {
    stage.kept.set('intent', intent.id)
    if (intent.latest_charge !== null) stage.kept.set('charge', idOf(intent.latest_charge))
  }
  if (customer !== null) stage.kept.set('customer', idOf(customer))
  if (subscription !== null) stage.kept.set('subscription', idOf(subscription))
}

const debitOf = async (stripe: Stripe, iban: string): Promise<string> => {
  const { id } = await stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban },
    billing_details: { name: 'Ada', email: BUYER_EMAIL },
  })
  return id
}

export const paysByDebit =
  (iban: string): Step =>
  async (stage) => {
    await pays(await debitOf(stage.stripe, iban))(stage)
  }

export const answersChallenge =
  (passed: boolean): Step =>
  async (stage) => {
    await stage.answerChallenge(kept(stage, 'session'), passed)
    await keepsOutcome(stage)
  }

export const entersCode =
  (code: 'FREE' | 'QUARTER'): Step =>
  (stage) =>
    stage.enterCode(kept(stage, 'session'), code)

export const buys = (card: string): readonly Step[] => [
  opens({ itemId: 'poster', quantity: 2, userId: 'user_1' }),
  pays(card),
]

export const signsUp = (itemId: string, quantity = 1, card = 'pm_card_visa'): readonly Step[] => [
  opens({ itemId, quantity, userId: 'user_1' }),
  pays(card),
]

// ---- The Dashboard, and whoever calls Stripe's API past the shop

/** A customer whom the shop has never seen, with a card. */
export const dashboardCustomer =
  (card: string | null): Step =>
  async (stage) => {
    const { id } = await stage.stripe.customers.create({ email: BUYER_EMAIL, name: 'Ada' })
    stage.kept.set('customer', id)
    if (card !== null) await takesAsDefault(stage.stripe, id, card)
  }

export const dashboardCustomerByDebit =
  (iban: string): Step =>
  async (stage) => {
    await dashboardCustomer(null)(stage)
    const method = await debitOf(stage.stripe, iban)
    await takesAsDefault(stage.stripe, kept(stage, 'customer'), method)
  }

async function takesAsDefault(stripe: Stripe, customer: string, method: string): Promise<void> {
  const { id } = await stripe.paymentMethods.attach(method, { customer })
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } })
}

/** A subscription without our marker; keeps `subscription` and its `invoice`. */
export const subscribes =
  (more: Partial<Stripe.SubscriptionCreateParams> = {}): Step =>
  async (stage) => {
    const { id } = await stage.stripe.subscriptions.create({
      customer: kept(stage, 'customer'),
      items: [{ price: stage.prices.pro }],
      ...more,
    })
    stage.kept.set('subscription', id)
    await keepsInvoice(stage)
  }

export const changes =
  (params: Stripe.SubscriptionUpdateParams): Step =>
  async (stage) => {
    await stage.stripe.subscriptions.update(kept(stage, 'subscription'), params)
  }

/** A change of the first item; without the item's id it would be one more item. */
export const switches =
  (
    { good, quantity }: { readonly good?: GoodName; readonly quantity?: number },
    more: Partial<Stripe.SubscriptionUpdateParams> = {},
  ): Step =>
  async (stage) => {
    const { id } = firstItemOf(await subscriptionOf(stage))
    const item = {
      id,
      ...(good === undefined ? {} : { price: stage.prices[good] }),
      ...(quantity === undefined ? {} : { quantity }),
    }
    await changes({ items: [item], ...more })(stage)
  }

export const cancelsNow =
  (params: Stripe.SubscriptionCancelParams = {}): Step =>
  async (stage) => {
    await stage.stripe.subscriptions.cancel(kept(stage, 'subscription'), params)
  }

/** As in the portal: another method, from now on the one that the subscription is charged to. */
export const swapsCard =
  (card: string): Step =>
  async (stage) => {
    const customer = kept(stage, 'customer')
    const { id } = await stage.stripe.paymentMethods.attach(card, { customer })
    await changes({ default_payment_method: id })(stage)
  }

// ---- Invoices

/** Keeps the newest invoice of the subscription as `invoice`, with its `intent` and `charge`. */
export const keepsInvoice: Step = async (stage) => {
  const { latest_invoice: latest } = await subscriptionOf(stage)
  const invoice = idOf(latest)
  stage.kept.set('invoice', invoice)
  const { data } = await stage.stripe.invoicePayments.list({ invoice })
  const intent = data[0]?.payment.payment_intent
  if (intent === undefined || intent === null) return
  stage.kept.set('intent', idOf(intent))
  const { latest_charge: charge } = await stage.stripe.paymentIntents.retrieve(idOf(intent))
  if (charge !== null) stage.kept.set('charge', idOf(charge))
}

/** The buyer pays the kept invoice with another card, on its page. */
export const paysInvoice =
  (card: string): Step =>
  async (stage) => {
    const customer = kept(stage, 'customer')
    const { id } = await stage.stripe.paymentMethods.attach(card, { customer })
    await stage.stripe.invoices.pay(kept(stage, 'invoice'), { payment_method: id })
  }

export const paysOutOfBand: Step = async (stage) => {
  await stage.stripe.invoices.pay(kept(stage, 'invoice'), { paid_out_of_band: true })
}

/** Passes or fails the challenge of the kept invoice's payment. */
export const authenticates =
  (outcome: 'succeeds' | 'fails'): Step =>
  async (stage) => {
    const url = `${stage.simulator.url}/_sim/payment_intents/${kept(stage, 'intent')}/authenticate`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ outcome }) })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`the challenge answered ${response.status}`)
  }

// ---- Time

/** Up to so many seconds before the end of the running period, or trial; nothing when that is past. */
export const toPeriodEnd =
  (secondsBefore = 0): Step =>
  async (stage) => {
    const { current_period_end: end } = firstItemOf(await subscriptionOf(stage))
    stage.account.advance(Math.max(0, end - secondsBefore - stage.account.now()))
  }

/** A draft is finalised and collected an hour after it was made. */
export const collects: Step = passes(hour)

/** From wherever the period stands through its renewal: the notice, the draft, the payment. */
export const renews: readonly Step[] = [toPeriodEnd(UPCOMING_DAYS * day), toPeriodEnd(), collects]

// ---- Money that goes back

/** Refunds the kept charge, in part when an amount is given. */
export const refunds =
  (amount?: number, name = 'refund'): Step =>
  async (stage) => {
    const { id } = await stage.stripe.refunds.create({
      charge: kept(stage, 'charge'),
      reason: 'requested_by_customer',
      ...(amount === undefined ? {} : { amount }),
    })
    stage.kept.set(name, id)
  }

/** Keeps the newest dispute of the kept charge as `dispute`, another one as `earlier dispute`. */
export const keepsDispute: Step = async (stage) => {
  const { data } = await stage.stripe.disputes.list({ charge: kept(stage, 'charge') })
  const [dispute, earlier] = data
  if (dispute === undefined) throw new TypeError('the charge is not disputed')
  stage.kept.set('dispute', dispute.id)
  if (earlier !== undefined) stage.kept.set('earlier dispute', earlier.id)
}

type Evidence = 'winning_evidence' | 'losing_evidence' | 'escalate_inquiry_evidence'

/** What Stripe's test mode reads in the evidence decides. */
export const answersDispute =
  (evidence: Evidence, name = 'dispute'): Step =>
  async (stage) => {
    await stage.stripe.disputes.update(kept(stage, name), {
      evidence: { uncategorized_text: evidence },
    })
  }
