// Owns the subscription's rows: the statements that lock and write them, and their shape for the app.
import type { Subscription, SubscriptionItem, SubscriptionStatus } from '../../../model.ts'
import type { Queryable, Transaction } from '../../../ports/database.ts'
import type { Cause } from '../../../types.ts'
import { causeText } from '../orders/row.ts'
import type { ItemFacts, SubscriptionFacts } from './read.ts'

/** An item as the database writes it into JSON. */
export interface ItemRow {
  readonly id: string
  readonly price_id: string
  readonly product_id: string | null
  readonly lookup_key: string | null
  readonly item_id: string | null
  readonly quantity: number | null
  readonly period_start: string | null
  readonly period_end: string | null
}

export interface SubscriptionRow extends Record<string, unknown> {
  readonly id: string
  readonly ticket: bigint
  readonly shape: 'items' | 'top'
  readonly customer_id: string
  readonly order_id: string | null
  readonly livemode: boolean
  readonly status: SubscriptionStatus
  readonly activated: boolean
  readonly overdue: boolean
  readonly currency: string | null
  readonly cancel_at: Date | null
  readonly cancel_at_period_end: boolean
  readonly canceled_at: Date | null
  readonly cancel_reason: string | null
  readonly ended_at: Date | null
  readonly started_at: Date | null
  readonly trial_start: Date | null
  readonly trial_end: Date | null
  readonly pause_behavior: string | null
  readonly pause_resumes_at: Date | null
  readonly period_start: Date | null
  readonly period_end: Date | null
  readonly latest_invoice_id: string | null
  readonly change_pending: boolean
  readonly stripe_created: Date | null
}

export interface StoredSubscription {
  readonly row: SubscriptionRow
  readonly items: readonly ItemRow[]
}

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text))

const toItem = (item: ItemRow): SubscriptionItem => ({
  id: item.id,
  priceId: item.price_id,
  productId: item.product_id,
  itemId: item.item_id,
  quantity: item.quantity,
  periodStart: toDate(item.period_start),
  periodEnd: toDate(item.period_end),
})

export const toSubscription = ({ row, items }: StoredSubscription): Subscription => ({
  id: row.id,
  status: row.status,
  customerId: row.customer_id,
  orderId: row.order_id,
  currency: row.currency,
  items: items.map(toItem),
  cancelAt: row.cancel_at,
  canceledAt: row.canceled_at,
  cancelReason: row.cancel_reason,
  endedAt: row.ended_at,
  startedAt: row.started_at,
  trialStart: row.trial_start,
  trialEnd: row.trial_end,
  pauseBehavior: row.pause_behavior,
  pauseResumesAt: row.pause_resumes_at,
  periodStart: row.period_start,
  periodEnd: row.period_end,
  latestInvoiceId: row.latest_invoice_id,
  changePending: row.change_pending,
})

/** What a write sets beside Stripe's own fields. */
export interface Derived {
  readonly ticket: bigint
  readonly activated: boolean
  readonly overdue: boolean
  /** The catalogue's item of a price, as far as the running catalogue names it. */
  readonly itemIdOf: (item: ItemFacts) => string | null
}

/** All that an answer sets, in the columns' names; the order of the keys is that of the statement. */
function columnsOf(facts: SubscriptionFacts, { ticket, activated, overdue }: Derived) {
  return {
    ticket: String(ticket),
    shape: facts.shape,
    customer_id: facts.customerId,
    order_id: facts.marker,
    livemode: facts.livemode,
    status: facts.status,
    activated,
    overdue,
    currency: facts.currency,
    cancel_at: facts.cancelAt,
    cancel_at_period_end: facts.cancelAtPeriodEnd,
    canceled_at: facts.canceledAt,
    cancel_reason: facts.cancelReason,
    ended_at: facts.endedAt,
    started_at: facts.startedAt,
    trial_start: facts.trialStart,
    trial_end: facts.trialEnd,
    pause_behavior: facts.pauseBehavior,
    pause_resumes_at: facts.pauseResumesAt,
    period_start: facts.periodStart,
    period_end: facts.periodEnd,
    latest_invoice_id: facts.latestInvoiceId,
    change_pending: facts.changePending,
    stripe_created: facts.created,
  }
}

const COLUMNS = `ticket, shape, customer_id, order_id, livemode, status, activated, overdue, currency,
  cancel_at, cancel_at_period_end, canceled_at, cancel_reason, ended_at, started_at, trial_start,
  trial_end, pause_behavior, pause_resumes_at, period_start, period_end, latest_invoice_id,
  change_pending, stripe_created`

const ITEM_COLUMNS =
  'id, price_id, product_id, lookup_key, item_id, quantity, period_start, period_end'

/**
 * A price that the running catalogue does not name may be known from when it was sold, or from when
 * the item was written last: access is derived by the same three (`access/items.ts`).
 */
const GIVEN = `
given as (
  select * from jsonb_populate_record(null::quittance.subscriptions, $1::text::jsonb ||
    jsonb_build_object('order_id', (
      select id from quittance.orders where id = $3 and kind = 'subscription')))
), given_items as (
  select i.id, i.price_id, i.product_id, i.lookup_key,
    coalesce(i.item_id, p.item_id, b.item_id) as item_id, i.quantity, i.period_start, i.period_end
  from jsonb_populate_recordset(null::quittance.subscription_items, $2::text::jsonb) i
  left join quittance.catalogue_prices p on p.price_id = i.price_id
  left join quittance.subscription_items b on b.subscription_id = (select id from given)
    and b.id = i.id and b.price_id = i.price_id
)`

