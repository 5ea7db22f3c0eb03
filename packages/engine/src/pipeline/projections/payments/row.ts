// Owns the rows of charges, refunds and disputes: the statements that write and read them.
import type { Dispute, DisputeStatus, Refund, RefundStatus } from '../../../model.ts'
import type { Queryable } from '../../../ports/database.ts'
import type { ChargeFacts, Decision, DisputeFacts, RefundFacts } from './read.ts'

export interface ChargeRow extends Record<string, unknown> {
  readonly id: string
  readonly ticket: bigint
  readonly payment_intent_id: string | null
  readonly customer_id: string | null
  readonly currency: string
  readonly amount: bigint
  readonly amount_refunded: bigint
  readonly stripe_created: Date | null
}

export interface RefundRow extends Record<string, unknown> {
  readonly id: string
  readonly charge_id: string
  readonly nth: number
  readonly amount: bigint
  readonly currency: string
  readonly status: RefundStatus
  readonly reason: string | null
  readonly failure_reason: string | null
  readonly failed_at: Date | null
  readonly stripe_created: Date | null
}

export interface DisputeRow extends Record<string, unknown> {
  readonly id: string
  readonly ticket: bigint
  readonly charge_id: string
  readonly amount: bigint
  readonly currency: string
  readonly status: DisputeStatus
  readonly reason: string | null
  readonly due_at: Date | null
  readonly was_won: boolean
  readonly was_lost: boolean
  readonly stripe_created: Date | null
}

export const toRefund = (row: RefundRow): Refund => ({
  id: row.id,
  chargeId: row.charge_id,
  amount: Number(row.amount),
  currency: row.currency,
  status: row.status,
  reason: row.reason,
  failureReason: row.failure_reason,
})

export const toDispute = (row: DisputeRow): Dispute => ({
  id: row.id,
  chargeId: row.charge_id,
  amount: Number(row.amount),
  currency: row.currency,
  status: row.status,
  reason: row.reason,
  dueAt: row.due_at,
})

const CHARGE = 'select * from quittance.charges where id = $1'

export async function findCharge(on: Queryable, id: string): Promise<ChargeRow | null> {
  return (await on.query<ChargeRow>(CHARGE, [id]))[0] ?? null
}

const DISPUTE = 'select * from quittance.disputes where id = $1'

export async function findDispute(on: Queryable, id: string): Promise<DisputeRow | null> {
  return (await on.query<DisputeRow>(DISPUTE, [id]))[0] ?? null
}

const WRITE_CHARGE = `
insert into quittance.charges
  (id, ticket, payment_intent_id, customer_id, currency, amount, amount_refunded, stripe_created)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update set
  ticket = excluded.ticket,
  payment_intent_id = excluded.payment_intent_id,
  customer_id = coalesce(excluded.customer_id, charges.customer_id),
  currency = excluded.currency,
  amount = excluded.amount,
  amount_refunded = excluded.amount_refunded,
  stripe_created = excluded.stripe_created
where charges.ticket < excluded.ticket
returning id`

/** Answers whether this answer is the newest about the charge. */
export async function writeCharge(
  tx: Queryable,
  charge: ChargeFacts,
  customerId: string | null,
  ticket: bigint,
): Promise<boolean> {
  const { id, intentId, currency, amount, amountRefunded, created } = charge
  const values = [id, ticket, intentId, customerId, currency, amount, amountRefunded, created]
  return (await tx.query(WRITE_CHARGE, values)).length > 0
}

const WRITE_REFUNDS = `
insert into quittance.refunds (id, ticket, charge_id, nth, amount, currency, status, reason,
  failure_reason, failed_at, stripe_created)
select r.id, $1::bigint, $2, r.nth, r.amount, r.currency, r.status, r.reason, r."failureReason",
  r."failedAt", r.created
from jsonb_to_recordset($3::text::jsonb) as r (id text, nth integer, amount bigint, currency text,
  status text, reason text, "failureReason" text, "failedAt" timestamptz, created timestamptz)
order by r.id
on conflict (id) do update set
  ticket = excluded.ticket,
  charge_id = excluded.charge_id,
  nth = excluded.nth,
  amount = excluded.amount,
  currency = excluded.currency,
  status = excluded.status,
  reason = excluded.reason,
  failure_reason = excluded.failure_reason,
  failed_at = excluded.failed_at,
  stripe_created = excluded.stripe_created
where refunds.ticket < excluded.ticket
returning id`

