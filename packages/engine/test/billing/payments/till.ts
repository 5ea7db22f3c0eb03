// Owns a till at Stripe for tests: charges that are refunded and disputed, and the events of each step.
import type { EventName, Handlers } from '../../../src/events.ts'
import { eventOf, paid, type Shop } from '../../support/shop.ts'

export type Json = Record<string, unknown>

/** Stripe expands this many of a list before one must page. */
const EXPANDED = 10
const OPENED_AT = 1_790_000_000
const BACK = ['failed', 'canceled']

interface OrderOptions {
  readonly userId?: string
  readonly customer?: string
  readonly intent?: string
  /** The session's event is left to the test. */
  readonly pending?: boolean
}

export interface Bought {
  readonly orderId: string
  readonly sessionId: string
  /** Of the session's completion. */
  readonly completed: Json
}

export class Till {
  readonly #shop: Shop
  #n = 0
  /** Unix seconds; each step takes one, unless a test holds it. */
  now = OPENED_AT
  /** Seconds from one step to the next. */
  pace = 1

  constructor(shop: Shop) {
    this.#shop = shop
  }

  /** An event of this moment about the object as it is now; its lists are not in it. */
  event(type: string, object: Json): Json {
    this.#n += 1
    const { refunds: _, ...shown } = structuredClone(object)
    if (typeof shown.charge === 'object') shown.charge = (shown.charge as Json).id
    return eventOf(`evt_${this.#n}`, type, shown, { created: this.now })
  }

