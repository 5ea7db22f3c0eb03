// Owns the one statement that reads everything of a locked buyer that access follows from.
import type { AccessReason } from '../../../model.ts'
import type { Queryable } from '../../../ports/database.ts'
import type { BuyerRow } from '../buyers/row.ts'
import type { Source } from './claims.ts'
import type { AccessInputs, DerivedAccess } from './derive.ts'
import type { SoldOrder, SoldSubscription } from './items.ts'

/** A row of quittance.access, as it was derived and told last. */
export interface StoredAccess extends DerivedAccess {
  readonly feature: string
  readonly told: boolean
  readonly timesTold: number
}

export interface BuyerState extends AccessInputs {
  readonly now: Date
  readonly stored: ReadonlyMap<string, StoredAccess>
  /** Since when a failed payment waits for the buyer. */
  readonly followUpSince: Date | null
}

/** The newest period alone decides while it goes on; the others are for what was paid through. */
const PAID_PERIODS_MAX = 24
/** A period is judged by all of its invoices: changes of seats may make many. */
const PAID_INVOICES_MAX = 1_000
/** Of what is not paid the earliest counts. */
const OPEN_INVOICES_MAX = 24
/** Ended ones beyond this have nothing left to say. */
const SUBSCRIPTIONS_MAX = 200
const ORDERS_MAX = 1_000

const MS = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`

/** Every dispute counts, not the newest alone; few charges have any. */
const DISPUTES = (of: 'v' | 'o', charges: string) => `
  case when ${of}.dispute_status is null then '[]'::json
  else coalesce((select json_agg(d.status order by d.id) from quittance.disputes d
    where d.charge_id in (${charges})), json_build_array(${of}.dispute_status)) end`

const CHARGES_OF_INVOICE = `
  select c.id from quittance.invoice_payments p
  join quittance.charges c on c.id = p.charge_id where p.invoice_id = v.id
  union select c.id from quittance.invoice_payments p
  join quittance.charges c on c.payment_intent_id = p.payment_intent_id where p.invoice_id = v.id`

const CHARGES_OF_ORDER =
  'select c.id from quittance.charges c where c.payment_intent_id = o.payment_intent_id'

const SOLD = (priceId: string, lookupKey: string) => `
  json_build_object('priceId', ${priceId}, 'lookupKey', ${lookupKey}, 'soldAs', p.item_id)`

const PAID = `
(select * from (
  select v.*, dense_rank() over (order by v.period_end desc nulls last) as nth
  from quittance.invoices v where v.subscription_id = s.id and v.status = 'paid') v
 where v.nth <= ${PAID_PERIODS_MAX} order by v.nth, v.id limit ${PAID_INVOICES_MAX})`

const OPEN = `
(select v.*, 0 as nth from quittance.invoices v
 where v.subscription_id = s.id and v.status = 'open'
 order by coalesce(v.due_at, v.period_start, v.finalized_at), v.id limit ${OPEN_INVOICES_MAX})`

const INVOICES_OF_SUBSCRIPTION = `
select coalesce(json_agg(json_build_object(
  'id', v.id, 'status', v.status, 'attempted', v.attempted,
  'total', v.total, 'amountPaid', v.amount_paid,
  'amountRefunded', v.amount_refunded, 'disputes', ${DISPUTES('v', CHARGES_OF_INVOICE)},
  'periodStart', ${MS('v.period_start')}, 'periodEnd', ${MS('v.period_end')},
  'dueAt', ${MS('v.due_at')}, 'finalizedAt', ${MS('v.finalized_at')},
  'createdAt', ${MS('v.stripe_created')})), '[]')
from (
  ${PAID} union all ${OPEN}
) v`

const SUBSCRIPTIONS = `
select coalesce(json_agg(json_build_object(
  'id', s.id, 'status', s.status, 'createdAt', ${MS('s.stripe_created')},
  'cancelAt', ${MS('s.cancel_at')}, 'pauseBehavior', s.pause_behavior,
  'periodStart', ${MS('s.period_start')}, 'periodEnd', ${MS('s.period_end')},
  'items', (select coalesce(json_agg(json_build_object('itemId', i.item_id,
      'quantity', i.quantity, 'sold', ${SOLD('i.price_id', 'i.lookup_key')})), '[]')
    from quittance.subscription_items i
    left join quittance.catalogue_prices p on p.price_id = i.price_id
    where i.subscription_id = s.id),
  'invoices', (${INVOICES_OF_SUBSCRIPTION}))), '[]')
