// Owns rows as the projections would have written them, and the settling of a buyer without an engine.
import type { Happening } from '../../../src/events.ts'
import type { AccessRules } from '../../../src/pipeline/projections/access/rules.ts'
import { settleBuyer } from '../../../src/pipeline/projections/access/settle-buyer.ts'
import { buyerOf } from '../../../src/pipeline/projections/buyers/row.ts'
import type { Scope } from '../../../src/pipeline/projections/projector.ts'
import type { Database, Queryable, Transaction } from '../../../src/ports/database.ts'
import { at } from './make.ts'

type Values = Readonly<Record<string, unknown>>

/** Names of tables and columns are the test's own. */
async function put(on: Queryable, table: string, row: Values): Promise<void> {
  const columns = Object.keys(row).join(', ')
  await on.query(
    `insert into quittance.${table} (${columns})
     select ${columns} from jsonb_populate_record(null::quittance.${table}, $1::text::jsonb)`,
    [JSON.stringify(row)],
  )
}

export async function change(
  on: Queryable,
  table: string,
  id: string,
  over: Values,
): Promise<void> {
  const columns = Object.keys(over).join(', ')
  await on.query(
    `update quittance.${table} t set (${columns}) = (
       select ${columns} from jsonb_populate_record(t, $2::text::jsonb))
     where id = $1`,
    [id, JSON.stringify(over)],
  )
}

export const iso = (ms: number): string => new Date(ms).toISOString()

const touched = { created_at: iso(at(1)), updated_at: iso(at(1)) }

export async function putBuyer(on: Queryable, name: string): Promise<bigint> {
  const { id } = await buyerOf(on, 'customer_id', `cus_${name}`)
  await on.query('update quittance.buyers set user_id = $2 where id = $1', [id, `user_${name}`])
  return id
}

/** Of the buyer `ada`, active, one item of the plan `pro`, unless told. */
export async function putSubscription(
  on: Queryable,
  id: string,
  { item_id: itemId = 'pro', price_id, lookup_key = null, quantity = 1, ...over }: Values = {},
): Promise<void> {
  await put(on, 'subscriptions', {
    id,
    customer_id: 'cus_ada',
    livemode: false,
    status: 'active',
    period_start: iso(at(1)),
    period_end: iso(at(31)),
    stripe_created: iso(at(1)),
    ...touched,
    ...over,
  })
  await put(on, 'subscription_items', {
    subscription_id: id,
    id: `si_${id}`,
    price_id: price_id ?? `price_${itemId}`,
    lookup_key,
    item_id: itemId,
    quantity,
    period_start: iso(at(1)),
    period_end: iso(at(31)),
  })
}

/** Paid for the first period of `sub_1`, by a payment intent of its own. */
export async function putInvoice(on: Queryable, id: string, over: Values = {}): Promise<void> {
  await put(on, 'invoices', {
    id,
    customer_id: 'cus_ada',
    subscription_id: 'sub_1',
    livemode: false,
    status: 'paid',
    currency: 'eur',
    subtotal: 2000,
    total: 2000,
    amount_due: 2000,
    amount_paid: 2000,
    amount_remaining: 0,
    attempted: true,
    attempt_count: 1,
    period_start: iso(at(1)),
    period_end: iso(at(31)),
    finalized_at: iso(at(1)),
    stripe_created: iso(at(1)),
    ...touched,
    ...over,
  })
  await put(on, 'invoice_payments', {
    invoice_id: id,
    id: `inpay_${id}`,
    payment_intent_id: `pi_${id}`,
    status: 'paid',
  })
}

export async function putOrder(
  on: Queryable,
  id: string,
  buyerId: bigint,
  over: Values = {},
): Promise<void> {
  await put(on, 'orders', {
    id,
    buyer_id: String(buyerId),
    status: 'fulfilled',
    fulfilled_at: iso(at(1)),
    livemode: false,
    item_id: 'report',
    quantity: 1,
    price_id: 'price_report',
    currency: 'eur',
    unit_amount: 1500,
    expected_subtotal: 1500,
    amount_total: 1500,
    payment_intent_id: `pi_${id}`,
    request_scope: 'test',
    request_key: id,
    ...touched,
    ...over,
  })
}

/** A charge of an intent with its dispute. */
export async function putDispute(
  on: Queryable,
  id: string,
  intent: string,
  status: string,
): Promise<void> {
  const charge_id = `ch_${intent}`
  const known = await on.query('select 1 from quittance.charges where id = $1', [charge_id])
  if (known.length === 0) {
    await put(on, 'charges', {
      id: charge_id,
      ticket: 1,
      payment_intent_id: intent,
      customer_id: 'cus_ada',
      currency: 'eur',
      amount: 1500,
      amount_refunded: 0,
    })
  }
  await put(on, 'disputes', { id, charge_id, ticket: 1, amount: 1500, currency: 'eur', status })
}

/** What was told, as "access.granted export" with its key. */
export interface Told {
  readonly what: string
  readonly key: string
  readonly about: Happening['about']
}

export function scopeOf(tx: Transaction, told: Told[]): Scope {
  const item = {
    kind: 'check',
    seq: 1n,
    lane: 'cus_ada',
    generation: 1,
    attempt: 1,
    charged: 1,
    objectType: 'buyer',
    objectId: '1',
    origin: 'due',
  } as const
  return {
    tx,
    item,
    cause: { kind: 'check', seq: 1n, origin: 'due', objectId: '1' },
    note: () => undefined,
    emit({ name, key, about }) {
      const of = 'feature' in about ? ` ${about.feature}` : ''
      told.push({ what: `${name}${of}`, key, about })
    },
    emitRaw: () => false,
  }
}

/** Answers what was told by it. */
export async function settle(
  database: Database,
  buyerId: bigint,
  rules: AccessRules,
): Promise<readonly Told[]> {
  const told: Told[] = []
  await database.transaction((tx) => settleBuyer(scopeOf(tx, told), buyerId, rules))
  return told
}
