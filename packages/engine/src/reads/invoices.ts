// Owns the reads of invoices.
import type { Invoice } from '../model.ts'
import { isId } from '../pipeline/inbox/lanes.ts'
import { type InvoiceRow, toInvoice } from '../pipeline/projections/invoices/row.ts'
import type { Queryable } from '../ports/database.ts'
import { type ListOptions, limitOf } from './buyers.ts'
import { keyOf, type Who, type WhoColumn } from './who.ts'

/** Null for an unknown id, and for what is none. */
export async function getInvoice(on: Queryable, id: string): Promise<Invoice | null> {
  if (!isId(id)) return null
  const [row] = await on.query<InvoiceRow>('select * from quittance.invoices where id = $1', [id])
  return row === undefined ? null : toInvoice(row)
}

const NEWEST_FIRST = `v.status <> 'deleted' order by v.stripe_created desc, v.id limit $2`

const OF: { readonly [Column in WhoColumn]: string } = {
  user_id: `
select v.* from quittance.invoices v join quittance.buyers b on b.customer_id = v.customer_id
where b.user_id = $1 and ${NEWEST_FIRST}`,
  customer_id: `
select v.* from quittance.invoices v where v.customer_id = $1 and ${NEWEST_FIRST}`,
}

/** A buyer's invoices, the newest first; drafts that were deleted are not among them. */
export async function listInvoicesOf(
  on: Queryable,
  who: Who,
  options: ListOptions = {},
): Promise<Invoice[]> {
  const { column, id } = keyOf(who)
  const rows = await on.query<InvoiceRow>(OF[column], [id, limitOf(options)])
  return rows.map(toInvoice)
}