from (
  select * from quittance.subscriptions where customer_id = $2
  order by status in ('canceled', 'incomplete_expired'), stripe_created desc, id
  limit ${SUBSCRIPTIONS_MAX}
) s`

const ORDERS = `
select coalesce(json_agg(json_build_object(
  'id', o.id, 'itemId', o.item_id, 'status', o.status, 'amountTotal', o.amount_total,
  'amountRefunded', o.amount_refunded, 'disputes', ${DISPUTES('o', CHARGES_OF_ORDER)},
  'createdAt', ${MS('o.created_at')}, 'fulfilledAt', ${MS('o.fulfilled_at')},
  'sold', ${SOLD('o.price_id', 'null')})), '[]')
from (
  select * from quittance.orders where buyer_id = $1 and kind = 'payment'
    and status in ('fulfilled', 'awaiting_payment', 'payment_failed')
  order by status = 'fulfilled' desc, created_at desc, id limit ${ORDERS_MAX}
) o
left join quittance.catalogue_prices p on p.price_id = o.price_id`

const STORED = `
select coalesce(json_agg(json_build_object(
  'feature', a.feature, 'granted', a.granted, 'until', ${MS('a.access_until')},
  'reason', a.reason, 'source', a.source, 'sourceId', a.source_id,
  'laterReason', a.later_reason, 'laterSource', a.later_source,
  'laterSourceId', a.later_source_id, 'told', a.told, 'timesTold', a.times_told)), '[]')
from quittance.access a where a.buyer_id = $1`

/**
 * An open invoice that was tried and not paid. A payment that is still under way (a debit) leaves
 * its subscription as it was; so does a planned change that waits for its money, and that one does
 * wait for the buyer. The invoices of a subscription that has ended may stay open for ever: Stripe
 * has given them up, and there is nothing left to pay for.
 */
const FOLLOW_UP = `
select min(coalesce(v.finalized_at, v.stripe_created)) from quittance.invoices v
left join quittance.subscriptions s on s.id = v.subscription_id
where v.customer_id = $2 and v.status = 'open' and v.attempted and v.attempt_count > 0
  and (s.status is null
    or s.status not in ('active', 'trialing', 'canceled', 'incomplete_expired')
    or s.change_pending and s.status in ('active', 'trialing'))`

const READ = `
select quittance.now() as now, (${SUBSCRIPTIONS}) as subscriptions, (${ORDERS}) as orders,
  (${STORED}) as stored, (${FOLLOW_UP}) as follow_up_since`

interface StoredJson {
  readonly feature: string
  readonly granted: boolean
  readonly until: number | null
  readonly reason: AccessReason
  readonly source: Source['kind'] | null
  readonly sourceId: string | null
  readonly laterReason: AccessReason | null
  readonly laterSource: Source['kind'] | null
  readonly laterSourceId: string | null
  readonly told: boolean
  readonly timesTold: number
}

interface StateRow extends Record<string, unknown> {
  readonly now: Date
  readonly subscriptions: readonly SoldSubscription[]
  readonly orders: readonly SoldOrder[]
  readonly stored: readonly StoredJson[]
  readonly follow_up_since: Date | null
}

const sourceOf = (kind: Source['kind'] | null, id: string | null): Source | null =>
  kind === null || id === null ? null : { kind, id }

function toStored(json: StoredJson): StoredAccess {
  const { feature, granted, until, reason, told, timesTold } = json
  const later = sourceOf(json.laterSource, json.laterSourceId)
  return {
    feature,
    granted,
    until: until === null ? null : new Date(until),
    reason,
    source: sourceOf(json.source, json.sourceId),
    later:
      json.laterReason === null || later === null
        ? null
        : { reason: json.laterReason, source: later },
    told,
    timesTold,
  }
}

/** One statement, so that one snapshot: what a transaction before us wrote is all in it. */
export async function readState(on: Queryable, buyer: BuyerRow): Promise<BuyerState> {
  const [row] = await on.query<StateRow>(READ, [buyer.id, buyer.customer_id])
  if (row === undefined) throw new TypeError('readState: the statement returned no row')
  const { now, subscriptions, orders, stored, follow_up_since: followUpSince } = row
  return {
    now,
    subscriptions,
    orders,
    stored: new Map(stored.map((each) => [each.feature, toStored(each)])),
    followUpSince,
  }
}
