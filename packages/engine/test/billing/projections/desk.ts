// Owns a billing desk at a Stripe in memory: subscriptions and invoices as Stripe shows them, and their news.
import type { CatalogueItems } from '../../../src/catalogue.ts'
import type { EngineOptions } from '../../../src/config.ts'
import { EVENT_NAMES, type Handlers } from '../../../src/events.ts'
import type { Database, Queryable } from '../../../src/ports/database.ts'
import type { TestDatabase } from '../../support/databases.ts'
import { eventOf, openShop, type Shop } from '../../support/shop.ts'

export type Json = Record<string, unknown>

export const CATALOGUE: CatalogueItems = {
  poster: { price: 'price_poster' },
  pro: { kind: 'plan', price: 'price_pro', interval: 'month', features: ['export'] },
  team: {
    kind: 'plan',
    lookupKey: 'team_monthly',
    interval: 'month',
    features: ['export', 'sso'],
  },
}

/** 2026-11-01T12:00:00Z, in a month of thirty days. */
export const START = 1_793_534_400
export const DAY = 86_400
export const MONTH = 30 * DAY
export const at = (seconds: number): Date => new Date(seconds * 1000)

export const item = (price = 'price_pro', over: Json = {}): Json => ({
  id: 'si_1',
  object: 'subscription_item',
  price: { id: price, object: 'price', product: 'prod_pro', lookup_key: null },
  quantity: 1,
  current_period_start: START,
  current_period_end: START + MONTH,
  ...over,
})

export const itemsOf = (...data: Json[]): Json => ({ object: 'list', data, has_more: false })

/** As it is right after its first payment. */
export const subscription = (over: Json = {}): Json => ({
  id: 'sub_1',
  object: 'subscription',
  livemode: false,
  status: 'active',
  customer: 'cus_1',
  currency: 'eur',
  collection_method: 'charge_automatically',
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, reason: null },
  created: START,
  start_date: START,
  ended_at: null,
  trial_start: null,
  trial_end: null,
  pause_collection: null,
  pending_update: null,
  latest_invoice: 'in_1',
  metadata: {},
  items: itemsOf(item()),
  ...over,
})

export const line = (over: Json = {}): Json => ({
  id: 'il_1',
  object: 'line_item',
  amount: 2000,
  currency: 'eur',
  period: { start: START, end: START + MONTH },
  parent: {
    type: 'subscription_item_details',
    invoice_item_details: null,
    subscription_item_details: { subscription: 'sub_1', subscription_item: 'si_1' },
  },
  ...over,
})

/** The first one of the subscription above, paid. */
export const invoice = (over: Json = {}): Json => ({
  id: 'in_1',
  object: 'invoice',
  livemode: false,
  status: 'paid',
  customer: 'cus_1',
  billing_reason: 'subscription_create',
  currency: 'eur',
  subtotal: 2000,
  total: 2000,
  amount_due: 2000,
  amount_paid: 2000,
  amount_remaining: 0,
  attempted: true,
  attempt_count: 1,
  next_payment_attempt: null,
  due_date: null,
  created: START,
  status_transitions: { finalized_at: START, paid_at: START + 1 },
  parent: {
    type: 'subscription_details',
    subscription_details: { subscription: 'sub_1', metadata: {} },
  },
  lines: itemsOf(line()),
  ...over,
})

export const NO_SUBSCRIPTION: Json = { parent: null, billing_reason: 'manual' }

export const paymentOf = (intent: string, status = 'paid'): Json => ({
  id: `inpay_${intent}`,
  object: 'invoice_payment',
  status,
  amount_paid: status === 'paid' ? 2000 : null,
  payment: { type: 'payment_intent', payment_intent: intent },
})

/** What the app heard, in order. */
export interface Heard {
  readonly name: string
  readonly about: Json
}

export interface Desk extends Shop {
  readonly heard: Heard[]
  /** How often each name was heard. */
  counts(): Record<string, number>
  /** Sets what Stripe has, and answers its event with the payload of this moment. */
  put(type: string, object: Json, over?: Json): Json
  /** Stripe has nothing more of it. */
  lose(id: string): void
  /** Delivers and works. */
  tell(...events: Json[]): Promise<void>
  row(table: 'subscriptions' | 'invoices', id: string): Promise<Json | undefined>
  rows(sql: string, values?: unknown[]): Promise<Json[]>
  /** The state and reason of an event. */
  end(eventId: string): Promise<string>
  /** Requests about subscriptions and invoices. */
  asked(): number
}

export interface DeskOptions {
  readonly catalogue?: CatalogueItems
  readonly processor?: EngineOptions['processor']
  readonly on?: Handlers
}

