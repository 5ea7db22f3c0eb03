/** The routes of an invoice's lines: read, add, change, remove. */
import type { Invoice, InvoiceLine } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { noSuch, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { api, inParam, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import { tellChanged } from './changed.ts'
import { addLine, recalculate } from './draft.ts'
import { readPeriod } from './item-changes.ts'
import { storeItem } from './item-object.ts'
import { readCharge } from './item-params.ts'
import { itemBehind, lineOfItem, linesOf } from './line-object.ts'
import { changeLine, removeLine } from './lines.ts'
import { requireDraft } from './transitions.ts'

const path = '/v1/invoices/:id'

type Added = ParamsOf<'POST /v1/invoices/:id/add_lines'>['lines'][number]

/** Changes a draft's lines, works out its sums and tells of it once. */
function changing(
  tx: Transaction,
  invoice: Invoice,
  metadata: Readonly<Record<string, string>> | null | undefined,
  change: (own: Transaction) => void,
): Invoice {
  requireDraft(invoice)
  const own = inTimeOf(tx, invoice.customer)
  change(own)
  const merged =
    metadata === undefined ? invoice.metadata : mergeMetadata(invoice.metadata, metadata)
  const after = recalculate(own, { ...invoice, metadata: merged })
  tellChanged(own, invoice, after)
  return after
}

function add(tx: Transaction, invoice: Invoice, entry: Added, at: string): void {
  if (entry.tax_amounts !== undefined) throw noTaxAmounts(at)
  if (entry.invoice_item !== undefined) {
    assign(tx, invoice, entry.invoice_item, `${at}[invoice_item]`)
    return
  }
  const charge = readCharge(tx, entry, { quantity: 1 }, at) ?? { amount: 0, quantity: 1 }
  const product = tx.db.find('product', tx.db.find('price', charge.price ?? '')?.product ?? '')
  const item = storeItem(tx, {
    ...charge,
    customer: invoice.customer ?? '',
    currency: invoice.currency,
    description: entry.description ?? product?.name ?? null,
    discountable: entry.discountable,
    discounts: entry.discounts ?? [],
    invoice: invoice.id,
    metadata: mergeMetadata({}, entry.metadata),
    period: readPeriod(entry.period),
    taxRates: entry.tax_rates ?? [],
  })
  addLine(tx, invoice, lineOfItem(item))
}

/** Puts a pending item on the draft. */
function assign(tx: Transaction, invoice: Invoice, id: string, param: string): void {
  const item = inParam(tx, 'invoiceitem', id, param)
  if (item.invoice !== null) {
    throw refuse(`The invoice item ${id} is already on the invoice ${item.invoice}.`, { param })
  }
  if (item.customer !== invoice.customer || item.currency !== invoice.currency) {
    throw refuse(`The invoice item ${id} is of another customer or currency.`, { param })
  }
  addLine(tx, invoice, lineOfItem(tx.db.put('invoiceitem', { ...item, invoice: invoice.id })))
}

function noTaxAmounts(at: string) {
  const param = at === '' ? 'tax_amounts' : `${at}[tax_amounts]`
  return refuse('The simulator does not simulate tax amounts of your own yet.', { param })
}

function lineIn(tx: Transaction, invoice: Invoice, id: string, param: string): InvoiceLine {
  const line = tx.db.find('line_item', id)
  if (line && line.invoice === invoice.id) return line
  throw noSuch('invoice line item', id, param, param === 'line_item_id' ? 404 : 400)
}

function remove(tx: Transaction, line: InvoiceLine, behavior: string): void {
  removeLine(tx, line)
  const item = tx.db.find('invoiceitem', itemBehind(line) ?? '')
  if (!item) return
  if (behavior === 'unassign') tx.db.put('invoiceitem', { ...item, invoice: null })
  else tx.db.remove('invoiceitem', item.id)
}

export const lineRoutes: readonly Route[] = [
  api(`GET ${path}/lines`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'invoice', ids[0])
    return page(linesOf(tx, id), `/v1/invoices/${id}/lines`, params)
  }),
  api(`POST ${path}/add_lines`, ({ tx, ids, params }) => {
    const invoice = inPath(tx, 'invoice', ids[0])
    return changing(tx, invoice, params.invoice_metadata, (own) => {
      params.lines.forEach((entry, index) => {
        add(own, invoice, entry, `lines[${index}]`)
      })
    })
  }),
  api(`POST ${path}/update_lines`, ({ tx, ids, params }) => {
    const invoice = inPath(tx, 'invoice', ids[0])
    return changing(tx, invoice, params.invoice_metadata, (own) => {
      params.lines.forEach((entry, index) => {
        const at = `lines[${index}]`
        if (entry.tax_amounts !== undefined) throw noTaxAmounts(at)
        changeLine(own, lineIn(own, invoice, entry.id, `${at}[id]`), entry, at)
      })
    })
  }),
  api(`POST ${path}/remove_lines`, ({ tx, ids, params }) => {
    const invoice = inPath(tx, 'invoice', ids[0])
    return changing(tx, invoice, params.invoice_metadata, (own) => {
      params.lines.forEach(({ id, behavior }, index) => {
        remove(own, lineIn(own, invoice, id, `lines[${index}][id]`), behavior)
      })
    })
  }),
  api(`POST ${path}/lines/:id`, ({ tx, ids, params }) => {
    const invoice = inPath(tx, 'invoice', ids[0])
    const line = lineIn(tx, invoice, ids[1] ?? '', 'line_item_id')
    if (params.tax_amounts !== undefined) throw noTaxAmounts('')
    changing(tx, invoice, undefined, (own) => changeLine(own, line, params, ''))
    return inPath(tx, 'line_item', line.id)
  }),
]
