// Owns what refunds and disputes make of their order or invoice: sums, the dispute's status, facts.
import type { Queryable } from '../../../ports/database.ts'
import type { BuyerRow } from '../buyers/row.ts'
import { addHistory, causeText, type OrderRow, setPayments, toOrder } from '../orders/row.ts'
import type { Scope } from '../projector.ts'
import { type ChargeRow, chargesOfBuyer, chargesOfIntent, toDispute, toRefund } from './row.ts'
import { invoicesOf, settleInvoice } from './settle-invoice.ts'
import { newer, only, type Payments, paymentsOf, type Sums, sumsOf, tell } from './tell.ts'

/**
 * Under the buyer's lock. Derived from the rows as a whole, so that it does not matter whether a
 * refund or what it is about came first. Nearly every buyer costs one look that finds nothing, and
 * is answered with false.
 */
export async function settlePayments(scope: Scope, buyer: BuyerRow): Promise<boolean> {
  const { tx } = scope
  const charges = await chargesOfBuyer(tx, buyer.id, buyer.customer_id)
  if (charges.length === 0) return false
  const payments = await paymentsOf(tx, charges)
  for (const order of await ordersOf(tx, buyer.id, charges)) {
    await settleOrder(scope, order, payments)
  }
  if (buyer.customer_id === null) return true
  for (const invoice of await invoicesOf(tx, buyer.customer_id, charges)) {
    await settleInvoice(scope, invoice, buyer, payments)
  }
  return true
}

/** The same for an order without a buyer, whose own lock the caller holds. */
export async function settleOrderPayments(scope: Scope, order: OrderRow): Promise<void> {
  if (order.payment_intent_id === null) return
  const charges = await chargesOfIntent(scope.tx, order.payment_intent_id)
  if (charges.length === 0) return
  await settleOrder(scope, order, await paymentsOf(scope.tx, charges))
}

const ORDERS = `
select * from quittance.orders where buyer_id = $1 and payment_intent_id = any ($2::text[])
order by id`

async function ordersOf(
  tx: Queryable,
  buyerId: bigint,
  charges: readonly ChargeRow[],
): Promise<readonly OrderRow[]> {
  const intents = charges.map((charge) => charge.payment_intent_id)
  return await tx.query<OrderRow>(ORDERS, [buyerId, intents.filter((intent) => intent !== null)])
}

async function settleOrder(scope: Scope, order: OrderRow, all: Payments): Promise<void> {
  const intent = order.payment_intent_id
  const named = all.charges.filter((charge) => charge.payment_intent_id === intent)
  const payments = only(all, new Set(named.map(({ id }) => id)))
  const row = await writeOrder(scope, order, sumsOf(payments))
  // What was never fulfilled has nothing to take back: its facts wait until it is.
  if (row.status !== 'fulfilled' || row.amount_total === null) return
  const about = { order: toOrder(row) }
  await tell(scope, `order:${row.id}`, row.amount_total, payments, (fact) => {
    const { key } = fact
    scope.emit(
      fact.kind === 'refund'
        ? { name: `order.${fact.name}`, key, about: { ...about, refund: toRefund(fact.refund) } }
        : {
            name: `order.${fact.name}`,
            key,
            about: { ...about, dispute: toDispute(fact.dispute) },
          },
    )
  })
}

async function writeOrder(scope: Scope, order: OrderRow, sums: Sums): Promise<OrderRow> {
  const { refunded, disputeStatus } = sums
  const ticket = newer(sums.ticket, order.refund_ticket)
  const isRefund = refunded !== order.amount_refunded
  const isDispute = disputeStatus !== order.dispute_status
  if (!isRefund && !isDispute && ticket === order.refund_ticket) return order
  const row = await setPayments(scope.tx, order.id, { refunded, disputeStatus, ticket })
  if (isRefund) {
    const total = order.amount_total ?? 'an unknown total'
    await noteOrder(scope, order, `refunded ${refunded} of ${total}`, 'order refunds changed')
  }
  if (isDispute) {
    await noteOrder(scope, order, `dispute ${disputeStatus}`, 'order dispute changed')
  }
  return row ?? order
}

async function noteOrder(
  scope: Scope,
  { id: orderId, status }: OrderRow,
  note: string,
  message: string,
): Promise<void> {
  const cause = causeText(scope.cause)
  await addHistory(scope.tx, { orderId, from: status, to: status, ...cause, note })
  const fields = { orderId, state: status, seq: String(scope.item.seq) }
  scope.note({ level: 'info', message, fields })
}
