// Owns a Stripe in memory behind the engine's port: sessions, charges and prices that tests move.
import type Stripe from 'stripe'
import { EngineError } from '../../src/errors.ts'
import { type StripePort, StripeRefusal } from '../../src/ports/stripe.ts'

type Json = Record<string, unknown>

/** The wire's JSON in the SDK's types: what a test leaves out, the engine must not need. */
function asStripe<T>(json: Json | readonly Json[] | null): T {
  return json as T
}

/** What the fake does to the next call of createSession. */
export type Trouble = 'timeout_before' | 'timeout_after' | 'down' | 'refused' | 'bad_key'

export class FakeStripe implements StripePort {
  readonly sessions = new Map<string, Json>()
  readonly charges = new Map<string, Json>()
  readonly events = new Map<string, Json>()
  readonly subscriptions = new Map<string, Json>()
  readonly invoices = new Map<string, Json>()
  /** What comes behind the first page of a list of one of them, by `in_1 lines`. */
  readonly behind = new Map<string, readonly Json[]>()
  behindPage = 100
  readonly disputes = new Map<string, Json>()
  /** Charge id → its refunds, the newest first. */
  readonly refunds = new Map<string, Json[]>()
  readonly customers = new Map<string, Json>()
  /** Customer id → its active entitlements. */
  readonly entitled = new Map<string, Json[]>()
  entitledPage = 100
  readonly prices = new Map<string, Json>()
  readonly calls: string[] = []
  readonly products = new Map<string, Json>()
  readonly portals: Json[] = []
  readonly #byKey = new Map<string, { params: string; session: Json }>()
  readonly #madeByKey = new Map<string, { params: string; made: Json }>()
  trouble: Trouble[] = []
  /** What the fake does to the next calls that make customers, products and prices. */
  makingTrouble: Trouble[] = []
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
    const customer = params.customer ?? null
    if (customer !== null && this.customers.get(customer)?.deleted !== undefined) {
      throw new StripeRefusal(400, 'resource_missing', 'req_5')
    }
    const free = params.subscription_data?.trial_period_days !== undefined
    const subtotal = free ? 0 : Number(price.unit_amount) * (line?.quantity ?? 1)
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
      subscription: null,
      customer,
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

  /** The page of a charge's refunds that begins after this one; none gives the expanded page. */
  refundPage(chargeId: string, after: string | null, limit: number): Json {
    const all = this.refunds.get(chargeId) ?? []
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
    const data = all.slice(from, from + limit)
    return { object: 'list', data, has_more: all.length > from + limit, url: '/v1/refunds' }
  }

  async refundsAfter(chargeId: string, refundId: string): Promise<Stripe.ApiList<Stripe.Refund>> {
    this.calls.push(`refunds ${chargeId}`)
    return asStripe(this.refundPage(chargeId, refundId, 100))
  }

  async dispute(id: string): Promise<Stripe.Dispute | null> {
    this.calls.push(`dispute ${id}`)
    return asStripe(this.disputes.get(id) ?? null)
  }

  async subscription(id: string): Promise<Stripe.Subscription | null> {
    this.calls.push(`subscription ${id}`)
    return asStripe(this.subscriptions.get(id) ?? null)
  }

