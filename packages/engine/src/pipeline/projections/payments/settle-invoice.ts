// Owns what refunds and disputes make of an invoice: its sums, its dispute's status, its facts.
import type { Subscription } from '../../../model.ts'
import type { Queryable } from '../../../ports/database.ts'
import { type BuyerRow, toBuyer } from '../buyers/row.ts'
import { type InvoiceRow, toInvoice } from '../invoices/row.ts'
import type { Scope } from '../projector.ts'
import { findSubscription, toSubscription } from '../subscriptions/row.ts'
import { type ChargeRow, toDispute, toRefund } from './row.ts'
import { only, type Payments, sumsOf, tell } from './tell.ts'

interface PaidInvoiceRow extends InvoiceRow {
  readonly charge_ids: readonly string[]
}

const INVOICES = `
select v.*, paid.charge_ids from (
  select p.invoice_id, array_agg(distinct c.id) as charge_ids
  from quittance.charges c
  join quittance.invoice_payments p
    on p.payment_intent_id = c.payment_intent_id or p.charge_id = c.id
  where c.id = any ($2::text[])
  group by p.invoice_id
) paid join quittance.invoices v on v.id = paid.invoice_id
where v.customer_id = $1
order by v.id`

export async function invoicesOf(
  tx: Queryable,
  customerId: string,
  charges: readonly ChargeRow[],
): Promise<readonly PaidInvoiceRow[]> {
  const ids = charges.map(({ id }) => id)
  return await tx.query<PaidInvoiceRow>(INVOICES, [customerId, ids])
}

const SET_INVOICE = `
update quittance.invoices
set amount_refunded = $2, dispute_status = $3, updated_at = quittance.now()
where id = $1`

export async function settleInvoice(
  scope: Scope,
  invoice: PaidInvoiceRow,
  buyer: BuyerRow,
  all: Payments,
): Promise<void> {
  const { tx } = scope
  const payments = only(all, new Set(invoice.charge_ids))
  const { refunded, disputeStatus } = sumsOf(payments)
  if (refunded !== invoice.amount_refunded || disputeStatus !== invoice.dispute_status) {
    await tx.query(SET_INVOICE, [invoice.id, refunded, disputeStatus])
    const fields = { invoiceId: invoice.id, seq: String(scope.item.seq) }
    scope.note({ level: 'info', message: 'invoice refunds or dispute changed', fields })
  }
  // Until it is paid in full, what was paid for it is not known for good.
  if (invoice.status !== 'paid') return
  const row = { ...invoice, amount_refunded: refunded, dispute_status: disputeStatus }
  await tell(scope, `invoice:${row.id}`, row.amount_paid, payments, async (fact) => {
    const { key } = fact
    const about = {
      invoice: toInvoice(row),
      subscription: await subscriptionOf(tx, row),
      buyer: toBuyer(buyer),
    }
    scope.emit(
      fact.kind === 'refund'
        ? { name: `invoice.${fact.name}`, key, about: { ...about, refund: toRefund(fact.refund) } }
        : {
            name: `invoice.${fact.name}`,
            key,
            about: { ...about, dispute: toDispute(fact.dispute) },
          },
    )
  })
}

async function subscriptionOf(tx: Queryable, invoice: InvoiceRow): Promise<Subscription | null> {
  if (invoice.subscription_id === null) return null
  const stored = await findSubscription(tx, invoice.subscription_id)
  return stored === null ? null : toSubscription(stored)
}
