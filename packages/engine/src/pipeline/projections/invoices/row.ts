// Owns the invoice's rows: the statements that lock and write them, and their shape for the app.
import type { DisputeStatus, Invoice, InvoiceStatus } from '../../../model.ts'
import type { Queryable, Transaction } from '../../../ports/database.ts'
import type { InvoiceFacts } from './read.ts'

export interface InvoiceRow extends Record<string, unknown> {
  readonly id: string
  readonly ticket: bigint
  readonly shape: 'parent' | 'top'
  readonly customer_id: string | null
  readonly subscription_id: string | null
  readonly livemode: boolean
  readonly status: InvoiceStatus
  readonly billing_reason: string | null
  readonly currency: string
  readonly subtotal: bigint
  readonly total: bigint
  readonly amount_due: bigint
  readonly amount_paid: bigint
  readonly amount_remaining: bigint
  readonly attempted: boolean
  readonly attempt_count: number
  readonly next_payment_attempt: Date | null
  readonly period_start: Date | null
  readonly period_end: Date | null
  readonly due_at: Date | null
  readonly finalized_at: Date | null
  readonly paid_at: Date | null
  readonly amount_refunded: bigint
  readonly dispute_status: DisputeStatus | null
  readonly stripe_created: Date | null
}

/** Stripe's amounts have at most 12 digits: far inside a safe integer. */
export const toInvoice = (row: InvoiceRow): Invoice => ({
  id: row.id,
  status: row.status,
  customerId: row.customer_id,
  subscriptionId: row.subscription_id,
  billingReason: row.billing_reason,
  currency: row.currency,
  subtotal: Number(row.subtotal),
  total: Number(row.total),
  amountDue: Number(row.amount_due),
  amountPaid: Number(row.amount_paid),
  amountRemaining: Number(row.amount_remaining),
  amountRefunded: Number(row.amount_refunded),
  disputeStatus: row.dispute_status,
  attempted: row.attempted,
  attemptCount: row.attempt_count,
  nextPaymentAttempt: row.next_payment_attempt,
  periodStart: row.period_start,
  periodEnd: row.period_end,
  paidAt: row.paid_at,
})

/** All that an answer sets. What went back of an invoice is written from its charges. */
const columnsOf = (facts: InvoiceFacts, ticket: bigint) => ({
  ticket: String(ticket),
  shape: facts.shape,
  customer_id: facts.customerId,
  subscription_id: facts.subscriptionId,
  livemode: facts.livemode,
  status: facts.status,
  billing_reason: facts.billingReason,
  currency: facts.currency,
  subtotal: facts.subtotal,
  total: facts.total,
  amount_due: facts.amountDue,
  amount_paid: facts.amountPaid,
  amount_remaining: facts.amountRemaining,
  attempted: facts.attempted,
  attempt_count: facts.attemptCount,
  next_payment_attempt: facts.nextPaymentAttempt,
  period_start: facts.periodStart,
  period_end: facts.periodEnd,
  due_at: facts.dueAt,
  finalized_at: facts.finalizedAt,
  paid_at: facts.paidAt,
  stripe_created: facts.created,
})

const COLUMNS = `ticket, shape, customer_id, subscription_id, livemode, status, billing_reason,
  currency, subtotal, total, amount_due, amount_paid, amount_remaining, attempted, attempt_count,
  next_payment_attempt, period_start, period_end, due_at, finalized_at, paid_at, stripe_created`

const PAYMENT_COLUMNS = 'id, payment_intent_id, charge_id, status, amount_paid'

const GIVEN = `
given as (
  select * from jsonb_populate_record(null::quittance.invoices, $1::text::jsonb)
), given_payments as (
  select ${PAYMENT_COLUMNS}
  from jsonb_populate_recordset(null::quittance.invoice_payments, $2::text::jsonb)
)`

/** The first write, or the lock on what is there; as with subscriptions, none at all is "again". */
const INSERT_OR_LOCK = `
with ${GIVEN}, made as (
  insert into quittance.invoices (id, ${COLUMNS}, created_at, updated_at)
  select id, ${COLUMNS}, quittance.now(), quittance.now() from given
  on conflict (id) do nothing
  returning *
), placed as (
  insert into quittance.invoice_payments (invoice_id, ${PAYMENT_COLUMNS})
  select made.id, p.* from made cross join given_payments p
)
select made.*, true as fresh from made
union all
select locked.*, false from (
  select * from quittance.invoices where id = (select id from given) for no key update
) locked`

