// Owns reading what a run left: every row that the app reads, without what is our own about it.
import type { Queryable } from '../../../src/ports/database.ts'

export type StoredRow = Readonly<Record<string, unknown>>
/** By table. */
export type Rows = Readonly<Record<string, readonly StoredRow[]>>

interface Table {
  readonly name: string
  /** By which its rows are told apart. */
  readonly key: readonly string[]
  /** When we wrote it, by which answer, under which number: not what Stripe says. */
  readonly ours: readonly string[]
  /** Columns in place of those that name a row by our number. */
  readonly more?: Readonly<Record<string, string>>
  /** Which of its rows say something. */
  readonly where?: string
}

const BUYER = (id: string) =>
  `(select coalesce(b.user_id, b.customer_id) from quittance.buyers b where b.id = ${id})`

export const TABLES: readonly Table[] = [
  {
    name: 'buyers',
    key: ['user_id', 'customer_id'],
    ours: [
      'id',
      'created_at',
      'updated_at',
      'customer_key',
      'customer_params',
      'entitlement_ticket',
      'due_asked_at',
    ],
  },
  {
    name: 'orders',
    key: ['id'],
    ours: ['created_at', 'updated_at', 'fulfilled_at', 'refund_ticket', 'buyer_id'],
    more: { buyer: BUYER('t.buyer_id') },
  },
  {
    name: 'subscriptions',
    key: ['id'],
    // `overdue` is what was told of a payment: whether we saw a state that was over when we came.
    // The agreement of what was told with the status is judged by itself.
    ours: ['created_at', 'updated_at', 'ticket', 'overdue'],
  },
  { name: 'subscription_items', key: ['subscription_id', 'id'], ours: [] },
  { name: 'invoices', key: ['id'], ours: ['created_at', 'updated_at', 'ticket'] },
  { name: 'invoice_payments', key: ['invoice_id', 'id'], ours: [] },
  { name: 'charges', key: ['id'], ours: ['ticket'] },
  { name: 'refunds', key: ['id'], ours: ['ticket'] },
  { name: 'disputes', key: ['id'], ours: ['ticket'] },
  { name: 'entitlements', key: ['customer_id', 'lookup_key'], ours: [] },
  { name: 'payment_facts', key: ['key'], ours: ['seq', 'at'] },
  {
    name: 'access',
    key: ['buyer', 'feature'],
    // Nothing is left that speaks of the feature: whether anything ever did, only who was there knows.
    where: `t.reason <> 'none'`,
    ours: ['buyer_id', 'times_told', 'updated_at', 'access_until'],
    more: {
      buyer: BUYER('t.buyer_id'),
      // What is sold for a time counts from when we fulfilled it, and that moment is ours.
      access_until: `case when t.source = 'order'
        then to_jsonb(round(extract(epoch from t.access_until - (
          select o.fulfilled_at from quittance.orders o where o.id = t.source_id))))
        else to_jsonb(t.access_until) end`,
    },
  },
]

function rowsOf({ name, ours, more = {}, where = 'true' }: Table): string {
  const added = Object.entries(more).map(([column, sql]) => `'${column}', ${sql}`)
  return `'${name}', (select coalesce(jsonb_agg(
    (to_jsonb(t) - '{${ours.join(',')}}'::text[]) || jsonb_build_object(${added.join(', ')})), '[]')
    from quittance.${name} t where ${where})`
}

const READ = `select jsonb_build_object(${TABLES.map(rowsOf).join(',\n')}) as rows`

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/

/** The two databases write the same moment in their own time zones. */
const plain = (value: unknown): unknown =>
  typeof value === 'string' && TIME.test(value) ? new Date(value).toISOString() : value

const plainRow = (row: StoredRow): StoredRow =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value)]))

export const keyOf = (table: Pick<Table, 'key'>, row: StoredRow): string =>
  table.key.map((column) => row[column] ?? '').join(' ')

export async function readRows(on: Queryable): Promise<Rows> {
  const [found] = await on.query<{ rows: Record<string, StoredRow[]> }>(READ)
  const sorted = TABLES.map((table) => {
    const rows = (found?.rows[table.name] ?? []).map(plainRow)
    const byKey = (a: StoredRow, b: StoredRow) => (keyOf(table, a) < keyOf(table, b) ? -1 : 1)
    return [table.name, rows.sort(byKey)] as const
  })
  return Object.fromEntries(sorted)
}

/** Each event's end, and each check's that did not end well. */
const ENDS = `
select coalesce(e.event_id || ' ' || e.type, 'check of ' || c.object_type || ' ' || c.object_id) as id,
  d.state || coalesce(' ' || d.reason, '') as ended
from quittance.dispatch d
left join quittance.events e using (seq)
left join quittance.checks c using (seq)
where d.kind = 'event' or d.state <> 'done'
order by 1, 2`

export async function readEnds(on: Queryable): Promise<readonly string[]> {
  const ends = await on.query<{ id: string; ended: string }>(ENDS)
  return ends.map(({ id, ended }) => `${id}: ${ended}`)
}
