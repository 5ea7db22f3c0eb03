// Owns what orders and invoices have in common about their payments: sums, and telling each fact once.
import type { DisputeStatus } from '../../../model.ts'
import type { Queryable } from '../../../ports/database.ts'
import type { Scope } from '../projector.ts'
import { type PaymentFact, paymentFacts } from './facts.ts'
import { type ChargeRow, type DisputeRow, disputesOf, type RefundRow, refundsOf } from './row.ts'

/** Charges with everything that went back of them. */
export interface Payments {
  readonly charges: readonly ChargeRow[]
  /** The oldest first, both. */
  readonly refunds: readonly RefundRow[]
  readonly disputes: readonly DisputeRow[]
}

/** What an order or an invoice shows of its payments. */
export interface Sums {
  readonly refunded: bigint
  readonly disputeStatus: DisputeStatus | null
  readonly ticket: bigint
}

export async function paymentsOf(tx: Queryable, charges: readonly ChargeRow[]): Promise<Payments> {
  const ids = charges.map(({ id }) => id)
  return { charges, refunds: await refundsOf(tx, ids), disputes: await disputesOf(tx, ids) }
}

export function only({ charges, refunds, disputes }: Payments, ids: ReadonlySet<string>): Payments {
  return {
    charges: charges.filter(({ id }) => ids.has(id)),
    refunds: refunds.filter(({ charge_id }) => ids.has(charge_id)),
    disputes: disputes.filter(({ charge_id }) => ids.has(charge_id)),
  }
}

export function newer(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

export const sumsOf = ({ charges, disputes }: Payments): Sums => ({
  refunded: charges.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0n),
  disputeStatus: disputes.at(-1)?.status ?? null,
  ticket: charges.reduce((newest, { ticket }) => newer(newest, ticket), 0n),
})

const TELL = `
insert into quittance.payment_facts (key, seq, at)
select key, $2, quittance.now() from unnest($1::text[]) as t (key) order by key
on conflict do nothing returning key`

interface ToldRow extends Record<string, unknown> {
  readonly key: string
}

/** Tells what was not told before. The owner's buyer, or the guest's order, is locked. */
export async function tell(
  scope: Scope,
  owner: string,
  amount: bigint,
  { refunds, disputes }: Payments,
  emit: (fact: PaymentFact) => Promise<void> | void,
): Promise<void> {
  const facts = paymentFacts(owner, amount, refunds, disputes)
  if (facts.length === 0) return
  const keys = facts.map(({ key }) => key)
  const told = await scope.tx.query<ToldRow>(TELL, [keys, scope.item.seq])
  const news = new Set(told.map(({ key }) => key))
  for (const fact of facts) {
    if (news.delete(fact.key)) await emit(fact)
  }
}