/** The payments are replaced as a set, if they were fetched ($3). The caller holds the row's lock. */
const UPDATE = `
with ${GIVEN}, moved as (
  update quittance.invoices
  set (${COLUMNS}, updated_at) = (select ${COLUMNS}, quittance.now() from given)
  where id = (select id from given)
  returning *
), gone as (
  delete from quittance.invoice_payments
  where $3 and invoice_id = (select id from given) and id not in (select id from given_payments)
), placed as (
  insert into quittance.invoice_payments (invoice_id, ${PAYMENT_COLUMNS})
  select moved.id, p.* from moved cross join given_payments p
  on conflict (invoice_id, id) do update set
    payment_intent_id = excluded.payment_intent_id, charge_id = excluded.charge_id,
    status = excluded.status, amount_paid = excluded.amount_paid
)
select * from moved`

function valuesOf(facts: InvoiceFacts, ticket: bigint): [string, string] {
  const payments = (facts.payments ?? []).map((payment) => ({
    id: payment.id,
    payment_intent_id: payment.intentId,
    charge_id: payment.chargeId,
    status: payment.status,
    amount_paid: payment.amountPaid,
  }))
  const row = { id: facts.id, ...columnsOf(facts, ticket) }
  return [JSON.stringify(row), JSON.stringify(payments)]
}

const PLACE_TRIES_MAX = 3

/** Writes the row if there is none; else locks the one that is there. */
export async function placeInvoice(
  tx: Transaction,
  facts: InvoiceFacts,
  ticket: bigint,
): Promise<{ readonly row: InvoiceRow; readonly fresh: boolean }> {
  for (let tries = 1; tries <= PLACE_TRIES_MAX; tries += 1) {
    const [row] = await tx.query<InvoiceRow & { readonly fresh: boolean }>(
      INSERT_OR_LOCK,
      valuesOf(facts, ticket),
    )
    if (row !== undefined) return { row, fresh: row.fresh }
  }
  throw new TypeError(`placeInvoice: no row for ${facts.id}`)
}

/** Sets the locked row to what the answer says. */
export async function updateInvoice(
  tx: Transaction,
  facts: InvoiceFacts,
  ticket: bigint,
): Promise<InvoiceRow> {
  const values = [...valuesOf(facts, ticket), facts.payments !== null]
  const [row] = await tx.query<InvoiceRow>(UPDATE, values)
  if (row === undefined) throw new TypeError(`updateInvoice: ${facts.id} is not there`)
  return row
}

const FIND = 'select * from quittance.invoices where id = $1'

export async function findInvoice(on: Queryable, id: string): Promise<InvoiceRow | null> {
  const [row] = await on.query<InvoiceRow>(FIND, [id])
  return row ?? null
}

const IS_PAYMENT_KNOWN = `
select 1 from quittance.invoice_payments where invoice_id = $1 and id = $2 and status = 'paid'`

/** Nothing happens to a payment after it was made. */
export async function isPaymentKnown(
  on: Queryable,
  invoiceId: string,
  paymentId: string,
): Promise<boolean> {
  return (await on.query(IS_PAYMENT_KNOWN, [invoiceId, paymentId])).length > 0
}

const COLLECTED_BY_ITSELF_MAX = 100

/** Stripe stops collecting these without an event, when what they belong to has ended. */
const COLLECTED = (by: 'customer_id' | 'subscription_id') => `
select id from quittance.invoices
where ${by} = $1 and ticket < $2 and status in ('draft', 'open')
  and next_payment_attempt is not null
order by id limit ${COLLECTED_BY_ITSELF_MAX}`

/** Invoices that an older answer said would be collected by themselves. */
export async function collectedBefore(
  on: Queryable,
  by: 'customer_id' | 'subscription_id',
  value: string,
  ticket: bigint,
): Promise<readonly string[]> {
  const rows = await on.query<{ id: string }>(COLLECTED(by), [value, ticket])
  return rows.map(({ id }) => id)
}