  async subscriptionItemsAfter(id: string, after: string) {
    this.calls.push(`items ${id}`)
    return asStripe<Stripe.ApiList<Stripe.SubscriptionItem>>(this.#pageAfter(id, 'items', after))
  }

  async invoiceLinesAfter(id: string, after: string) {
    this.calls.push(`lines ${id}`)
    return asStripe<Stripe.ApiList<Stripe.InvoiceLineItem>>(this.#pageAfter(id, 'lines', after))
  }

  async invoicePaymentsAfter(id: string, after: string) {
    this.calls.push(`payments ${id}`)
    return asStripe<Stripe.ApiList<Stripe.InvoicePayment>>(this.#pageAfter(id, 'payments', after))
  }

  #pageAfter(id: string, list: string, after: string): Json {
    const all = this.behind.get(`${id} ${list}`) ?? []
    const from = all.findIndex((each) => each.id === after) + 1
    const data = all.slice(from, from + this.behindPage)
    return { object: 'list', data, has_more: all.length > from + this.behindPage, url: '' }
  }

  async invoice(id: string): Promise<Stripe.Invoice | null> {
    this.calls.push(`invoice ${id}`)
    return asStripe(this.invoices.get(id) ?? null)
  }

  async entitlements(
    customerId: string,
    after: string | null = null,
  ): Promise<Stripe.ApiList<Stripe.Entitlements.ActiveEntitlement>> {
    this.calls.push(`entitlements ${customerId}`)
    const all = this.entitled.get(customerId) ?? []
    const from = all.findIndex(({ id }) => id === after) + 1
    const data = all.slice(from, from + this.entitledPage)
    const hasMore = all.length > from + this.entitledPage
    return asStripe({ object: 'list', data, has_more: hasMore, url: '' })
  }

  /** The same idempotency key gives the same object, and takes the same parameters only. */
  #make(key: string, params: object, make: () => Json): Json {
    this.calls.push(`make ${key}`)
    const trouble = this.makingTrouble.shift()
    if (trouble === 'timeout_before') throw new EngineError('STRIPE_TIMEOUT', 'too slow')
    if (trouble === 'down') throw new EngineError('STRIPE_UNAVAILABLE', 'down')
    if (trouble === 'refused') throw new StripeRefusal(400, 'parameter_invalid', 'req_6')
    if (trouble === 'bad_key') throw new StripeRefusal(401, undefined, 'req_7')
    const sent = JSON.stringify(params)
    const before = this.#madeByKey.get(key)
    if (before !== undefined && before.params !== sent) {
      throw new StripeRefusal(400, 'idempotency_error', 'req_8', false)
    }
    const made = before?.made ?? make()
    this.#madeByKey.set(key, { params: sent, made })
    if (trouble === 'timeout_after') throw new EngineError('STRIPE_TIMEOUT', 'answer lost')
    return made
  }

  async createCustomer(
    params: Stripe.CustomerCreateParams,
    options: { readonly idempotencyKey: string },
  ): Promise<Stripe.Customer> {
    const customer = this.#make(options.idempotencyKey, params, () => {
      this.#n += 1
      const { metadata = {}, email = null } = params
      const made = { id: `cus_${this.#n}`, object: 'customer', metadata, email }
      this.customers.set(made.id, made)
      return made
    })
    return asStripe(customer)
  }

  async customer(id: string): Promise<Stripe.Customer | Stripe.DeletedCustomer | null> {
    this.calls.push(`customer ${id}`)
    return asStripe(this.customers.get(id) ?? null)
  }

  async customersByMetadata(key: string, value: string): Promise<readonly Stripe.Customer[]> {
    this.calls.push(`search ${value}`)
    const named = ({ metadata }: Json) => Object(metadata)[key] === value
    return asStripe([...this.customers.values()].filter(named))
  }

  async createPortalSession(
    params: Stripe.BillingPortal.SessionCreateParams,
  ): Promise<Stripe.BillingPortal.Session> {
    this.portals.push({ ...params })
    return asStripe({ id: 'bps_1', url: `https://portal.example/${params.customer}` })
  }

  async createProduct(
    params: Stripe.ProductCreateParams,
    options: { readonly idempotencyKey: string },
  ): Promise<Stripe.Product> {
    const id = params.id ?? `prod_${this.products.size + 1}`
    const made = this.#make(options.idempotencyKey, params, () => {
      if (this.products.has(id)) throw new StripeRefusal(400, 'resource_already_exists', 'req_9')
      return { object: 'product', active: true, metadata: {}, description: null, ...params, id }
    })
    if (!this.products.has(id)) this.products.set(id, made)
    return asStripe(made)
  }

  async product(id: string): Promise<Stripe.Product | null> {
    return asStripe(this.products.get(id) ?? null)
  }

  async createPrice(
    params: Stripe.PriceCreateParams,
    options: { readonly idempotencyKey: string },
  ): Promise<Stripe.Price> {
    const price = this.#make(options.idempotencyKey, params, () => {
      const id = `price_${this.prices.size + 1}`
      this.addPrice(id, params.unit_amount ?? null, {
        currency: params.currency,
        lookup_key: params.lookup_key ?? null,
        type: params.recurring === undefined ? 'one_time' : 'recurring',
        recurring: params.recurring ?? null,
        product: this.products.get(String(params.product)),
      })
      return this.prices.get(id) ?? {}
    })
    return asStripe(price)
  }

  async price(id: string): Promise<Stripe.Price | null> {
    return asStripe(this.prices.get(id) ?? null)
  }

  async priceByLookupKey(lookupKey: string): Promise<Stripe.Price | null> {
    const found = [...this.prices.values()].find((price) => price.lookup_key === lookupKey)
    return asStripe(found ?? null)
  }
}
