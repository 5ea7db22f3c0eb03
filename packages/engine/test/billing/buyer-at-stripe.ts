// Owns reading everything of one buyer at Stripe that access may follow from, through the SDK and past the engine.
import type Stripe from 'stripe'
import { idOf } from './flows/flow.ts'

/** A purchase through the shop. When it was fulfilled is the shop's own to say. */
export interface Purchase {
  readonly orderId: string
  readonly sessionId: string
  readonly itemId: string
  readonly fulfilledAt: Date | null
}

export interface BuyerKeys {
  /** Every one that Stripe knows the buyer by. */
  readonly customers: readonly string[]
  readonly purchases: readonly Purchase[]
}

export interface Money {
  readonly amount: number
  readonly refunded: number
  readonly disputes: readonly Stripe.Dispute.Status[]
}

export interface Bill extends Money {
  readonly invoice: Stripe.Invoice
  /** Of what it bills for, in unix seconds. */
  readonly start: number | null
  readonly end: number | null
}

export interface Held {
  readonly subscription: Stripe.Subscription
  readonly bills: readonly Bill[]
}

export interface Bought extends Money {
  readonly purchase: Purchase
  readonly session: Stripe.Checkout.Session
}

export interface BuyerAtStripe {
  readonly held: readonly Held[]
  readonly bought: readonly Bought[]
}

const ALL = { limit: 100 } as const

const linkOf = (link: string | { readonly id: string } | null | undefined): string | null =>
  link === null || link === undefined ? null : idOf(link)

/** By payment intent: what of a charge went back, or is asked back. */
async function moneyOf(
  stripe: Stripe,
  charges: readonly Stripe.Charge[],
): Promise<ReadonlyMap<string, Pick<Money, 'refunded' | 'disputes'>>> {
  const found = new Map<string, { refunded: number; disputes: Stripe.Dispute.Status[] }>()
  for (const charge of charges) {
    const intent = linkOf(charge.payment_intent)
    if (intent === null) continue
    const money = found.get(intent) ?? { refunded: 0, disputes: [] }
    found.set(intent, money)
    money.refunded += charge.amount_refunded
    if (!charge.disputed) continue
    for await (const { status } of stripe.disputes.list({ ...ALL, charge: charge.id })) {
      money.disputes.push(status)
    }
  }
  return found
}

/**
 * A credit for what was left unused is negative, and bills for nothing. An invoice may bill for
 * several spans (a month, what was added to the month before, a year of another item): the one that
 * reaches furthest is what it is paid for.
 */
function spanOf(lines: readonly Stripe.InvoiceLineItem[]): Pick<Bill, 'start' | 'end'> {
  const [furthest] = lines
    .filter(({ amount, parent }) => amount >= 0 && parent?.type === 'subscription_item_details')
    .map(({ period }) => period)
    .toSorted((a, b) => b.end - a.end || a.start - b.start)
  return { start: furthest?.start ?? null, end: furthest?.end ?? null }
}

async function linesOf(
  stripe: Stripe,
  { id, lines }: Stripe.Invoice,
): Promise<readonly Stripe.InvoiceLineItem[]> {
  if (!lines.has_more || id === undefined) return lines.data
  return await stripe.invoices.listLineItems(id, ALL).autoPagingToArray({ limit: 1000 })
}

const NOTHING = { refunded: 0, disputes: [] }

async function readCustomer(stripe: Stripe, customer: string): Promise<readonly Held[]> {
  const charges = await stripe.charges.list({ ...ALL, customer }).autoPagingToArray({ limit: 1000 })
  const money = await moneyOf(stripe, charges)
  const bills = new Map<string, Bill[]>()
  for await (const invoice of stripe.invoices.list({ ...ALL, customer })) {
    const subscription = linkOf(invoice.parent?.subscription_details?.subscription)
    if (subscription === null) continue
    const { data: payments } =
      money.size === 0
        ? { data: [] }
        : await stripe.invoicePayments.list({ ...ALL, invoice: invoice.id ?? '' })
    const back = payments
      .map(({ payment }) => money.get(linkOf(payment.payment_intent) ?? '') ?? NOTHING)
      .reduce(
        (sum, each) => ({
          refunded: sum.refunded + each.refunded,
          disputes: [...sum.disputes, ...each.disputes],
        }),
        { refunded: 0, disputes: [] as Stripe.Dispute.Status[] },
      )
    const bill = {
      invoice,
      amount: invoice.amount_paid,
      ...back,
      ...spanOf(await linesOf(stripe, invoice)),
    }
    bills.set(subscription, [...(bills.get(subscription) ?? []), bill])
  }
  const held: Held[] = []
  for await (const subscription of stripe.subscriptions.list({ ...ALL, customer, status: 'all' })) {
    held.push({ subscription, bills: bills.get(subscription.id) ?? [] })
  }
  return held
}

async function readPurchase(stripe: Stripe, purchase: Purchase): Promise<Bought> {
  const session = await stripe.checkout.sessions.retrieve(purchase.sessionId)
  const intent = linkOf(session.payment_intent)
  const charges =
    intent === null ? [] : (await stripe.charges.list({ ...ALL, payment_intent: intent })).data
  const money = (await moneyOf(stripe, charges)).get(intent ?? '') ?? NOTHING
  return { purchase, session, amount: session.amount_total ?? 0, ...money }
}

export async function readBuyer(stripe: Stripe, keys: BuyerKeys): Promise<BuyerAtStripe> {
  const held: Held[] = []
  for (const customer of keys.customers) held.push(...(await readCustomer(stripe, customer)))
  const bought: Bought[] = []
  for (const purchase of keys.purchases) bought.push(await readPurchase(stripe, purchase))
  return { held, bought }
}