/** All refunds of a charge, the newest first, as Stripe lists them. */
export async function writeRefunds(
  tx: Queryable,
  chargeId: string,
  refunds: readonly RefundFacts[],
  ticket: bigint,
): Promise<boolean> {
  if (refunds.length === 0) return false
  const numbered = refunds.map((refund, index) => ({ ...refund, nth: refunds.length - index }))
  const written = await tx.query(WRITE_REFUNDS, [ticket, chargeId, JSON.stringify(numbered)])
  return written.length > 0
}

const WRITE_DISPUTE = `
insert into quittance.disputes (id, ticket, charge_id, amount, currency, status, reason, due_at,
  was_won, was_lost, stripe_created)
values ($1, $2, $3, $4, $5, $6::text, $7, $8, $6::text = 'won', $6::text = 'lost', $9)
on conflict (id) do update set
  ticket = excluded.ticket,
  charge_id = excluded.charge_id,
  amount = excluded.amount,
  currency = excluded.currency,
  status = excluded.status,
  reason = excluded.reason,
  due_at = excluded.due_at,
  was_won = disputes.was_won or excluded.was_won,
  was_lost = disputes.was_lost or excluded.was_lost,
  stripe_created = excluded.stripe_created
where disputes.ticket < excluded.ticket
returning id`

export async function writeDispute(
  tx: Queryable,
  chargeId: string,
  dispute: DisputeFacts,
  ticket: bigint,
): Promise<boolean> {
  const { id, amount, currency, status, reason, dueAt, created } = dispute
  const values = [id, ticket, chargeId, amount, currency, status, reason, dueAt, created]
  return (await tx.query(WRITE_DISPUTE, values)).length > 0
}

const NOTE_DECISION = `
update quittance.disputes set
  was_won = was_won or $2::text = 'won', was_lost = was_lost or $2::text = 'lost'
where id = $1 and not case $2::text when 'won' then was_won else was_lost end
returning id`

/** What an event says of a decision stays true after an appeal. Answers whether it was news. */
export async function noteDecision(
  tx: Queryable,
  disputeId: string,
  decision: Decision,
): Promise<boolean> {
  return (await tx.query(NOTE_DECISION, [disputeId, decision])).length > 0
}

const CHARGES_OF_BUYER = `
select c.* from quittance.charges c where c.customer_id = $2
union all
select c.* from quittance.orders o
join quittance.charges c on c.payment_intent_id = o.payment_intent_id
where o.buyer_id = $1 and (c.customer_id = $2) is not true`

/** None for nearly every buyer: only what was refunded or disputed is here. */
export async function chargesOfBuyer(
  on: Queryable,
  buyerId: bigint,
  customerId: string | null,
): Promise<readonly ChargeRow[]> {
  return await on.query<ChargeRow>(CHARGES_OF_BUYER, [buyerId, customerId])
}

const CHARGES_OF_INTENT = 'select * from quittance.charges where payment_intent_id = $1'

export async function chargesOfIntent(
  on: Queryable,
  intentId: string,
): Promise<readonly ChargeRow[]> {
  return await on.query<ChargeRow>(CHARGES_OF_INTENT, [intentId])
}

const REFUNDS = `
select * from quittance.refunds where charge_id = any ($1::text[])
order by stripe_created nulls first, nth, id`

/** In the order in which they were made. */
export async function refundsOf(
  on: Queryable,
  chargeIds: readonly string[],
): Promise<readonly RefundRow[]> {
  return await on.query<RefundRow>(REFUNDS, [chargeIds])
}

const DISPUTES = `
select * from quittance.disputes where charge_id = any ($1::text[])
order by stripe_created nulls first, id`

/** The newest last. */
export async function disputesOf(
  on: Queryable,
  chargeIds: readonly string[],
): Promise<readonly DisputeRow[]> {
  return await on.query<DisputeRow>(DISPUTES, [chargeIds])
}
