// Owns a Stripe in memory behind the engine's port: sessions, charges and prices that tests move.
import type Stripe from 'stripe'
import { EngineError } from '../../src/errors.ts'
import { type StripePort, StripeRefusal } from '../../src/ports/stripe.ts'

type Json = Record<string, unknown>

/** The wire's JSON in the SDK's types: what a test leaves out, the engine must not need. */
function asStripe<T>(json: Json | null): T {
  return json as T
}

/** What the fake does to the next call of createSession. */
export type Trouble = 'timeout_before' | 'timeout_after' | 'down' | 'refused' | 'bad_key'

export class FakeStripe implements StripePort {
  readonly sessions = new Map<string, Json>()
  readonly charges = new Map<string, Json>()
  readonly events = new Map<string, Json>()
  readonly prices = new Map<string, Json>()
  readonly calls: string[] = []
  readonly #byKey = new Map<string, { params: string; session: Json }>()
  trouble: Trouble[] = []
  #n = 0

  constructor() {
    this.addPrice('price_poster', 1500)
  }

  addPrice(id: string, unitAmount: number | null, over: Json = {}): void {
    this.prices.set(id, {
      id,
      object: 'price',
      active: true,
      currency: 'eur',
      type: 'one_time',
      unit_amount: unitAmount,
      product: { id: 'prod_1', object: 'product', active: true },
      ...over,
    })
  }

  /** Changes a session as the buyer's doings at Stripe would. */
  change(id: string, over: Json): Json {
    const session = { ...this.sessions.get(id), ...over }
    this.sessions.set(id, session)
    return session
  }

  async createSession(
    params: Stripe.Checkout.SessionCreateParams,
    options: { readonly idempotencyKey: string },
  ): Promise<Stripe.Checkout.Session> {
    this.calls.push(`create ${options.idempotencyKey}`)
    const trouble = this.trouble.shift()
    if (trouble === 'timeout_before') throw new EngineError('STRIPE_TIMEOUT', 'too slow')
    if (trouble === 'down') throw new EngineError('STRIPE_UNAVAILABLE', 'down')
    if (trouble === 'refused') throw new StripeRefusal(400, 'parameter_invalid', 'req_1')
    if (trouble === 'bad_key') throw new StripeRefusal(401, undefined, 'req_4')
    const sent = JSON.stringify(params)
    const before = this.#byKey.get(options.idempotencyKey)
    if (before !== undefined && before.params !== sent) {
      throw new StripeRefusal(400, 'idempotency_error', 'req_2')
    }
    const session = before?.session ?? this.#open(params)
    this.#byKey.set(options.idempotencyKey, { params: sent, session })
    if (trouble === 'timeout_after') throw new EngineError('STRIPE_TIMEOUT', 'answer lost')
    return asStripe(session)
  }

  #open(params: Stripe.Checkout.SessionCreateParams): Json {
    this.#n += 1
    const id = `cs_test_${this.#n}`
    const line = params.line_items?.[0]
    const price = this.prices.get(line?.price ?? '') ?? {}
    const subtotal = Number(price.unit_amount) * (line?.quantity ?? 1)
    const session = {
      id,
      object: 'checkout.session',
      livemode: false,
      mode: params.mode,
      status: 'open',
      payment_status: 'unpaid',
      currency: price.currency,
      amount_subtotal: subtotal,
      amount_total: subtotal,
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      payment_intent: null,
      metadata: params.metadata,
      url: `https://pay.example/${id}`,
      line_items: {
        object: 'list',
        has_more: false,
        data: [
          {
            id: `li_${this.#n}`,
            price: { id: line?.price },
            quantity: line?.quantity,
            amount_subtotal: subtotal,
          },
        ],
      },
    }
    this.sessions.set(id, session)
    return session
  }

  async expireSession(id: string): Promise<Stripe.Checkout.Session> {
    if (this.sessions.get(id)?.status !== 'open') throw new StripeRefusal(400, undefined, 'req_3')
    return asStripe(this.change(id, { status: 'expired', url: null }))
  }

  async session(id: string): Promise<Stripe.Checkout.Session | null> {
    this.calls.push(`session ${id}`)
    return asStripe(this.sessions.get(id) ?? null)
  }

  async charge(id: string): Promise<Stripe.Charge | null> {
    this.calls.push(`charge ${id}`)
    return asStripe(this.charges.get(id) ?? null)
  }

  async event(id: string): Promise<Stripe.Event | null> {
    this.calls.push(`event ${id}`)
    return asStripe(this.events.get(id) ?? null)
  }

  async price(id: string): Promise<Stripe.Price | null> {
    return asStripe(this.prices.get(id) ?? null)
  }

  async priceByLookupKey(): Promise<Stripe.Price | null> {
    return null
  }
}