/** Objects as Stripe keeps them, without what is expanded on request. */
class Shelf {
  readonly subscriptions = new Map<string, Json>()
  readonly invoices = new Map<string, Json>()
  readonly payments = new Map<string, Json[]>()
}

function withPayments(shelf: Shelf, object: Json): Json {
  const data = shelf.payments.get(String(object.id)) ?? []
  return { ...object, payments: { object: 'list', data, has_more: false } }
}

function expandedSubscription(shelf: Shelf, object: Json): Json {
  const latest = shelf.invoices.get(String(object.latest_invoice))
  return latest === undefined ? object : { ...object, latest_invoice: withPayments(shelf, latest) }
}

function expandedInvoice(shelf: Shelf, object: Json): Json {
  const parent = object.parent as { subscription_details?: Json } | null | undefined
  const id = String(parent?.subscription_details?.subscription)
  const subscription = shelf.subscriptions.get(id)
  const whole = withPayments(shelf, object)
  if (subscription === undefined) return whole
  return { ...whole, parent: { ...parent, subscription_details: { subscription } } }
}

/** Every handler that there is, so that nothing is told unheard. */
const listening = (heard: Heard[]): Handlers =>
  Object.fromEntries(
    Object.keys(EVENT_NAMES).map((name) => [
      name,
      ({ cause: _, tx: __, ...about }: Json) => {
        heard.push({ name, about })
      },
    ]),
  )

export function openDesk(db: TestDatabase, options: DeskOptions = {}): Desk {
  const heard: Heard[] = []
  const shop = openShop(db, {
    catalogue: options.catalogue ?? CATALOGUE,
    processor: { backoffBaseMs: 1_000, ...options.processor },
    on: options.on ?? listening(heard),
  })
  const shelf = new Shelf()
  let events = 0
  const show = () => {
    for (const [id, object] of shelf.subscriptions) {
      shop.stripe.subscriptions.set(id, expandedSubscription(shelf, object))
    }
    for (const [id, object] of shelf.invoices) {
      shop.stripe.invoices.set(id, expandedInvoice(shelf, object))
    }
  }
  const keep = ({ payments, ...object }: Json) => {
    const id = String(object.id)
    if (object.object === 'subscription') shelf.subscriptions.set(id, object)
    if (object.object === 'invoice') shelf.invoices.set(id, object)
    if (Array.isArray(payments)) shelf.payments.set(id, payments)
    show()
    return object
  }
  return {
    ...shop,
    heard,
    counts() {
      const counts: Record<string, number> = {}
      for (const { name } of heard) counts[name] = (counts[name] ?? 0) + 1
      return counts
    },
    put(type, object, over = {}) {
      events += 1
      return eventOf(`evt_${events}`, type, structuredClone(keep(object)), over)
    },
    lose(id) {
      for (const kept of [shelf.subscriptions, shelf.invoices]) kept.delete(id)
      for (const shown of [shop.stripe.subscriptions, shop.stripe.invoices]) shown.delete(id)
      show()
    },
    async tell(...told) {
      for (const event of told) await shop.deliver(event)
      await shop.drain()
    },
    async row(table, id) {
      const sql = `select * from quittance.${table} where id = $1`
      return (await db.database.query(sql, [id]))[0]
    },
    rows: (sql, values = []) => db.database.query(sql, values),
    async end(eventId) {
      const event = await shop.engine.events.get(eventId)
      return [event?.state, event?.reason].filter((part) => part ?? false).join(': ')
    },
    asked: () => shop.stripe.calls.filter((call) => /^(subscription|invoice) /.test(call)).length,
  }
}

/** Counts the statements of the transactions that apply something. */
export function counting(database: Database): { database: Database; statements: number[] } {
  const statements: number[] = []
  const counted: Database = {
    kind: database.kind,
    connectionsMax: database.connectionsMax,
    query: (sql, params) => database.query(sql, params),
    script: (tx, sql) => database.script(tx, sql),
    listen: (channel, wake) => database.listen(channel, wake),
    close: () => database.close(),
    transaction(work, transaction) {
      if (transaction?.lent !== true) return database.transaction(work, transaction)
      return database.transaction(async (tx) => {
        const index = statements.push(0) - 1
        const query: Queryable['query'] = (sql, params) => {
          statements[index] = (statements[index] ?? 0) + 1
          return tx.query(sql, params)
        }
        return await work({ ...tx, client: tx.client, query, assertWhole: () => tx.assertWhole() })
      }, transaction)
    },
  }
  return { database: counted, statements }
}
