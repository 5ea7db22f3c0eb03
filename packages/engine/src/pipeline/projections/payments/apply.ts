// Owns writing what Stripe says of a charge, its refunds and a dispute, and whose business that is.
import type { Transaction } from '../../../ports/database.ts'
import type { AccessRules } from '../access/rules.ts'
import { settleBuyer } from '../access/settle-buyer.ts'
import { buyerOf } from '../buyers/row.ts'
import { findOrder, type OrderRow, takePaymentIntent } from '../orders/row.ts'
import { notOurs } from '../orders/settle.ts'
import type { Apply, Outcome, Scope } from '../projector.ts'
import type { ChargeFacts, Decision, DisputeFacts, RefundFacts } from './read.ts'
import {
  findCharge,
  findDispute,
  noteDecision,
  writeCharge,
  writeDispute,
  writeRefunds,
} from './row.ts'
import { settleOrderPayments } from './settle-payments.ts'

export const UNKNOWN_ORDER: Outcome = { kind: 'not_yet', reason: 'unknown_order' }

/** One answer of Stripe: all of it is written under the answer's ticket. */
export interface PaymentAnswer {
  readonly charge: ChargeFacts
  /** All of the charge's, the newest first. */
  readonly refunds: readonly RefundFacts[]
  readonly dispute: DisputeFacts | null
}

/** Those whom a charge concerns, locked in the order in which everybody locks. */
interface Owners {
  readonly order: OrderRow | null
  readonly customers: readonly string[]
}

type Linked = Pick<ChargeFacts, 'id' | 'marker' | 'intentId' | 'customerId'>

/** Before the buyer, so that what is derived under the buyer's lock waits for no invoice. */
const LOCK_INVOICES = `
select v.id, v.customer_id from quittance.invoices v
where v.id in (
  select invoice_id from quittance.invoice_payments
  where payment_intent_id = $1 or charge_id = $2)
order by v.id for no key update`

interface InvoiceOwner extends Record<string, unknown> {
  readonly customer_id: string | null
}

/**
 * A charge is ours by our marker, by a payment intent that an order or an invoice names, or by its
 * customer: every customer of the account is mirrored.
 */
async function lockOwners(scope: Scope, charge: Linked): Promise<Owners | Outcome> {
  const { tx } = scope
  const { id, marker, intentId, customerId } = charge
  const order = await lockOrder(tx, marker, intentId)
  if (order === null && marker !== null) return UNKNOWN_ORDER
  if (order !== null && order.payment_intent_id !== null && order.payment_intent_id !== intentId) {
    return { kind: 'quarantined', reason: 'order_state', holds: null }
  }
  const invoices = await tx.query<InvoiceOwner>(LOCK_INVOICES, [intentId, id])
  const named = [customerId, ...invoices.map((invoice) => invoice.customer_id)]
  const customers = [...new Set(named.filter((name) => name !== null))]
  return order === null && customers.length === 0 ? notOurs(scope) : { order, customers }
}

async function lockOrder(
  tx: Transaction,
  marker: string | null,
  intentId: string | null,
): Promise<OrderRow | null> {
  if (marker !== null) return await findOrder(tx, 'id', marker, 'lock')
  return intentId === null ? null : await findOrder(tx, 'payment_intent_id', intentId, 'lock')
}

/** An older answer than the one that wrote a row changes nothing of it. */
export function applyPayment(
  answer: PaymentAnswer,
  ticket: bigint,
  decision: Decision | null,
  rules: AccessRules,
): Apply {
  return async (scope) => {
    const { charge, refunds, dispute } = answer
    const owners = await lockOwners(scope, charge)
    if ('kind' in owners) return owners
    const { tx } = scope
    const [customerId = null] = owners.customers
    const isNews = [
      await writeCharge(tx, charge, customerId, ticket),
      await writeRefunds(tx, charge.id, refunds, ticket),
      dispute !== null && (await writeDispute(tx, charge.id, dispute, ticket)),
      dispute !== null && decision !== null && (await noteDecision(tx, dispute.id, decision)),
    ]
    if (!isNews.includes(true)) return { kind: 'done' }
    const { order } = owners
    const paid = order === null ? null : await takePaymentIntent(tx, order, charge.intentId)
    await settleOwners(scope, { ...owners, order: paid }, rules)
    return { kind: 'done' }
  }
}

/** The row is newer than the event, which still knows how the dispute was decided once. */
export function applyDecision(disputeId: string, decision: Decision, rules: AccessRules): Apply {
  return async (scope) => {
    const { tx } = scope
    const dispute = await findDispute(tx, disputeId)
    const charge = dispute === null ? null : await findCharge(tx, dispute.charge_id)
    if (charge === null) throw new TypeError(`no charge is stored of dispute ${disputeId}`)
    const { id, payment_intent_id: intentId, customer_id: customerId } = charge
    const owners = await lockOwners(scope, { id, marker: null, intentId, customerId })
    if ('kind' in owners) return owners
    if (await noteDecision(tx, disputeId, decision)) await settleOwners(scope, owners, rules)
    return { kind: 'done' }
  }
}

async function settleOwners(scope: Scope, owners: Owners, rules: AccessRules): Promise<void> {
  const { order, customers } = owners
  const buyers = new Set<bigint>()
  for (const customerId of customers) {
    buyers.add((await buyerOf(scope.tx, 'customer_id', customerId)).id)
  }
  if (order !== null && order.buyer_id === null) await settleOrderPayments(scope, order)
  if (order !== null && order.buyer_id !== null) buyers.add(order.buyer_id)
  // The lower id first, so that two who need both buyers do not wait for each other.
  for (const buyerId of [...buyers].sort((a, b) => (a < b ? -1 : 1))) {
    await settleBuyer(scope, buyerId, rules)
  }
}
