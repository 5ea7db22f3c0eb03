// Owns writing what Stripe says of an invoice: newer answers only, and never out of an end.
import { causeText } from '../orders/row.ts'
import type { Scope } from '../projector.ts'
import type { InvoiceFacts } from './read.ts'
import { type InvoiceRow, placeInvoice, updateInvoice } from './row.ts'
import { INVOICE_STATES } from './states.ts'

export interface InvoiceWrite {
  /** The row as it is now, whoever wrote it. It is locked. */
  readonly now: InvoiceRow
  readonly written: boolean
  /** With this write it became paid. */
  readonly paid: boolean
}

export async function writeInvoice(
  scope: Scope,
  facts: InvoiceFacts,
  ticket: bigint,
): Promise<InvoiceWrite> {
  const placed = await placeInvoice(scope.tx, facts, ticket)
  const { row, fresh } = placed
  if (fresh) return { now: row, written: true, paid: row.status === 'paid' }
  if (row.ticket >= ticket || isRefused(scope, facts, row)) {
    return { now: row, written: false, paid: false }
  }
  const now = await updateInvoice(scope.tx, facts, ticket)
  return { now, written: true, paid: now.status === 'paid' && row.status !== 'paid' }
}

/** Stripe lets nothing out of an end; if an answer does, the row stays and somebody should know. */
function isRefused(scope: Scope, facts: InvoiceFacts, row: InvoiceRow): boolean {
  if (!INVOICE_STATES[row.status].ended || row.status === facts.status) return false
  scope.note({
    level: 'warn',
    message: 'refused an invoice transition',
    fields: {
      invoiceId: row.id,
      from: row.status,
      to: facts.status,
      cause: causeText(scope.cause).cause,
      seq: String(scope.item.seq),
    },
  })
  return true
}