const AS_JSON = (rows: string) => `(select jsonb_agg(to_jsonb(i) order by i.id) from ${rows} i)`

/**
 * The first write, or the lock on what is there. A row that another transaction inserts meanwhile
 * is waited for by the insert and not seen by the look: then there is no row at all, and the caller
 * comes again.
 */
const INSERT_OR_LOCK = `
with ${GIVEN}, made as (
  insert into quittance.subscriptions (id, ${COLUMNS}, created_at, updated_at)
  select id, ${COLUMNS}, quittance.now(), quittance.now() from given
  on conflict (id) do nothing
  returning *
), placed as (
  insert into quittance.subscription_items (subscription_id, ${ITEM_COLUMNS})
  select made.id, i.* from made cross join given_items i
  returning *
)
select made.*, true as fresh, ${AS_JSON('placed')} as items from made
union all
select locked.*, false, null from (
  select * from quittance.subscriptions where id = (select id from given) for no key update
) locked`

/** The items are replaced as a set; answers those before too. The caller holds the row's lock. */
const UPDATE = `
with ${GIVEN}, before as (
  select * from quittance.subscription_items where subscription_id = (select id from given)
), moved as (
  update quittance.subscriptions
  set (${COLUMNS}, updated_at) = (select ${COLUMNS}, quittance.now() from given)
  where id = (select id from given)
  returning *
), gone as (
  delete from quittance.subscription_items
  where subscription_id = (select id from given) and id not in (select id from given_items)
), placed as (
  insert into quittance.subscription_items (subscription_id, ${ITEM_COLUMNS})
  select moved.id, i.* from moved cross join given_items i
  on conflict (subscription_id, id) do update set
    price_id = excluded.price_id, product_id = excluded.product_id,
    lookup_key = excluded.lookup_key, item_id = excluded.item_id, quantity = excluded.quantity,
    period_start = excluded.period_start, period_end = excluded.period_end
  returning *
)
select moved.*, ${AS_JSON('before')} as items_before, ${AS_JSON('placed')} as items from moved`

type PlacedRow = SubscriptionRow & {
  readonly fresh: boolean
  readonly items: readonly ItemRow[] | null
}
type UpdatedRow = SubscriptionRow & {
  readonly items_before: readonly ItemRow[] | null
  readonly items: readonly ItemRow[] | null
}

function valuesOf(facts: SubscriptionFacts, derived: Derived): readonly unknown[] {
  const items = facts.items.map((item) => ({
    id: item.id,
    price_id: item.priceId,
    product_id: item.productId,
    lookup_key: item.lookupKey,
    item_id: derived.itemIdOf(item),
    quantity: item.quantity,
    period_start: item.periodStart,
    period_end: item.periodEnd,
  }))
  const row = { id: facts.id, ...columnsOf(facts, derived) }
  return [JSON.stringify(row), JSON.stringify(items), facts.marker]
}

const PLACE_TRIES_MAX = 3

/** Writes the row if there is none; else locks the one that is there. */
export async function placeSubscription(
  tx: Transaction,
  facts: SubscriptionFacts,
  derived: Derived,
): Promise<StoredSubscription & { readonly fresh: boolean }> {
  for (let tries = 1; tries <= PLACE_TRIES_MAX; tries += 1) {
    const [row] = await tx.query<PlacedRow>(INSERT_OR_LOCK, valuesOf(facts, derived))
    if (row !== undefined) return { row, items: row.items ?? [], fresh: row.fresh }
  }
  throw new TypeError(`placeSubscription: no row for ${facts.id}`)
}

/** Sets the locked row to what the answer says. */
export async function updateSubscription(
  tx: Transaction,
  facts: SubscriptionFacts,
  derived: Derived,
): Promise<StoredSubscription & { readonly itemsBefore: readonly ItemRow[] }> {
  const [row] = await tx.query<UpdatedRow>(UPDATE, valuesOf(facts, derived))
  if (row === undefined) throw new TypeError(`updateSubscription: ${facts.id} is not there`)
  return { row, items: row.items ?? [], itemsBefore: row.items_before ?? [] }
}

const FIND = `
select s.*, ${AS_JSON(
  '(select * from quittance.subscription_items where subscription_id = s.id)',
)} as items
from quittance.subscriptions s where s.id = $1`

export async function findSubscription(
  on: Queryable,
  id: string,
): Promise<StoredSubscription | null> {
  const [row] = await on.query<PlacedRow>(FIND, [id])
  return row === undefined ? null : { row, items: row.items ?? [] }
}

const ACTIVATE = `
update quittance.subscriptions set activated = true where id = $1 and not activated returning id`

/** A paid invoice proves it too. Answers whether it is news. */
export async function activate(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.query(ACTIVATE, [id])).length > 0
}

const ADD_HISTORY = `
insert into quittance.subscription_history
  (subscription_id, from_status, to_status, cause, event_id, seq, at)
values ($1, $2, $3, $4, $5, $6, quittance.now())`

export async function addSubscriptionHistory(
  tx: Queryable,
  id: string,
  from: SubscriptionStatus | null,
  to: SubscriptionStatus,
  because: Cause,
): Promise<void> {
  const { cause, eventId, seq } = causeText(because)
  await tx.query(ADD_HISTORY, [id, from, to, cause, eventId, seq])
}