  /** A poster for two, paid by this intent; its charge is `ch_<intent>`. */
  async order(options: OrderOptions = {}): Promise<Bought> {
    const { userId, customer = null, intent = 'pi_1' } = options
    const { orderId, sessionId } = await this.#shop.engine.checkout.createSession({
      body: { itemId: 'poster', quantity: 2 },
      identity: userId === undefined ? null : { userId },
      browser: null,
      idempotencyKey: null,
    })
    const session = this.#shop.stripe.change(sessionId, { ...paid(intent), customer })
    this.charge({
      id: `ch_${intent}`,
      payment_intent: intent,
      customer,
      metadata: { quittance_order: orderId },
    })
    const completed = this.event('checkout.session.completed', session)
    if (options.pending !== true) await this.deliver(completed)
    return { orderId, sessionId, completed }
  }

  charge(over: Json): Json {
    const charge = {
      object: 'charge',
      amount: 3000,
      amount_refunded: 0,
      refunded: false,
      disputed: false,
      currency: 'eur',
      customer: null,
      metadata: {},
      created: this.now,
      ...over,
    }
    return this.#keep(charge)
  }

  chargeOf(id: string): Json {
    const charge = this.#shop.stripe.charges.get(id)
    if (charge === undefined) throw new TypeError(`the till has no charge ${id}`)
    return charge
  }

  refundsMade(chargeId: string): number {
    return this.#shop.stripe.refunds.get(chargeId)?.length ?? 0
  }

  /** Everything that shows the charge shows it as it is now. */
  #keep(charge: Json): Json {
    const { stripe } = this.#shop
    const id = String(charge.id)
    const all = stripe.refunds.get(id) ?? []
    const standing = all.filter(({ status }) => !BACK.includes(String(status)))
    const refunded = standing.reduce((sum, { amount }) => sum + Number(amount), 0)
    const kept = {
      ...charge,
      amount_refunded: refunded,
      refunded: refunded === charge.amount,
      refunds: stripe.refundPage(id, null, EXPANDED),
    }
    stripe.charges.set(id, kept)
    for (const [disputeId, dispute] of stripe.disputes) {
      if ((dispute.charge as Json).id === id) {
        stripe.disputes.set(disputeId, { ...dispute, charge: kept })
      }
    }
    return kept
  }

  /** Answers the events that Stripe sends of it. */
  refund(chargeId: string, amount: number, over: Json = {}): readonly Json[] {
    this.now += this.pace
    const { refunds } = this.#shop.stripe
    const charge = this.chargeOf(chargeId)
    const before = refunds.get(chargeId) ?? []
    const refund = {
      id: `re_${chargeId}_${before.length + 1}`,
      object: 'refund',
      charge: chargeId,
      payment_intent: charge.payment_intent,
      amount,
      currency: charge.currency,
      status: 'succeeded',
      reason: 'requested_by_customer',
      created: this.now,
      ...over,
    }
    refunds.set(chargeId, [refund, ...before])
    const after = this.#keep(charge)
    return [
      this.event('refund.created', refund),
      this.event('charge.refunded', after),
      this.event('refund.updated', refund),
      this.event('charge.refund.updated', refund),
    ]
  }

  changeRefund(refundId: string, over: Json): readonly Json[] {
    this.now += this.pace
    for (const [chargeId, all] of this.#shop.stripe.refunds) {
      const found = all.find(({ id }) => id === refundId)
      if (found === undefined) continue
      const changed: Json = { ...found, ...over }
      this.#shop.stripe.refunds.set(
        chargeId,
        all.map((each) => (each === found ? changed : each)),
      )
      this.#keep(this.chargeOf(chargeId))
      const type = changed.status === 'failed' ? 'refund.failed' : 'refund.updated'
      return [this.event(type, changed), this.event('charge.refund.updated', changed)]
    }
    throw new TypeError(`the till has no refund ${refundId}`)
  }

  /** The bank sends it back; the balance transaction of that says when. */
  failRefund(refundId: string): readonly Json[] {
    return this.changeRefund(refundId, {
      status: 'failed',
      failure_reason: 'declined',
      failure_balance_transaction: { id: `txn_${refundId}`, created: this.now + this.pace },
    })
  }

  dispute(chargeId: string, over: Json = {}): readonly Json[] {
    this.now += this.pace
    const charge = this.#keep({ ...this.chargeOf(chargeId), disputed: true })
    const dispute = {
      id: `dp_${this.#shop.stripe.disputes.size + 1}`,
      object: 'dispute',
      charge,
      payment_intent: charge.payment_intent,
      amount: charge.amount,
      currency: charge.currency,
      status: 'needs_response',
      reason: 'fraudulent',
      evidence_details: { due_by: this.now + 777_600 },
      created: this.now,
      ...over,
    }
    this.#shop.stripe.disputes.set(dispute.id, dispute)
    const created = this.event('charge.dispute.created', dispute)
    if (dispute.status.startsWith('warning')) return [created]
    return [created, this.event('charge.dispute.funds_withdrawn', dispute)]
  }

  changeDispute(id: string, status: string): readonly Json[] {
    this.now += this.pace
    const dispute = { ...this.#shop.stripe.disputes.get(id), status }
    this.#shop.stripe.disputes.set(id, dispute)
    const closed = ['won', 'lost', 'warning_closed', 'prevented'].includes(status)
    const event = this.event(`charge.dispute.${closed ? 'closed' : 'updated'}`, dispute)
    if (status !== 'won') return [event]
    return [event, this.event('charge.dispute.funds_reinstated', dispute)]
  }

  async deliver(...events: readonly Json[]): Promise<void> {
    for (const event of events) await this.#shop.deliver(event)
    await this.#shop.drain()
  }

  /** The requests for charges, disputes and pages of refunds so far. */
  get asked(): readonly string[] {
    return this.#shop.stripe.calls.filter((call) => /^(charge|dispute|refunds) /.test(call))
  }
}

const NAMES = [
  'order.fulfilled',
  'order.refunded',
  'order.partially_refunded',
  'order.refund_failed',
  'order.disputed',
  'order.dispute_won',
  'order.dispute_lost',
  'invoice.refunded',
  'invoice.partially_refunded',
  'invoice.refund_failed',
  'invoice.disputed',
  'invoice.dispute_won',
  'invoice.dispute_lost',
  'access.granted',
  'access.revoked',
] as const satisfies readonly EventName[]

interface Subject {
  readonly refund?: { readonly id: string }
  readonly dispute?: { readonly id: string }
  readonly feature?: string
}

/** Handlers that write down what they are told: the name and what it is about, as in `order.refunded re_1`. */
export function listener(): { readonly on: Handlers; readonly told: string[] } {
  const told: string[] = []
  const on = Object.fromEntries(
    NAMES.map((name) => [
      name,
      ({ refund, dispute, feature }: Subject) => {
        const about = refund?.id ?? dispute?.id ?? feature
        told.push(about === undefined ? name : `${name} ${about}`)
      },
    ]),
  )
  return { on, told }
}
